"""`report`: the page, tables and figures of a result folder."""

from pathlib import Path
from typing import Annotated

import typer

from ...reports import report as write_report
from .app import app
from .options import Out


@app.command()
def report(
    out: Out,
    dest: Annotated[Path | None, typer.Option(help="Folder of the report; OUT/report by default.")] = None,
    preset: Annotated[str | None, typer.Option(help="Needed where OUT holds several.")] = None,
    gaps: Annotated[str, typer.Option(help="refuse, or common: rank on the data sets that all have.")] = "refuse",
) -> None:
    """Write the page, tables and figures of OUT.

    Example: ucrbench report out
    """
    print(write_report(out, dest, preset, gaps))
