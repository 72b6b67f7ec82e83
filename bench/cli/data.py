"""`data fetch` and `data verify`."""

from typing import Annotated

import typer

from ... import datasets
from .app import app
from .texts import DataDir

data_app = typer.Typer(no_args_is_help=True, help="Fetch and verify data sets.")
app.add_typer(data_app, name="data")


@data_app.command("fetch")
def data_fetch(
    names: Annotated[list[str], typer.Argument(help="Data sets, or all, Sony*, type:ECG, @FILE.")],
    data_dir: DataDir = None,
) -> None:
    """Download data sets, so that later runs need no network.

    Example: ucrbench data fetch all --data-dir data
    """
    results = datasets.fetch(
        datasets.select(names),
        data_dir,
        lambda r: print(f"{r.status:8s} {r.name} {r.problem or ''}".rstrip()),
    )
    raise typer.Exit(0 if all(result.ok for result in results) else 1)


@data_app.command("verify")
def data_verify(
    names: Annotated[list[str] | None, typer.Argument(help="Data sets; those that are there by default.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Check data sets against the archive's sizes, and print a hash of their content.

    Example: ucrbench data verify --data-dir data
    """
    results = datasets.verify(
        data_dir,
        datasets.select(names) if names else None,
        lambda r: print(f"{'ok' if r.ok else 'BAD':4s} {r.name} {r.data_hash or ''} {r.problem or ''}".rstrip()),
    )
    raise typer.Exit(0 if all(result.ok for result in results) else 1)
