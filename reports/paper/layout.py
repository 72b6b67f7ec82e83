"""The layout of a paper: how wide its columns are, and where its tables and figures stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..data.errors import ReportError
from ..draw.style import ONE_COLUMN, TWO_COLUMNS

MOST_ROWS = 40  # of a table on one page
_SHRUNK = 1.2  # times the room; a wider figure spans the columns
_TURNED = 1.3  # times the room; a wider picture would be too small to read, and is turned


@dataclass(frozen=True)
class Layout:
    r"""A document of one column or of two.

    Attributes:
        columns: Number of columns.
        document: Options of the class of the document.
        geometry: Options of the package geometry.
        column: Width of a column in points.
        page: Width of all columns in points.
        figure: Width in inches of figures that may be as narrow as a column; others span the page.
    """

    columns: int
    document: str
    geometry: str
    column: float
    page: float
    figure: float

    def wide(self, points: float) -> bool:
        """Tell whether a figure that is so wide has to span the columns; one a little too wide is shrunk."""
        return self.columns > 1 and points > _SHRUNK * self.column

    def environment(self, kind: str, wide: bool) -> tuple[str, str]:
        """Return the first and the last line of a table or a figure, in a column or across the columns."""
        name = f"{kind}*" if wide else kind
        return rf"\begin{{{name}}}[htbp]", rf"\end{{{name}}}"

    def fitted(self, points: float, wide: bool) -> str:
        """Return the options of a picture that is so wide: none where it fits, else shrunk, or turned and shrunk."""
        room = self.page if wide else self.column
        if points <= 0.98 * room:
            return ""
        if points <= _TURNED * room:
            return r"[width=\linewidth]"
        return r"[angle=90,width=\linewidth,totalheight=0.82\textheight,keepaspectratio]"

    def section(self, title: str, shown: Sequence[str], spanning: Sequence[str]) -> list[str]:
        """Return the lines of a section on pages of its own.

        What spans the columns comes on the next page at the earliest, so what fits a column is before it. A section
        without any of the latter has its pages for itself, in one column.

        Args:
            title: As LaTeX; of none there is no heading.
            shown: Lines of what is as wide as a column.
            spanning: Lines of what spans the columns.
        """
        begin = r"\clearpage" if self.columns == 1 else r"\twocolumn" if shown else r"\onecolumn"
        return ["", begin + (rf"\section*{{{title}}}" if title else ""), *shown, *spanning]

    def table(self, columns: str, top: str, body: Sequence[str], captions: tuple[str, str], wide: bool) -> list[str]:
        """Return the lines of a table; a long one goes on over pages, which two columns allow as several tables.

        Args:
            columns: Specification of the columns.
            top: The row of heads.
            body: The other rows.
            captions: The caption, and the label.
            wide: Whether it spans the columns.
        """
        if len(body) <= MOST_ROWS:
            return self._short(columns, top, body, captions, wide)
        if self.columns == 1:
            return _long(columns, top, body, captions)
        caption, label = captions
        lines = []
        count = -(-len(body) // MOST_ROWS)
        for start, end in pairwise(round(len(body) * part / count) for part in range(count + 1)):
            rows = body[start:end]
            said = f"{caption} Rows {start + 1} to {start + len(rows)} of {len(body)}."
            own = (said, f"{label}-row-{start + 1}" if start else label)
            lines += self._short(columns, top, rows, own, wide)
        return lines

    def _short(self, columns: str, top: str, body: Sequence[str], captions: tuple[str, str], wide: bool) -> list[str]:
        begin, end = self.environment("table", wide)
        return [
            begin,
            r"\centering\footnotesize\setlength{\tabcolsep}{3pt}",
            rf"\caption{{{captions[0]}}}",
            rf"\label{{{captions[1]}}}",
            rf"\begin{{tabular}}{{{columns}}}",
            r"\toprule",
            top,
            r"\midrule",
            *body,
            r"\bottomrule",
            r"\end{tabular}",
            end,
        ]


# Widths of the text block: A4 less the margins.
ONE = Layout(1, "10pt,a4paper", "margin=2cm", 484.0, 484.0, TWO_COLUMNS)
TWO = Layout(2, "10pt,a4paper,twocolumn", "margin=1.55cm,columnsep=0.25in", 245.0, 509.0, ONE_COLUMN)


def layout_of(columns: int) -> Layout:
    """Return the layout of one column or two.

    Raises:
        ReportError: Another number of columns.
    """
    found = {one.columns: one for one in (ONE, TWO)}
    if columns not in found:
        raise ReportError(f"a paper of {columns} columns; it has 1 or 2")
    return found[columns]


def _long(columns: str, top: str, body: Sequence[str], captions: tuple[str, str]) -> list[str]:
    return [
        r"{\footnotesize\setlength{\tabcolsep}{3pt}",
        rf"\begin{{longtable}}{{{columns}}}",
        rf"\caption{{{captions[0]}}}\label{{{captions[1]}}} \\",
        r"\toprule",
        top,
        r"\midrule",
        r"\endfirsthead",
        r"\toprule",
        top,
        r"\midrule",
        r"\endhead",
        r"\bottomrule",
        r"\endfoot",
        *body,
        r"\end{longtable}}",
    ]
