r"""Tables for a paper, in the manner of booktabs: the best value bold, the second best underlined.

The preamble needs `\usepackage[T1]{fontenc}`, `\usepackage{booktabs}` and `\usepackage{longtable}`; long tables go on
over pages, wide ones are split into parts.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from ...results import score_of
from ..data.methods import IN_NUMBER, shorten
from ..stats.tables import GAP, ScoreTable, board_digits
from .layout import ONE, Layout
from .widths import width_of

# Between two columns, where \tabcolsep is 3 pt, and a point to spare.
_GAP = 7.0
_MOST_NAME = 240.0
_HEAD_LINE = 14

_ESCAPES = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}",
    # A bracket at the start of a row would be read as an option of the row before.
    "[": "{[}",
    "]": "{]}",
    "±": r"$\pm$",
    "–": "--",
    "\u202f": r"\,",
    "…": r"\ldots{}",
    "χ": r"$\chi$",
    "²": r"\textsuperscript{2}",
    "\n": " ",
}


def escape(text: str) -> str:
    """Return text from outside as LaTeX that prints just that; a letter that pdflatex lacks as its code, U+1F600."""
    written = []
    for before, letter in pairwise(f" {text}"):
        # Two of these in a row would be printed as another letter.
        written.append("{}" if letter == before and letter in "-,'" else "")
        written.append(_ESCAPES.get(letter) or _letter(letter))
    return "".join(written)


def breakable(text: str) -> str:
    """Return a long name for running text: escaped, and broken over lines where it must be."""
    return r"\hspace{0pt}".join(escape(text[i : i + 6]) for i in range(0, len(text), 6))


def _letter(letter: str) -> str:
    if " " <= letter <= "~" or "\xc0" <= letter <= "\xff":
        return letter
    return "" if ord(letter) < 32 else f"U+{ord(letter):04X}"


@dataclass(frozen=True)
class Cell:
    """A cell of a table: plain text, "0.912 ± 0.004" say, and its place (1 bold, 2 underlined).

    `beside` is another figure, in brackets behind the first, with a place of its own.
    """

    text: str
    place: int = 0
    beside: "Cell | None" = None

    def latex(self) -> str:
        """Return the cell as LaTeX; what follows a ± is small."""
        value, pm, spread = self.text.partition(" ± ")
        text = "--" if value == GAP else escape(value)
        text = {1: rf"\textbf{{{text}}}", 2: rf"\underline{{{text}}}"}.get(int(self.place), text)
        behind = "" if self.beside is None else f" ({self.beside.latex()})"
        return text + (rf"{{\scriptsize\,$\pm$\,{escape(spread)}}}" if pm else "") + behind

    @property
    def width(self) -> float:
        """Width in points, rounded up."""
        value, pm, spread = self.text.partition(" ± ")
        behind = 0 if self.beside is None else self.beside.width + width_of(" ()")
        after = width_of(f"\u202f±\u202f{spread}", small=True) if pm else 0
        return width_of(value, bold=self.place == 1) + after + behind


def score_table_latex(
    table: ScoreTable,
    notes: str = "",
    rows: str | None = None,
    ranks: Mapping[str, float] | None = None,
    layout: Layout = ONE,
) -> str:
    """Return a score's table as `table` or `longtable` environments.

    Args:
        table: Data sets x methods.
        notes: Sentences for the caption (plain text), such as on gaps and on what methods do not share.
        rows: Hash of the rows behind the table, for a comment.
        ranks: Mean ranks of the methods for a last row; none, no row.
        layout: Of the document.
    """
    lines = []
    for dataset in table.text.index:
        cells = [
            Cell(table.text.loc[dataset, method], table.place.loc[dataset, method]) for method in table.text.columns
        ]
        if table.real is not None:
            digits = score_of(table.score).decimals
            cells += [Cell(GAP if pd.isna(value) else f"{value:.{digits}f}") for value in table.real.loc[dataset]]
        lines.append((str(dataset), cells))
    if ranks is not None and len(ranks):
        of = [Cell(f"{ranks[method]:.2f}" if method in ranks else GAP) for method in table.text.columns]
        lines.append(("mean rank", [*of, *[Cell("")] * (0 if table.real is None else table.real.shape[1])]))
    heads = [str(method) for method in table.text.columns]
    if table.real is not None:
        heads += [score_of(table.score).scale.heading + of for of in table.real]
    score = score_of(table.score)
    direction = {True: " Higher is better.", False: " Lower is better.", None: ""}[score.higher_is_better]
    seeds = int(table.seeds.to_numpy().max())
    over = f", mean ± standard deviation over up to {seeds} seeds" if seeds > 1 else ""
    marks = " Bold: best, underlined: second best of a data set." if direction and len(heads) > 1 else ""
    caption = f"{score.title} on the test split{over}.{direction}{marks} {notes}".strip()
    return booktabs("Data set", heads, lines, caption, table.score, rows, layout)


def leaderboard_latex(
    board: pd.DataFrame, places: pd.DataFrame, caption: str, rows: str | None = None, layout: Layout = ONE
) -> str:
    """Return a leaderboard as a table: mean (mean rank) per score, of each the best two marked.

    Args:
        board: From `leaderboard`.
        places: From `board_places`.
        caption: Plain text.
        rows: Hash of the rows behind the table, for a comment.
        layout: Of the document.
    """
    scores = list(dict.fromkeys(board.columns.get_level_values("score")))
    lines = []
    for method, line in board.iterrows():
        cells = []
        for score in scores:
            mean, rank = line[score, "mean"], line[score, "mean_rank"]
            text = GAP if pd.isna(mean) else f"{mean:.{board_digits(score)}f}"
            of_mean, of_rank = (int(places.loc[method, (score, name)]) for name in ("mean", "mean_rank"))
            cells.append(Cell(text, of_mean, None if pd.isna(rank) else Cell(f"{rank:.2f}", of_rank)))
        lines.append((str(method), cells))
    heads = [score_of(score).title for score in scores]
    return booktabs("Method", heads, lines, caption, "leaderboard", rows, layout)


def frame_latex(
    frame: pd.DataFrame,
    first: str,
    caption: str,
    label: str,
    digits: int = 3,
    rows: str | None = None,
    layout: Layout = ONE,
) -> str:
    """Return any frame as a table: its index in the first column, headed `first`; numbers with so many digits."""
    columns = [_texts(frame[column], digits) for column in frame]
    lines = [(str(name), [Cell(text) for text in line]) for name, *line in zip(frame.index, *columns, strict=True)]
    return booktabs(first, [str(column) for column in frame.columns], lines, caption, label, rows, layout)


def _texts(column: pd.Series, digits: int) -> list[str]:
    values = column.dropna()
    if all(isinstance(value, str) for value in values) and len(values):
        return [GAP if pd.isna(value) else value for value in column]
    whole = all(float(value).is_integer() for value in values)
    return [GAP if pd.isna(value) else f"{value:.{0 if whole else digits}f}" for value in column]


def booktabs(
    first: str,
    heads: Sequence[str],
    lines: Sequence[tuple[str, Sequence[Cell]]],
    caption: str,
    label: str,
    rows: str | None = None,
    layout: Layout = ONE,
) -> str:
    """Return a table: in a column or across the columns, in parts where it is too wide, over pages where too long.

    Args:
        first: Head of the first column.
        heads: Heads of the others.
        lines: Name and cells of every row.
        caption: Plain text.
        label: End of the label, after "tab:"; letters, digits and hyphens of it are kept.
        rows: Hash of the rows behind the table, for a comment.
        layout: Of the document.
    """
    names = max([width_of(first), *(width_of(_name(name)) for name, _ in lines)]) + _GAP
    widths = [
        max([*(width_of(part) for part in _wrapped(head)), *(cells[i].width for _, cells in lines)]) + _GAP
        for i, head in enumerate(heads)
    ]
    wide = layout.columns > 1 and names + sum(widths) > layout.column
    parts = _parts(widths, (layout.page if wide else layout.column) - names)
    label = "tab:" + re.sub(r"[^A-Za-z0-9]+", "-", label)
    written = [] if rows is None else [f"% ucrbench rows {rows}"]
    for number, columns in enumerate(parts):
        part = f" Part {number + 1} of {len(parts)}." if len(parts) > 1 else ""
        top = " & ".join([escape(first), *(_head(heads[i]) for i in columns)]) + r" \\"
        body = [
            " & ".join([escape(_name(name)), *(cells[i].latex() for i in columns)]) + r" \\" for name, cells in lines
        ]
        captions = escape(caption + part), label + (f"-{number + 1}" if number else "")
        written += layout.table("l" + "r" * len(columns), top, body, captions, wide)
    return "\n".join(written) + "\n"


def _name(name: str) -> str:
    length = next((n for n in range(len(name), 0, -1) if width_of(shorten(name, n)) <= _MOST_NAME), 1)
    return shorten(name, length)


def _wrapped(head: str) -> list[str]:
    """Return a head in lines of at most 14 letters, broken after a separator where there is one, at most four lines.

    The point of a number and the sign of its exponent separate nothing.
    """
    lines: list[str] = []
    for piece in re.findall(rf"(?:[^_\s:./=-]|{IN_NUMBER})*[_:./=-]?\s*|\s+", head):
        while len(piece.strip()) > _HEAD_LINE:
            lines.append(piece[:_HEAD_LINE])
            piece = piece[_HEAD_LINE:]
        if lines and len((lines[-1] + piece).strip()) <= _HEAD_LINE:
            lines[-1] += piece
        elif piece:
            lines.append(piece)
    lines = [line.strip() for line in lines if line.strip()]
    return lines if len(lines) <= 4 else [*lines[:3], f"…{lines[-1]}"]


def _head(head: str) -> str:
    lines = _wrapped(head)
    if len(lines) <= 1:
        return escape(lines[0] if lines else "")
    return r"\begin{tabular}[b]{@{}r@{}}" + r" \\ ".join(escape(line) for line in lines) + r"\end{tabular}"


def _parts(widths: Sequence[float], room: float) -> list[list[int]]:
    """Return the columns in parts that fit, equally many in each or one more."""
    for count in range(1, len(widths) + 1):
        ends = [round(len(widths) * part / count) for part in range(count + 1)]
        parts = [list(range(*of)) for of in pairwise(ends)]
        if all(sum(widths[i] for i in part) <= room for part in parts):
            return parts
    return [[i] for i in range(len(widths))]
