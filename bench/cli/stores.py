"""`status`, `check`, `reproduce` and `merge`: what is done with result folders."""

from pathlib import Path
from typing import Annotated

import typer

from ...results import ResultStore
from ...results import check as look_over
from ...results import merge as merge_stores
from ..sweep.progress import duration
from .app import app
from .output import print_table
from .texts import DataDir, Device, Out, Weights


@app.command()
def status(out: Out) -> None:
    """Show how the jobs of OUT stand, and what went wrong.

    Example: ucrbench status out
    """
    jobs = ResultStore(out).standing()
    counts = jobs.groupby(["variant", "status"]).size().unstack(fill_value=0)
    seconds = jobs.groupby("variant")["seconds_total"].sum()
    rows = [(name, *counts.loc[name], duration(seconds[name])) for name in counts.index]
    print_table(("variant", *counts.columns, "time"), rows)
    for row in jobs[jobs["status"] != "ok"].to_dict("records"):
        tries = f" ({row['attempts']} attempts)" if row["attempts"] > 1 else ""
        print(f"{row['status']}: {row['variant']} on {row['dataset']}, seed {row['seed']}{tries}: {row['error']}")


@app.command()
def check(
    out: Out,
    look_only: Annotated[bool, typer.Option("--look-only", help="Change nothing.")] = False,
) -> None:
    """Read every file of OUT; set damaged ones aside, list jobs to run again; exit status 1 where anything was found.

    Example: ucrbench check out
    """
    result = look_over(out, mend=not look_only)
    for finding in result.findings:
        print(f"{finding.kind:9s} {finding.where}: {finding.what}")
    print(f"{result.files} files read, {len(result.findings)} findings, {len(result.again)} jobs to run again")
    for job in result.again:
        print(f"again     {job}")
    raise typer.Exit(0 if result.ok else 1)


@app.command()
def merge(
    sources: Annotated[list[Path], typer.Argument(help="Result folders to join.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the joined results.")],
    mix_versions: Annotated[
        bool, typer.Option("--mix-versions", help="Join results of different protocol, score or archive versions too.")
    ] = False,
) -> None:
    """Join result folders; of a job that several hold, the newest success counts.

    Example: ucrbench merge laptop cluster -o all
    """
    print(f"{merge_stores(sources, out, mix_versions)} jobs in {out}")


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
    from ..job.reproduction import reproduce as run_again

    table = run_again(out, job, data_dir, device, fcn_weights)
    print_table(
        ("score", *table.columns),
        [(row[0], *(f"{value:.6g}" for value in row[1:5]), row[5]) for row in table.itertuples()],
    )
    raise typer.Exit(1 if (table["verdict"] == "beyond spread").any() else 0)
