"""Printing: tables, lines, and streams that may be closed, full or unable to encode a name."""

import contextlib
import os
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table


def print_table(head: tuple[str, ...], rows: Sequence[Sequence[object]]) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in head:
        table.add_column(str(name), no_wrap=True)
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    console = Console(markup=False, emoji=False)  # names in brackets or between colons are names
    console.width = console.width if console.is_terminal else 200
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
