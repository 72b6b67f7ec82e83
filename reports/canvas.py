"""Figures drawn in inches on one empty axes, and how they are saved and put into a page.

One axes per figure and one line per colour: a page has thousands of small panels, and an axes each would take
minutes. matplotlib's object interface only, so that no window system or global state is touched.
"""

import re
import warnings
from functools import lru_cache
from io import StringIO
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

INK = "#1a1a1a"  # becomes the page's text colour, dark or light
FAINT = "#8a8a8a"
FONT_SIZE = 8.0
# Text stays text in SVG and PDF; fixed ids make the same figure the same bytes.
_STYLE = {
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
    "svg.hashsalt": "ucrbench",
    "path.simplify_threshold": 0.3,
}
_NUMBER = re.compile(r"(\d\.\d\d)\d+")


def canvas(width: float, height: float) -> tuple[Figure, Axes]:
    """An empty figure of this many inches, and axes whose coordinates are inches from the lower left."""
    figure = Figure(figsize=(width, height))
    figure.patch.set_alpha(0.0)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(0, height))
    axes.axis("off")
    return figure, axes


def chart(width: float, height: float, rows: int = 1, columns: int = 1) -> tuple[Figure, np.ndarray]:
    """A figure of this many inches with rows x columns of axes, laid out so that labels do not overlap."""
    figure = Figure(figsize=(width, height), layout="constrained")
    figure.patch.set_alpha(0.0)
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes in grid.flat:
        axes.patch.set_alpha(0.0)
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set_color(INK)
        axes.tick_params(labelsize=FONT_SIZE - 0.5, colors=INK, width=0.6, length=2.5)
    return figure, grid


def label(axes: Axes, x: str = "", y: str = "", title: str = "") -> None:
    """Names of the axes and a title, in the figures' hand."""
    axes.set_xlabel(plain(x), size=FONT_SIZE, color=INK)
    axes.set_ylabel(plain(y), size=FONT_SIZE, color=INK)
    if title:
        axes.set_title(plain(title), size=FONT_SIZE, color=INK)


def plain(text: str) -> str:
    """Text as matplotlib prints it literally where it would look for formulas."""
    return text.replace("$", r"\$")


def write(
    axes: Axes, x: float, y: float, text: str, align: str = "left", size: float = FONT_SIZE, colour: str = INK
) -> None:
    """Text at a point in inches. A dollar sign is a dollar sign: names come from outside."""
    axes.text(x, y, text, ha=align, va="center", size=size, color=colour, parse_math=False)


@lru_cache(maxsize=4096)
def text_width(text: str, size: float = FONT_SIZE) -> float:
    """Width of a text in inches."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a glyph that the font lacks
        width, _, _ = text_to_path.get_text_width_height_descent(text, FontProperties(size=size), ismath=False)
    return width / 72


def fit(text: str, room: float, size: float = FONT_SIZE) -> str:
    """A text cut to at most `room` inches, in its middle: names often differ at their end alone."""
    if text_width(text, size) <= room:
        return text
    most = int(len(text) * room / text_width(text, size)) + 3
    for kept in range(min(len(text) - 1, most), 1, -1):
        cut = text[: (kept + 1) // 2] + "…" + text[len(text) - kept // 2 :]
        if text_width(cut, size) <= room:
            return cut
    return "…"


def save(figure: Figure, stem: str | Path, rows: str | None = None, png: bool = False) -> str:
    """Write a figure as `stem`.pdf and `stem`.svg, and return the SVG text.

    Args:
        figure: What to write.
        stem: Path without the ending.
        rows: Hash of the rows behind the figure, kept in each file's metadata.
        png: Whether to write `stem`.png as well, 300 pixels to the inch.
    """
    said = _said(rows)
    save_pdf(figure, Path(f"{stem}.pdf"), rows)
    with mpl.rc_context(_STYLE), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        text = StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": "ucrbench", "Identifier": said})
        if png:
            figure.savefig(f"{stem}.png", dpi=300, facecolor="white", metadata={"Description": said or "ucrbench"})
    svg = _NUMBER.sub(r"\1", text.getvalue())
    Path(f"{stem}.svg").write_text(svg, encoding="utf-8")
    return svg


def save_pdf(figure: Figure, path: Path, rows: str | None = None) -> None:
    """Write a figure as PDF alone, with the hash of the rows behind it among its keywords."""
    with mpl.rc_context(_STYLE), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        figure.savefig(path, format="pdf", metadata={"CreationDate": None, "Keywords": _said(rows)})


def _said(rows: str | None) -> str | None:
    return None if rows is None else f"ucrbench rows {rows}"


def inline(svg: str, label: str) -> str:
    """An SVG for the inside of a page: no header or metadata, in the page's ink, with a label.

    Args:
        svg: What `save` returned.
        label: What there is to see, already escaped for an HTML attribute.
    """
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    width = re.search(r'width="([\d.]+)pt"', body)
    size = f"max-width:{float(width[1]) * 1.6:.0f}px" if width else ""
    body = re.sub(r'(<svg[^>]*?) width="[\d.]+pt"', r"\1", body, count=1)
    body = re.sub(r'(<svg[^>]*?) height="[\d.]+pt"', r"\1", body, count=1)
    body = body.replace("<svg", f'<svg role="img" aria-label="{label}" style="{size}"', 1)
    return body.replace(INK, "currentColor")
