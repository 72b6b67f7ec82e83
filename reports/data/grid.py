"""A table of text, as people export it: heads and rows with as many cells each, or a line that says what is wrong."""

import csv
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from .errors import ReportError

_GAPS = {"", "-", "–", "na", "n/a", "#n/a", "nan", "null", "none"}
_SEPARATORS = ";\t,"
_BEFORE = re.compile(r"(?i)#|sep=.$")  # comments, and the line that tells Excel what separates the cells
_NUMBERING = {"", "unnamed: 0", "index"}  # heads of the numbers that pandas writes before each row


@dataclass(frozen=True)
class Grid:
    """A table of text.

    Attributes:
        path: The file.
        heads: Names of the columns, no two alike.
        rows: The cells of each row.
        comma: True where decimals are written with a comma, as in files whose cells are separated by semicolons.
    """

    path: Path
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    comma: bool

    def column(self, name: str) -> list[str]:
        """Return the cells of a column."""
        place = self.heads.index(name)
        return [row[place] for row in self.rows]

    def number(self, text: str) -> float:
        """Return the number that a cell holds; NaN for a gap.

        Raises:
            ReportError: It holds none.
        """
        if is_gap(text):
            return float("nan")
        try:
            return float(text.replace(",", ".") if self.comma else text)
        except ValueError:
            hint = ""
            if "%" in text:
                hint = "; give shares, not percent"
            elif any(sign in text for sign in "±(") or "+-" in text:
                hint = "; give the mean alone"
            elif "," in text:
                hint = "; leave out the points" if self.comma and "." in text else "; write decimals with a point"
            raise ReportError(f"{self.path}: {text!r} is no number{hint}") from None


def is_gap(text: str) -> bool:
    """Tell whether a cell is empty, or says that there is nothing."""
    return text.casefold() in _GAPS


def read_grid(path: Path) -> Grid:
    """Read a file of cells separated by commas, semicolons or tabs; comments above it and numbers of rows are left out.

    Raises:
        ReportError: There is no such file, it cannot be read, has no head or no rows, two columns of a name, a column
            of values without a name, or a row with more or fewer cells than the head.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            written = file.read().splitlines()
        first = next((place for place, line in enumerate(written) if not _BEFORE.match(line)), 0)
        separator = next((one for one in _SEPARATORS if one in "".join(written[first : first + 1])), ",")
        reader = csv.reader(written[first:], delimiter=separator, strict=True)
        lines = [
            (first + reader.line_num, [cell.strip() for cell in row]) for row in reader if any(map(str.strip, row))
        ]
    except FileNotFoundError as error:
        raise ReportError(f"there is no file {path}; name a CSV, or published") from error
    except UnicodeDecodeError as error:
        raise ReportError(f"{path} cannot be read as CSV: it is no text in UTF-8; export it as such") from error
    except (OSError, ValueError, csv.Error) as error:
        raise ReportError(f"{path} cannot be read as CSV: {str(error).splitlines()[0]}") from error
    if len(lines) < 2:
        raise ReportError(f"{path} cannot be read as CSV: it has no row below its head")
    (_, heads), *rows = lines
    while heads and not heads[-1] and all(len(row) < len(heads) or not row[len(heads) - 1] for _, row in rows):
        heads = heads[:-1]  # commas at the end of the lines, without anything between them
    whole = tuple(_fitted(row, len(heads), number, path) for number, row in rows)
    _check_heads(heads, path, comma=separator == ";")
    if len(heads) > 2 and heads[0].casefold() in _NUMBERING and all(row[0].isdecimal() for row in whole):
        heads, whole = heads[1:], tuple(row[1:] for row in whole)
    return Grid(path, tuple(heads), whole, separator == ";")


def _fitted(row: list[str], width: int, line: int, path: Path) -> tuple[str, ...]:
    while len(row) > width and not row[-1]:
        row = row[:-1]
    if len(row) != width:
        raise ReportError(
            f"{path}: line {line} has {len(row)} cells, and the head has {width}; an empty cell is a gap, and decimals "
            "are written with a point where commas separate the cells"
        )
    return tuple(row)


def _check_heads(heads: list[str], path: Path, comma: bool) -> None:
    if len(heads) > 1 and all(_is_number(head, comma) for head in heads[1:]):
        raise ReportError(f"{path} has no head: its first line holds numbers; put the names of the columns above it")
    if "" in heads[1:]:
        raise ReportError(f"{path}: column {heads.index('', 1) + 1} has values and no name; name it or leave it out")
    name, often = Counter(heads).most_common(1)[0]
    if often > 1:
        raise ReportError(f"{path} has {often} columns called {name!r}; give each a name of its own")


def _is_number(text: str, comma: bool) -> bool:
    try:
        float(text.replace(",", ".") if comma else text)
    except ValueError:
        return False
    return True
