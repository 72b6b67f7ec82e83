"""Options that several commands have, and how their text is read."""

import re
from pathlib import Path
from typing import Annotated, Literal

import typer

from ...models.variants import MAIN_VARIANTS
from ..errors import UsageError
from ..execution import FAILURES, Execution
from ..planning import Sweep
from ..presets import PRESETS

MAIN = ",".join(MAIN_VARIANTS)
MOST_SEEDS = 10_000

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
Keep = Annotated[
    Literal["none", "light", "all"],
    typer.Option(help="Beside the scores, keep nothing; latents, samples and curves; or weights as well."),
]
Out = Annotated[Path, typer.Argument(help="Folder of the results.")]


def sweep_of(
    names: str, variants: str, seeds: str, preset: str, set_: list[str] | None, scores: str,
    data_dir: str | None, device: str, precision: Literal["auto", "fp32", "bf16"], threads: int,
    fcn_weights: str | None,
) -> Sweep:  # fmt: skip
    return Sweep(
        datasets=split(names),
        variants=split(variants),
        seeds=_seeds(seeds),
        preset=preset,
        overrides=tuple(set_ or ()),
        scores=split(scores) or None,
        data_dir=data_dir,
        device=device,
        precision=precision,
        threads=threads,
        fcn_weights=fcn_weights,
    )


def execution_of(
    jobs: int | None, keep: Literal["none", "light", "all"], backend: Literal["loky", "dask", "inline"],
    scheduler: str | None, job_timeout: str | None, time_limit: str | None, retry: str, shard: str | None,
) -> Execution:  # fmt: skip
    """The execution that options describe."""
    return Execution(
        workers=jobs,
        keep=keep,
        backend=backend,
        scheduler=scheduler,
        job_timeout=_seconds("--job-timeout", job_timeout),
        time_limit=_seconds("--time-limit", time_limit),
        retry=FAILURES if retry == "all" else split(retry),
        shard=_shard(shard),
    )


_UNITS = {"h": 3600, "m": 60, "s": 1}


def _seconds(option: str, text: str | None) -> float | None:
    if text is None:
        return None
    parts = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?", text.strip().lower())
    if not text.strip() or parts is None:
        raise UsageError(f"{option} {text!r} is no time; write 90s, 10m or 1h30m")
    return float(sum(int(part or 0) * unit for part, unit in zip(parts.groups(), _UNITS.values(), strict=True)))


def _shard(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    parts = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text.strip())
    if parts is None:
        raise UsageError(f"--shard {text!r}: write i/n, such as 3/8")
    return int(parts[1]), int(parts[2])


def split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _seeds(text: str) -> tuple[int, ...]:
    seeds: list[int] = []
    for part in split(text):
        first, dash, last = part.partition("-")
        try:
            span = range(int(first), int(last if dash else first) + 1)
        except ValueError:
            raise UsageError(f"seeds {text!r}: {part!r} is no number; write 0, 0,1,2 or 0-4") from None
        if len(span) > MOST_SEEDS:
            raise UsageError(f"seeds {text!r}: {len(span)} of them; {MOST_SEEDS} at most")
        seeds += span
    return tuple(seeds)
