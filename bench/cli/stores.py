"""`status` and `merge`: result folders."""

from pathlib import Path
from typing import Annotated

import typer

from ...results import ResultStore
from ...results import merge as merge_stores
from ..reproduction import reproduce as run_again
from .app import app
from .options import DataDir, Device, Out, Weights
from .output import print_table


@app.command()
def status(out: Out) -> None:
    """Show how the jobs of OUT stand, and what went wrong.

    Example: ucrbench status out
    """
    jobs = ResultStore(out).jobs()
    latest = jobs.sort_values("finished_at").groupby("job", sort=False).tail(1)
    counts = latest.groupby(["variant", "status"]).size().unstack(fill_value=0)
    print_table(
        ("variant", *counts.columns), [(name, *row) for name, row in zip(counts.index, counts.to_numpy(), strict=True)]
    )
    for row in latest[latest["status"] != "ok"].itertuples():
        print(f"{row.status}: {row.variant} on {row.dataset}, seed {row.seed}: {row.error}")


@app.command()
def merge(
    sources: Annotated[list[Path], typer.Argument(help="Result folders to join.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the joined results.")],
) -> None:
    """Join result folders; of a job that several hold, the newest success counts.

    Example: ucrbench merge laptop cluster -o all
    """
    print(f"{merge_stores(sources, out)} jobs in {out}")


@app.command()
def reproduce(
    out: Out,
    job: Annotated[str, typer.Argument(help="Key of a finished job, or the beginning of it.")],
    data_dir: DataDir = None,
    device: Device = "auto",
    fcn_weights: Weights = None,
) -> None:
    """Run a job of OUT again and compare with the spread over seeds; exit status 1 where a score is beyond it.

    Example: ucrbench reproduce out 3fa9
    """
    table = run_again(out, job, data_dir, device, fcn_weights)
    print_table(
        ("score", *table.columns),
        [(row[0], *(f"{value:.6g}" for value in row[1:5]), row[5]) for row in table.itertuples()],
    )
    raise typer.Exit(1 if (table["verdict"] == "beyond spread").any() else 0)
