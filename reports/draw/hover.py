"""Tooltips of marks: in the SVG of a figure as `<title>`, which browsers show without a script; none in its PDF.

What is to be said of an artist is kept as its gid, which matplotlib writes as the id of the artist's group.
"""

import json
import re
from collections.abc import Mapping, Sequence
from html import escape
from urllib.parse import quote, unquote

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

_KEY = "told:"
_GROUP = re.compile(rf'<g id="{_KEY}([^"]*)">')
_REACH = 8  # points: how wide a place is around a point of a line


def tell(artist: Artist, text: str, rows: Sequence[int] = (), points: Mapping[int, str] | None = None) -> None:
    """Have the SVG of a figure say what an artist is to those who point at it.

    Args:
        artist: Of the figure.
        text: What it is.
        rows: Numbers of the series that the dots of the artist stand for, in order, for the page's script.
        points: What to say at single points of a line, by their position in it. They must be finite.
    """
    said = {"text": text, "rows": list(map(int, rows)), "points": list((points or {}).items())}
    artist.set_gid(_KEY + quote(json.dumps(said)))


def with_titles(figure: Figure, svg: str) -> str:
    """Return the SVG of a figure, as it was just written, with the titles of its artists and of points of its lines."""
    places = "".join(_places(line) for line in figure.findobj(Line2D) if (line.get_gid() or "").startswith(_KEY))
    layer = f'<g style="stroke:#000;stroke-opacity:0;stroke-width:{_REACH};stroke-linecap:round">{places}</g>'
    head, end, tail = _GROUP.sub(_titled, svg).rpartition("</svg>")
    return head + layer * bool(places) + end + tail


def _titled(found: re.Match) -> str:
    said = _said(found[1])
    rows = f' data-rows="{" ".join(map(str, said["rows"]))}"' if said["rows"] else ""
    return f"<g{rows}>{_title(said['text'])}"


def _said(key: str) -> dict:
    return json.loads(unquote(key))


def _title(text: str) -> str:
    return f"<title>{escape(text, quote=False)}</title>"


def _places(line: Line2D) -> str:
    points = _said(str(line.get_gid()).removeprefix(_KEY))["points"]
    if not points:
        return ""
    figure = line.get_figure(root=True)
    shown = line.get_transform().transform(np.asarray(line.get_xydata(), dtype=float)[[place for place, _ in points]])
    inches = figure.dpi_scale_trans.inverted().transform(shown)
    x, y = 72 * inches[:, 0], 72 * (figure.get_figheight() - inches[:, 1])
    return "".join(
        f'<path d="M {a:.2f} {b:.2f} \nL {a:.2f} {b:.2f} \n">{_title(text)}</path>'
        for a, b, (_, text) in zip(x, y, points, strict=True)
    )
