"""The style of all pictures: matplotlib's defaults and what is said here, whatever the user's matplotlibrc says."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

import matplotlib as mpl

ONE_COLUMN, TWO_COLUMNS = 3.4, 7.0  # inches, the widths of figures in a paper
INK = "#1a1a1a"  # becomes the page's text colour, dark or light
FAINT = "#8a8a8a"
FONT_SIZE = 8.0
FONT = "DejaVu Sans"  # the first of the default family, which comes with matplotlib
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


@contextmanager
def style() -> Iterator[None]:
    """Draw in the pictures' own style inside, and leave matplotlib's settings as they were."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_OWN)
        yield


def styled(draw: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """Let a function that draws or writes a figure do so in the pictures' own style."""

    @wraps(draw)
    def in_style(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
        with style():
            return draw(*args, **kwargs)

    return in_style
