"""`demo`: a first look in minutes."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from ..planning.request import Execution, Sweep
from .app import app
from .reporting import dataset_types, reporting
from .requests import Request, takes
from .sweeping import run_and_tell

FIXED = {
    "datasets": ("ItalyPowerDemand", "GunPoint", "ArrowHead"),
    "variants": ("main", "random", "raw"),  # the last two are what every variant should be better than
    "preset": "quick",
}


@app.command()
@takes(
    from_file=False,
    sweep=Request(Sweep, ("data_dir", "device", "threads"), FIXED),
    execution=Request(Execution, ("workers", "time_limit")),
)
def demo(
    sweep: Sweep,
    execution: Execution,
    out: Annotated[Path, typer.Argument(help="Folder of the results.")] = Path("ucrbench-demo"),
) -> None:
    """Run three data sets x seven methods at quick on what is here, without network, and report.

    Example: ucrbench demo
    """
    from ..planning.job import PROTOCOL_VERSION

    status = run_and_tell(out, sweep, execution)
    if status > 1:
        raise typer.Exit(status)
    with reporting() as reports:
        page = reports.report(out, preset="quick", types=dataset_types(), protocol=PROTOCOL_VERSION)
        scores = reports.select_stores(out, "quick", protocol=PROTOCOL_VERSION).scores
        width = shutil.get_terminal_size((120, 24)).columns
        print(reports.leaderboard_lines(reports.leaderboard(scores), width))
    print(f"report: {page}")
    raise typer.Exit(status)
