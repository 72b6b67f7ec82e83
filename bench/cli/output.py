"""Tables on the console."""

from rich.console import Console
from rich.table import Table


def print_table(head: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in head:
        table.add_column(str(name), no_wrap=True)
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    console = Console()
    console.width = console.width if console.is_terminal else 200
    console.print(table)
