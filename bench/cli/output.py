"""Printing: tables, lines, and streams that may be closed, full or unable to encode a name."""

import contextlib
import os
import sys
from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

_LAST = 20  # letters in a line of the last column of a table at least


def print_table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table without cutting a cell: the last column goes on over lines where the terminal leaves it room.

    Where it does not, or there is no terminal, a row is one line, however long.
    """
    texts = [[str(cell) for cell in row] for row in rows]
    table = Table(box=None, header_style="bold", pad_edge=False)
    for place, name in enumerate(head, start=1):
        table.add_column(name, no_wrap=place < len(head), overflow="fold")
    for row in texts:
        table.add_row(*row)
    console = Console(markup=False, emoji=False)  # names in brackets or between colons are names
    *others, last = (max(map(cell_len, column)) for column in zip(head, *texts, strict=True))
    before = sum(others) + 2 * len(others)
    if not console.is_terminal or console.width < before + min(last, _LAST):
        console.width = before + last
    console.print(table)


def steady_streams() -> None:
    """Have standard output and error replace what they cannot encode, and be there even where they were closed.

    A closed one is opened on nothing, in worker processes too: the next file to be opened would take its number, and
    get what is printed.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_WRONLY)  # takes the lowest number that is free
            os.set_inheritable(nowhere, True)
            setattr(sys, name, os.fdopen(nowhere, "w"))
        stream = getattr(sys, name)
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def say(text: str) -> None:
    """Print a line about work that is done, which stays done where the line cannot be printed."""
    try:
        print(text, flush=True)
    except OSError:
        drop_output()


def drop_output() -> None:
    """Send to nowhere what standard output still holds and will be given, after a write to it has failed."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
