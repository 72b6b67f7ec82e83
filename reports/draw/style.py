"""The style of all pictures: matplotlib's defaults and what is said here, whatever the user's matplotlibrc says."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, wraps
from typing import ParamSpec, TypeVar

import matplotlib as mpl
from matplotlib.font_manager import fontManager

ONE_COLUMN, TWO_COLUMNS = 3.4, 7.0  # inches, the widths of figures in a paper
INK = "#1a1a1a"  # becomes the page's text colour, dark or light
FAINT = "#8a8a8a"
FONT_SIZE = 8.0
_SCREEN = ["DejaVu Sans"]  # the first of the default family, which comes with matplotlib
# Beside the text of a LaTeX document: its own letters where they are installed, else those that come with matplotlib.
# cmr10 does too, but has other signs in the places of "_", "<" and others, which names from outside may hold.
_PRINT = ["CMU Serif", "Latin Modern Roman", "DejaVu Serif"]
_printed = ContextVar("printed", default=False)
# Text stays text in SVG and PDF, and fixed ids make the same figure the same bytes. Long lines are thinned before
# they are drawn, and a dot is a line of next to no length, which must not be simplified away.
_OWN = {
    "svg.fonttype": "none",
    "svg.hashsalt": "ucrbench",
    "pdf.fonttype": 42,
    "path.simplify": False,
}
_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


def font_family() -> list[str]:
    """Return the fonts of pictures, the first first: sans serif, or inside `in_print` as those of a LaTeX document."""
    return _installed() if _printed.get() else _SCREEN


@cache
def _installed() -> list[str]:
    there = set(fontManager.get_font_names())
    return [name for name in _PRINT if name in there]


@contextmanager
def in_print() -> Iterator[None]:
    """Have pictures that are drawn and written inside match the text of a LaTeX document."""
    before = _printed.set(True)
    try:
        yield
    finally:
        _printed.reset(before)


@contextmanager
def style() -> Iterator[None]:
    """Draw in the pictures' own style inside, and leave matplotlib's settings as they were."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_OWN)
        mpl.rcParams["font.family"] = font_family()
        if _printed.get():
            mpl.rcParams["mathtext.fontset"] = "cm"
        yield


def styled(draw: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """Let a function that draws or writes a figure do so in the pictures' own style."""

    @wraps(draw)
    def in_style(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
        with style():
            return draw(*args, **kwargs)

    return in_style
