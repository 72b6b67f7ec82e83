"""A leaderboard for a terminal of any width: no number and no name is cut."""

import textwrap
from collections.abc import Sequence

import pandas as pd

from ..data.methods import titles
from .tables import GAP, leaderboard_text

_HEADS = (14, 8)  # letters of a line of a column's head, wide and narrow; names of rows have twice as many
_NARROWEST, _WIDEST_BLOCK = 20, 48


def leaderboard_lines(board: pd.DataFrame, width: int) -> str:
    """Return a leaderboard as lines of at most `width` letters.

    The first of these that fits: methods as rows and scores as columns; scores as rows and methods as columns; the
    same with means alone; a block per score.

    Args:
        board: From `leaderboard`.
        width: Letters in a line of the terminal.
    """
    text = leaderboard_text(board)
    text.index = text.index.map(titles(map(str, text.index)))
    means = text.map(lambda cell: cell.partition(" ")[0])
    both, alone = "mean over data sets (mean rank)", "mean over data sets"
    for caption, table in ((both, text), (both, text.T), (alone, means.T)):
        for head in _HEADS:
            lines = _table(table, head)
            if max(map(len, lines)) <= width:
                return "\n".join([caption, *lines])
    room = min(max(width, _NARROWEST), _WIDEST_BLOCK)
    return "\n".join([*textwrap.wrap(both, room), *_blocks(text, room)])


def _table(table: pd.DataFrame, width: int) -> list[str]:
    """Return a frame as lines: its index on the left, heads over lines of at most `width` letters or a word."""
    heads = [_wrapped(str(head), width) for head in table]
    widths = [max(map(len, [*head, *table.iloc[:, place]])) for place, head in enumerate(heads)]
    names = [_wrapped(str(name), 2 * width) for name in table.index]
    first = max(len(line) for name in names for line in name)
    high = max(map(len, heads))
    padded = [[""] * (high - len(head)) + head for head in heads]
    lines = [_row("", first, [head[line] for head in padded], widths) for line in range(high)]
    for name, (_, cells) in zip(names, table.iterrows(), strict=True):
        lines.append(_row(name[0], first, list(cells), widths))
        lines += name[1:]
    return lines


def _row(name: str, first: int, cells: Sequence[str], widths: Sequence[int]) -> str:
    shown = [cell.rjust(width) for cell, width in zip(cells, widths, strict=True)]
    return "  ".join([name.ljust(first), *shown]).rstrip()


def _blocks(text: pd.DataFrame, width: int) -> list[str]:
    """Return a block of lines per score: its title, then a line per method, its name over several where it must be."""
    lines = []
    for title, cells in text.items():
        lines += ["", *textwrap.wrap(str(title), width)]
        room = width - 3 - max(map(len, cells))
        for method, cell in cells.items():
            if cell == GAP:
                continue
            *before, last = _wrapped(str(method), room)
            lines += [f"  {line}" for line in before]
            lines.append(f"  {last.ljust(room)} {cell.rjust(width - 3 - room)}")
    return lines


def _wrapped(text: str, width: int) -> list[str]:
    """Return a text in lines, broken between words and after underscores; a word of up to 14 letters is kept whole."""
    if len(text) <= width:
        return [text]
    word = max(map(len, text.replace("_", "_ ").split()))
    wrapped = textwrap.wrap(text.replace("_", "_ "), max(width, min(word, _HEADS[0])))
    return [line.replace("_ ", "_") for line in wrapped]
