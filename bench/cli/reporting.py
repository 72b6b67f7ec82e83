"""`report`: the site, tables and figures of a result folder."""

from pathlib import Path
from typing import Annotated

import typer

from ...datasets import catalogue
from ...reports import report as write_report
from .app import app
from .options import Out


@app.command()
def report(
    out: Out,
    to: Annotated[Path | None, typer.Option(help="Folder of the site; OUT/report by default.")] = None,
    preset: Annotated[str | None, typer.Option(help="Needed where OUT holds several.")] = None,
    gaps: Annotated[
        str, typer.Option(help="refuse; common: data sets that all have; worst: gaps rank last.")
    ] = "refuse",
) -> None:
    """Write the site of OUT, with tables and figures beside it, and print its first page.

    Example: ucrbench report out --to site
    """
    print(write_report(out, to, preset, gaps, dataset_types()))


def dataset_types() -> dict[str, str]:
    """The archive's type of each data set, by which the site's leaderboard can be filtered."""
    return {name: info.type for name, info in catalogue().items()}
