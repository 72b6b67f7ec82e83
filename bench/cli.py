"""The command line: each command a few lines around one function that anyone can call from Python."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from .. import datasets
from ..models.errors import ModelError
from ..models.variants import MAIN_VARIANTS, VARIANTS
from ..reports import ReportError, leaderboard, leaderboard_text
from ..reports import report as write_report
from ..results import SCORES, ResultStore, StoreError
from ..results import merge as merge_stores
from .errors import PoolError, UsageError
from .job import Job
from .overrides import keys
from .planning import Plan, Sweep
from .planning import plan as make_plan
from .presets import PRESETS
from .progress import duration, reporter
from .sweep import run as run_sweep

MAIN = ",".join(MAIN_VARIANTS)
MOST_SEEDS = 10_000
DEMO = ("ItalyPowerDemand", "GunPoint", "ArrowHead")

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help="Benchmark time-series representation learning and generation on the UCR archive.",
)
data_app = typer.Typer(no_args_is_help=True, help="Fetch and verify data sets.")
app.add_typer(data_app, name="data")

# Typer carries its own copy of click, whose errors it does not export by name.
ClickException = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")

Datasets = Annotated[str, typer.Option("--datasets", "-d", help="Names with commas between them, or all.")]
Variants = Annotated[
    str, typer.Option("--variants", "-v", help="Names with commas between them; module:Class for your own model.")
]
Seeds = Annotated[str, typer.Option(help="Such as 0, 0,1,2 or 0-4.")]
Preset = Annotated[str, typer.Option("--preset", "-p", help=f"One of {', '.join(PRESETS)}.")]
Set = Annotated[
    list[str] | None, typer.Option("--set", help="Change a setting, such as training.lr=5e-4; part of the key.")
]
Scores = Annotated[str, typer.Option(help="Only these, with commas between them; by default all a model can have.")]
DataDir = Annotated[str | None, typer.Option(help="Folder of the data sets; $UCRBENCH_DATA, else aeon's cache.")]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda or cuda:N.")]
Threads = Annotated[int, typer.Option(help="Threads per job on a CPU; scores may depend on it in the last bits.")]
Weights = Annotated[str | None, typer.Option(help="Folder of supervised-fcn weights; FCNs are trained without it.")]
Jobs = Annotated[int | None, typer.Option("--jobs", "-j", help="Processes; by default one per core, one on a GPU.")]
Scheduler = Annotated[str | None, typer.Option(help="Run on the workers of a Dask scheduler, such as tcp://host:8786.")]
Keep = Annotated[
    Literal["none", "light", "all"],
    typer.Option(help="Beside the scores, keep nothing; latents, samples and curves; or weights as well."),
]
Out = Annotated[Path, typer.Argument(help="Folder of the results.")]


def main() -> None:
    """Run the command line; exit status 0, 1 where jobs failed, 2 for wrong use, 130 when interrupted."""
    try:
        sys.exit(app(standalone_mode=False) or 0)
    except (UsageError, ModelError, StoreError, ReportError, datasets.DatasetError) as error:
        print(f"ucrbench: {error}", file=sys.stderr)
        sys.exit(2)
    except ClickException as error:
        print(f"ucrbench: {error.format_message().rstrip('.')}; see ucrbench --help", file=sys.stderr)
        sys.exit(2)
    except PoolError as error:
        print(f"ucrbench: {error}", file=sys.stderr)
        sys.exit(1)
    except (KeyboardInterrupt, typer.Abort):
        print("ucrbench: interrupted; the same command goes on from here", file=sys.stderr)
        sys.exit(130)


@app.command("list")
def list_(
    what: Annotated[Literal["datasets", "variants", "presets", "scores"], typer.Argument()] = "variants",
) -> None:
    """Show what there is to choose from.

    Example: ucrbench list datasets
    """
    rows: dict[str, list[tuple[object, ...]]]
    if what == "datasets":
        head = ("name", "type", "train", "test", "classes", "length", "archive")
        rows = [
            (i.name, i.type, i.n_train, i.n_test, i.n_classes, f"{'up to ' if i.varies else ''}{i.length}", i.archive)
            for i in datasets.catalogue().values()
        ]
    elif what == "variants":
        head, rows = ("name", "title"), [(v.name, v.title) for v in VARIANTS.values()]
    elif what == "scores":
        head = ("name", "better", "what it is")
        better = {True: "higher", False: "lower", None: "-"}
        rows = [(name, better[s.higher_is_better], s.description) for name, s in SCORES.items()]
    else:
        head = ("setting", *PRESETS)
        settings = [keys(config) for config in PRESETS.values()]
        rows = [(key, *(values[key] for values in settings)) for key in settings[0]]
    _print_table(head, rows)


@app.command()
def plan(
    datasets: Datasets,
    variants: Variants = MAIN,
    seeds: Seeds = "0",
    preset: Preset = "quick",
    set_: Set = None,
    scores: Scores = "",
    data_dir: DataDir = None,
    device: Device = "auto",
    threads: Threads = 1,
    fcn_weights: Weights = None,
    out: Annotated[Path | None, typer.Option(help="Results so far; what is finished there is left out.")] = None,
) -> None:
    """Print the jobs and their predicted time; run nothing.

    Example: ucrbench plan -d GunPoint,FordA -v vqvae,vqvae_barlow --seeds 0-4 -p standard
    """
    sweep = _sweep(datasets, variants, seeds, preset, set_, scores, data_dir, device, threads, fcn_weights)
    store = ResultStore(out, create=True) if out else None
    _print_plan(make_plan(sweep, store, fetch=False))


@app.command()
def run(
    out: Out,
    datasets: Datasets,
    variants: Variants = MAIN,
    seeds: Seeds = "0",
    preset: Preset = "quick",
    set_: Set = None,
    scores: Scores = "",
    data_dir: DataDir = None,
    device: Device = "auto",
    threads: Threads = 1,
    fcn_weights: Weights = None,
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    keep: Keep = "light",
) -> None:
    """Run what OUT lacks of a sweep: data sets x variants x seeds.

    Example: ucrbench run out -d GunPoint,ArrowHead --seeds 0-2
    """
    sweep = _sweep(datasets, variants, seeds, preset, set_, scores, data_dir, device, threads, fcn_weights)
    _run(out, sweep, jobs, scheduler, keep)


@app.command()
def status(out: Out) -> None:
    """Show how the jobs of OUT stand, and what went wrong.

    Example: ucrbench status out
    """
    jobs = ResultStore(out).jobs()
    latest = jobs.sort_values("finished_at").groupby("job", sort=False).tail(1)
    counts = latest.groupby(["variant", "status"]).size().unstack(fill_value=0)
    _print_table(
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


@app.command()
def demo(out: Annotated[Path, typer.Argument(help="Folder of the results.")] = Path("ucrbench-demo")) -> None:
    """Run three data sets x five variants at quick on what is here, without network, and report.

    Example: ucrbench demo
    """
    bad = _run(out, Sweep(DEMO), None, None, "light", fail=False)
    page = write_report(out, preset="quick")
    board = leaderboard_text(leaderboard(ResultStore(out).scores()))
    print("mean over data sets (mean rank)")
    _print_table(("method", *board.columns), list(board.itertuples(name=None)))
    print(f"report: {page}")
    raise typer.Exit(1 if bad else 0)


@data_app.command("fetch")
def data_fetch(
    names: Annotated[list[str], typer.Argument(help="Data sets, or all.")], data_dir: DataDir = None
) -> None:
    """Download data sets, so that later runs need no network.

    Example: ucrbench data fetch all --data-dir data
    """
    results = datasets.fetch(
        "all" if "all" in names else names,
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
        names,
        lambda r: print(f"{'ok' if r.ok else 'BAD':4s} {r.name} {r.data_hash or ''} {r.problem or ''}".rstrip()),
    )
    raise typer.Exit(0 if all(result.ok for result in results) else 1)


def _sweep(
    names: str, variants: str, seeds: str, preset: str, set_: list[str] | None, scores: str,
    data_dir: str | None, device: str, threads: int, fcn_weights: str | None,
) -> Sweep:  # fmt: skip
    return Sweep(
        datasets=_split(names),
        variants=_split(variants),
        seeds=_seeds(seeds),
        preset=preset,
        overrides=tuple(set_ or ()),
        scores=_split(scores) or None,
        data_dir=data_dir,
        device=device,
        threads=threads,
        fcn_weights=fcn_weights,
    )


def _run(out: Path, sweep: Sweep, jobs: int | None, scheduler: str | None, keep: Keep, fail: bool = True) -> int:
    """Run a sweep and say how it ended; the number of failed jobs, or exit status 1 where `fail` is set."""
    console = Console()
    summary = run_sweep(out, sweep, jobs, keep, reporter(console), scheduler)
    if not summary.ran:
        print(f"nothing to do: all {summary.finished} jobs are finished in {out}")
    else:
        print(
            f"{summary.ran - summary.failed} jobs ok, {summary.failed} failed, {summary.finished} were finished before"
        )
    if summary.failed and fail:
        raise typer.Exit(1)
    return summary.failed


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _seeds(text: str) -> tuple[int, ...]:
    seeds: list[int] = []
    for part in _split(text):
        first, dash, last = part.partition("-")
        try:
            span = range(int(first), int(last if dash else first) + 1)
        except ValueError:
            raise UsageError(f"seeds {text!r}: {part!r} is no number; write 0, 0,1,2 or 0-4") from None
        if len(span) > MOST_SEEDS:
            raise UsageError(f"seeds {text!r}: {len(span)} of them; {MOST_SEEDS} at most")
        seeds += span
    return tuple(seeds)


def _print_plan(planned: Plan) -> None:
    rows = [
        (job.data.name, job.contender.name, job.seed, _standing(job), duration(planned.seconds[job.key]))
        for job in planned.jobs
    ]
    _print_table(("data set", "variant", "seed", "status", "predicted"), rows)
    total = sum(planned.seconds[job.key] for job in planned.todo) + sum(planned.judge_seconds.values())
    print(f"{len(planned.todo)} jobs to do, predicted {duration(total)} of one worker, FCNs included")


def _standing(job: Job) -> str:
    if not job.scores:
        return "finished"
    return "to do" if job.data.data_hash else "to do, after a download"


def _print_table(head: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in head:
        table.add_column(str(name), no_wrap=True)
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    console = Console()
    console.width = console.width if console.is_terminal else 200
    console.print(table)
