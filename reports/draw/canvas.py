"""Figures drawn in inches on one empty axes.

One axes per figure and one line per colour: a site has thousands of small panels, and an axes each would take
minutes. Only matplotlib's object interface is used, so that no window system is touched.
"""

import re
import warnings
from functools import lru_cache
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.textpath import text_to_path
from matplotlib.ticker import FixedLocator, MaxNLocator, NullFormatter

from ..data.methods import IN_NUMBER
from .style import FONT_SIZE, INK, font_family

_INSIDE = 0.55  # share of a chart that its axes have at least, beside their labels and a legend


def canvas(width: float, height: float) -> tuple[Figure, Axes]:
    """Return an empty figure of this many inches, and axes whose coordinates are inches from the lower left."""
    figure = Figure(figsize=(width, height))
    figure.patch.set_visible(False)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(0, height))
    axes.axis("off")
    return figure, axes


def chart(width: float, height: float, rows: int = 1, columns: int = 1) -> tuple[Figure, np.ndarray]:
    """Return a figure of this many inches with rows x columns of axes, laid out so that labels do not overlap."""
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
    """Name the axes of a chart and give it a title, in the figures' hand."""
    axes.set_xlabel(plain(x), size=FONT_SIZE, color=INK)
    axes.set_ylabel(plain(y), size=FONT_SIZE, color=INK)
    if title:
        axes.set_title(plain(title), size=FONT_SIZE, color=INK)


def logarithmic(axes: Axes, which: Literal["x", "y"]) -> None:
    """Give an axis of a chart, on which all is drawn, a logarithmic scale with as many plain numbers as have room."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    (axes.set_xscale if which == "x" else axes.set_yscale)("log")
    low, high = axis.get_view_interval()
    room = _INSIDE * axes.figure.get_size_inches()[0 if which == "x" else 1]
    axis.set_major_locator(FixedLocator(_numbers(low, high, room, along=which == "x")))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_formatter(NullFormatter())


def _numbers(low: float, high: float, room: float, along: bool) -> list[float]:
    """Return the numbers to write on a logarithmic axis of so many inches: as many as do not touch each other."""
    powers = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
    choices = [np.outer(powers, steps).ravel() for steps in (range(1, 10), (1, 2, 3, 5), (1, 2, 5), (1, 3), (1,))]
    choices += [powers[::step] for step in range(2, len(powers))]
    if np.count_nonzero((choices[0] >= low) & (choices[0] <= high)) < 3:  # of less than a decade
        choices = [MaxNLocator(3).tick_values(low, high)]
    for choice in choices:
        found = choice[(choice >= low) & (choice <= high)]
        sizes = np.array([text_width(f"{number:g} ") if along else 1.4 * FONT_SIZE / 72 for number in found])
        apart = np.diff(np.log(found)) / np.log(high / low) * room
        if (apart >= (sizes[1:] + sizes[:-1]) / 2).all():
            break
    return found.tolist()


def plain(text: str) -> str:
    """Return a text as matplotlib prints it literally where it would look for formulas."""
    return text.replace("$", r"\$")


def write(
    axes: Axes,
    x: float,
    y: float,
    text: str,
    align: str = "left",
    size: float = FONT_SIZE,
    colour: str = INK,
    turned: bool = False,
) -> None:
    """Write a text at a point in inches, turned upwards if told so. A dollar sign is one: names come from outside."""
    drawn = axes.text(x, y, text, ha=align, va="center", size=size, color=colour, parse_math=False, clip_on=False)
    drawn.set(linespacing=1.1, rotation=90 if turned else 0)


def stroke(
    axes: Axes, x: np.ndarray, y: np.ndarray, colour: str, width: float = 0.6, alpha: float = 1.0, cap: str = "round"
) -> Line2D:
    """Draw a line through points in inches; NaN lifts the pen, so that many lines of a colour are one path."""
    line = Line2D(x, y, color=colour, lw=width, alpha=alpha, solid_capstyle=cap, solid_joinstyle="round", zorder=2)
    line.set_clip_on(False)
    return axes.add_line(line)


def dots(axes: Axes, points: np.ndarray, colour: str, width: float, alpha: float = 1.0, square: bool = False) -> Line2D:
    """Draw points (n, 2) in inches as strokes of next to no length, all of a colour in one path: dots or squares."""
    ends = np.column_stack([points[:, 0], points[:, 0] + 1e-4, np.full(len(points), np.nan)]).ravel()
    return stroke(axes, ends, np.repeat(points[:, 1], 3), colour, width, alpha, "projecting" if square else "round")


def frame(axes: Axes, boxes: np.ndarray, colour: str, width: float = 0.3) -> Line2D:
    """Draw the edges of boxes (n, 4), given as left, bottom, width and height in inches, in one path."""
    left, bottom, wide, high = np.asarray(boxes, dtype=float).T
    none = np.full(len(left), np.nan)
    x = np.column_stack([left, left + wide, left + wide, left, left, none])
    y = np.column_stack([bottom, bottom, bottom + high, bottom + high, bottom, none])
    return stroke(axes, x.ravel(), y.ravel(), colour, width)


def text_width(text: str, size: float = FONT_SIZE) -> float:
    """Return the width of a text in inches."""
    return _text_width(text, size, tuple(font_family()))


@lru_cache(maxsize=4096)
def _text_width(text: str, size: float, family: tuple[str, ...]) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a glyph that the font lacks
        font = FontProperties(family=family, size=size)
        width, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return width / 72


def wrap(text: str, room: float, size: float = FONT_SIZE, most: int = 4) -> str:
    """Return a text in lines of at most `room` inches, broken between words, not in numbers, or where a line is full.

    Of more than `most` lines the last holds what is left, cut in its middle.
    """
    lines = [""]
    for piece in re.findall(rf"(?:[^\s_/.:+=-]|{IN_NUMBER})*(?:[\s_/.:+=-]+|$)", text):
        if text_width((lines[-1] + piece).rstrip(), size) <= room:
            lines[-1] += piece
            continue
        lines.append(piece)
        while text_width(lines[-1].rstrip(), size) > room and len(lines[-1]) > 1:
            fits = (n for n in range(len(lines[-1]) - 1, 1, -1) if text_width(lines[-1][:n], size) <= room)
            kept = next(fits, 1)
            lines[-1:] = [lines[-1][:kept], lines[-1][kept:]]
    lines = [line.strip() for line in lines if line.strip()]
    if len(lines) > most:
        lines = [*lines[: most - 1], fit("".join(lines[most - 1 :]), room, size)]
    return "\n".join(lines)


def extent(text: str, size: float = FONT_SIZE) -> tuple[float, float]:
    """Return the width and the height in inches of a text of one line or several."""
    lines = text.split("\n")
    return max(text_width(line, size) for line in lines), len(lines) * 1.25 * size / 72


def fit(text: str, room: float, size: float = FONT_SIZE) -> str:
    """Return a text cut to at most `room` inches, in its middle: names often differ at their end alone."""
    if text_width(text, size) <= room:
        return text
    most = int(len(text) * room / text_width(text, size)) + 3
    for kept in range(min(len(text) - 1, most), 1, -1):
        cut = text[: (kept + 1) // 2] + "…" + text[len(text) - kept // 2 :]
        if text_width(cut, size) <= room:
            return cut
    return "…"
