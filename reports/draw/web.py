"""Figures for the inside of a page: light SVG, in the page's ink and type, with a label.

A site has thousands of pictures. matplotlib takes some 25 bytes a point; whole tenths of a point, relative to the
point before, take six, and are finer than a screen shows.
"""

import re

import numpy as np
from markupsafe import Markup, escape
from matplotlib.figure import Figure

from .files import svg_text
from .style import INK

_DROPPED = re.compile(r"<metadata>.*?</metadata>|<!--.*?-->|<defs>\s*<style.*?</style>\s*</defs>", re.DOTALL)
_SIZE = re.compile(r' (?:width|height)="([\d.]+)pt"')
_ID = re.compile(r' id="([^"]+)"')
_FAMILY = re.compile(r"font-family: [^;\"]*; ?")
_FONT = re.compile(r"font: (?:(\w+) )?([\d.]+)px [^;\"]*")  # as matplotlib before 3.11 writes it
_NO_TURN = re.compile(r' transform="rotate\(-0 [^)]*\)"')
_PATH = re.compile(r' d="([^"]*)"')
_STRAIGHT = re.compile(r"[MLz\d.\-\s]*")
_STEPS = {step: re.sub(r"^(-?)0\.", r"\1.", f"{step / 10:g}") for step in range(-999, 1000)}


def picture(figure: Figure, spoken: str, kind: str = "") -> Markup:
    """Return a figure for a page.

    Args:
        figure: The figure.
        spoken: Description for those who do not see it.
        kind: Class of the element, for the style sheet.
    """
    return inline(svg_text(figure), spoken, kind)


def inline(svg: str, spoken: str, kind: str = "") -> Markup:
    """Return the SVG of a figure for a page: without header and metadata, as wide as the page allows.

    Args:
        svg: As `svg_text` or `save` gives it.
        spoken: As in `picture`.
        kind: As in `picture`.
    """
    body = _DROPPED.sub("", svg[svg.index("<svg") :])
    width = float(_SIZE.search(body)[1])
    body = _SIZE.sub("", body, count=2)
    body = _ID.sub(lambda found: found[0] if f"#{found[1]}" in body else "", body)
    body = _FAMILY.sub("", body)
    body = _FONT.sub(lambda found: f"font-size:{found[2]}px" + (f";font-weight:{found[1]}" if found[1] else ""), body)
    body = _NO_TURN.sub("", body)
    body = _PATH.sub(lambda found: f' d="{compact(found[1])}"', body)
    body = re.sub(r">\s+<", "><", body).replace(INK, "currentColor")
    named = f'class="{escape(kind)}" ' if kind else ""
    size = f"stroke-linejoin:round;max-width:{1.6 * width:.0f}px"
    head = f'<svg {named}role="img" aria-label="{escape(spoken)}" style="{size}"'
    return Markup(body.replace("<svg", head, 1).strip())


def compact(data: str) -> str:
    """Return path data of straight lines in tenths of a point and relative steps; curves as they are."""
    if not _STRAIGHT.fullmatch(data):
        return " ".join(data.split())
    parts = data.replace("L", " ").split("M")[1:]
    closed = ["z" in part for part in parts]
    numbers = [part.replace("z", " ").split() for part in parts]
    points = np.rint(10 * np.array([value for part in numbers for value in part], dtype=float)).astype(int)
    steps = np.diff(points.reshape(-1, 2), axis=0, prepend=[[0, 0]]).ravel().tolist()
    places = points.tolist()
    written, start = [], 0
    for part, close in zip(numbers, closed, strict=True):
        end = start + len(part)
        run = steps[start + 2 : end]
        text = " ".join([_STEPS.get(step) or f"{step / 10:g}" for step in run]).replace(" -", "-") if any(run) else ""
        line = f"l{text}" if text else "h0" * bool(run)
        written.append(f"M{places[start] / 10:g} {places[start + 1] / 10:g}{line}{'z' * close}")
        start = end
    return "".join(written)
