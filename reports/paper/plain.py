"""One score as a table for elsewhere: data sets x methods as CSV, Excel, LaTeX or Markdown, with their mean ranks."""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from ...results import score_of
from ..data.comparing import select_stores
from ..data.errors import ReportError
from ..data.selection import AS_IT_IS, Reading
from ..data.shown import shown
from ..stats.comparison import GAPS, Comparison, compare
from ..stats.tables import GAP, ScoreTable, score_table
from .latex import score_table_latex

FORMATS = ("csv", "xlsx", "tex", "md")
RANK = "mean rank"


def write_table(
    stores: Mapping[str, str | Path] | str | Path,
    score: str,
    path: str | Path,
    preset: str | None = None,
    gaps: str = "refuse",
    protocol: int | None = None,
    reading: Reading = AS_IT_IS,
) -> Path:
    """Write one score of a store, or of several, as a table: data sets x methods, means over seeds, mean ranks below.

    Args:
        stores: As in `select_stores`.
        score: Name of the score.
        path: File to write; its ending says how: .csv, .xlsx, .tex or .md.
        preset: As in `select_stores`.
        gaps: Policy for gaps, see `compare`. Where the methods are not compared, the row of ranks has dashes.
        protocol: As in `select_stores`.
        reading: How the rows are read, and which are.

    Returns:
        The path.

    Raises:
        ReportError: Nobody has the score, an ending that is none of these, no openpyxl for Excel, or a file that
            cannot be written.
        StoreError: A store cannot be read.
    """
    path = Path(path)
    kind = path.suffix.removeprefix(".")
    if kind not in FORMATS:
        raise ReportError(f"{path.name} says of no format; there are: {', '.join(FORMATS)}")
    if kind == "xlsx" and find_spec("openpyxl") is None:
        raise ReportError("Excel files need the extra: pip install 'ucrbench[excel]', or openpyxl alone, or write csv")
    if gaps not in GAPS:
        raise ReportError(f"unknown policy for gaps {gaps!r}; there are: {', '.join(GAPS)}")
    selection = shown(select_stores(stores, preset, (), protocol, reading))
    mixed = reading.mix_judges
    table = score_table(selection.scores, score, selection.references, selection.datasets, mixed)
    try:
        found, why = compare(selection.scores, score, gaps, selection.datasets, mix_judges=mixed), ""
    except ReportError as error:
        found, why = None, f"Not ranked: {error}."
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(table, found, " ".join([why, *selection.notes_on(score)]).strip(), path)
    except OSError as error:
        raise ReportError(
            f"cannot write {path}: {(error.strerror or str(error)).lower()}; name another file"
        ) from error
    return path


def _write(table: ScoreTable, found: Comparison | None, notes: str, path: Path) -> None:
    ranks = found.summary["mean_rank"] if found else pd.Series(dtype=float)
    numbers = table.mean.copy()
    numbers.loc[RANK] = ranks.reindex(numbers.columns)
    if path.suffix == ".csv":
        numbers.to_csv(path)
    elif path.suffix == ".xlsx":
        _write_workbook(numbers, table.score, path)
    elif path.suffix == ".tex":
        path.write_text(score_table_latex(table, notes, ranks=ranks), encoding="utf-8")
    else:
        path.write_text(_markdown(numbers, table.score, notes), encoding="utf-8")


def _write_workbook(numbers: pd.DataFrame, score: str, path: Path) -> None:
    """Write numbers as the one sheet of a workbook. A name is a text in it, one that begins with "=" as well."""
    named = numbers.rename(index=_printable, columns=_printable)
    sheet = score[:31]  # Excel knows no longer names
    with pd.ExcelWriter(path, engine="openpyxl") as book:
        named.to_excel(book, sheet_name=sheet)
        for row in book.sheets[sheet].iter_rows():
            for cell in row:
                cell.data_type = "s" if cell.data_type == "f" else cell.data_type


def _printable(name: object) -> str:
    """Return a name without control characters, which a workbook cannot hold."""
    return "".join(letter for letter in str(name) if letter >= " ")


def _markdown(numbers: pd.DataFrame, score: str, notes: str) -> str:
    digits = score_of(score).decimals
    lines = [["data set", *numbers.columns], ["---", *["---:"] * numbers.shape[1]]]
    for name, row in numbers.iterrows():
        places = 2 if name == RANK else digits
        lines.append([str(name), *(GAP if pd.isna(value) else f"{value:.{places}f}" for value in row)])
    return "\n".join([*map(_line, lines), *(["", notes] if notes else [])]) + "\n"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
