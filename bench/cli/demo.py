"""`demo`: a first look in minutes."""

from pathlib import Path
from typing import Annotated

import typer

from ...results import ResultStore
from ..planning.request import Execution, Sweep
from .app import app
from .output import print_table
from .reporting import dataset_types, reporting
from .requests import Request, takes
from .sweeping import run_and_tell

DEMO = ("ItalyPowerDemand", "GunPoint", "ArrowHead")


@app.command()
@takes(
    from_file=False,
    sweep=Request(Sweep, ("data_dir", "device", "threads"), fixed={"datasets": DEMO, "preset": "quick"}),
    execution=Request(Execution, ("workers", "time_limit")),
)
def demo(
    sweep: Sweep,
    execution: Execution,
    out: Annotated[Path, typer.Argument(help="Folder of the results.")] = Path("ucrbench-demo"),
) -> None:
    """Run three data sets x five variants at quick on what is here, without network, and report.

    Example: ucrbench demo
    """
    from ..planning.job import PROTOCOL_VERSION

    status = run_and_tell(out, sweep, execution)
    if status > 1:
        raise typer.Exit(status)
    with reporting() as reports:
        page = reports.report(out, preset="quick", types=dataset_types(), protocol=PROTOCOL_VERSION)
        scores = reports.select(ResultStore(out), "quick", PROTOCOL_VERSION).scores
        board = reports.leaderboard_text(reports.leaderboard(scores))
    print("mean over data sets (mean rank)")
    print_table(("method", *board.columns), list(board.itertuples(name=None)))
    print(f"report: {page}")
    raise typer.Exit(status)
