"""Options that several commands have, and how their text is read."""

import re
from pathlib import Path
from typing import Annotated, Literal

import typer

from ..errors import UsageError
from ..planning.request import FAILURES, Keep

MOST_SEEDS = 10_000

Datasets = Annotated[str, typer.Option("--datasets", "-d", help="Names with commas between them, or all.")]
Variants = Annotated[
    str,
    typer.Option(
        "--variants", "-v", help="Names with commas between them; main for five; module:Class for your own model."
    ),
]
Seeds = Annotated[str, typer.Option(help="Such as 0, 0,1,2 or 0-4.")]
Preset = Annotated[str, typer.Option("--preset", "-p", help="One of smoke, quick, standard, thesis.")]
Set = Annotated[
    list[str] | None, typer.Option("--set", help="Change a setting, such as training.lr=5e-4; part of the key.")
]
Scores = Annotated[str, typer.Option(help="Only these, with commas between them; by default all a model can have.")]
DataDir = Annotated[str | None, typer.Option(help="Folder of the data sets; $UCRBENCH_DATA, else aeon's cache.")]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda or cuda:N.")]
Precision = Annotated[
    Literal["auto", "fp32", "bf16"],
    typer.Option(help="Of convolutions and linear layers; auto is fp32 so far. On CUDA fp32 means TF32."),
]
Threads = Annotated[int, typer.Option(help="Threads per job on a CPU; scores may depend on it in the last bits.")]
Weights = Annotated[str | None, typer.Option(help="Folder of supervised-fcn weights; FCNs are trained without it.")]
Jobs = Annotated[
    int | None, typer.Option("--jobs", "-j", help="Processes; by default one per core, or what a GPU has room for.")
]
Backend = Annotated[
    Literal["loky", "dask", "inline"],
    typer.Option(help="Processes of this machine, the workers of a Dask cluster, or this process, for debuggers."),
]
Scheduler = Annotated[str | None, typer.Option(help="Address of the Dask scheduler, such as tcp://host:8786.")]
Timeout = Annotated[str | None, typer.Option(help="End a job that takes longer, such as 90s, 10m or 1h30m.")]
Limit = Annotated[
    str | None, typer.Option(help="End in this time, such as 9m; start no job that is not predicted to fit.")
]
Retry = Annotated[str, typer.Option(help=f"Run jobs again that failed so: {', '.join(FAILURES)}; commas, or all.")]
Shard = Annotated[
    str | None, typer.Option(help="Only one part of so many, of equal predicted cost: 3/8 in task 3 of an array of 8.")
]
Kept = Annotated[
    Keep,
    typer.Option(help="Beside the scores, keep nothing; latents, samples and curves; or weights as well."),
]
Out = Annotated[Path, typer.Argument(help="Folder of the results.")]

_UNITS = {"h": 3600, "m": 60, "s": 1}


def seconds_of(option: str, text: str | None) -> float | None:
    """Return the seconds of a time such as 1h30m, None where none was given."""
    if text is None:
        return None
    parts = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?", text.strip().lower())
    if not text.strip() or parts is None:
        raise UsageError(f"{option} {text!r} is no time; write 90s, 10m or 1h30m")
    return float(sum(int(part or 0) * unit for part, unit in zip(parts.groups(), _UNITS.values(), strict=True)))


def shard_of(text: str | None) -> tuple[int, int] | None:
    """Return (3, 8) for 3/8, None where nothing was given."""
    if text is None:
        return None
    parts = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text.strip())
    if parts is None:
        raise UsageError(f"--shard {text!r}: write i/n, such as 3/8")
    return int(parts[1]), int(parts[2])


def split(text: str) -> tuple[str, ...]:
    """Return the names between commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def retry_of(text: str) -> tuple[str, ...]:
    """Return the ways of failing that are named, or all of them."""
    return FAILURES if text == "all" else split(text)


def seeds_of(text: str) -> tuple[int, ...]:
    """Return the seeds of a list such as 0,1,2 or 0-4."""
    seeds: list[int] = []
    for part in split(text):
        first, dash, last = part.partition("-")
        try:
            span = range(int(first), int(last if dash else first) + 1)
        except ValueError:
            raise UsageError(f"seeds {text!r}: {part!r} is no seed; write 0, 0,1,2 or 0-4") from None
        if len(span) > MOST_SEEDS:
            raise UsageError(f"seeds {text!r}: {len(span)} of them; {MOST_SEEDS} at most")
        seeds += span
    return tuple(seeds)
