"""Options that several commands have, and how their text is read."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from ...models.variants import MAIN_VARIANTS
from ..errors import UsageError
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
Threads = Annotated[int, typer.Option(help="Threads per job on a CPU; scores may depend on it in the last bits.")]
Weights = Annotated[str | None, typer.Option(help="Folder of supervised-fcn weights; FCNs are trained without it.")]
Jobs = Annotated[int | None, typer.Option("--jobs", "-j", help="Processes; by default one per core, one on a GPU.")]
Scheduler = Annotated[str | None, typer.Option(help="Run on the workers of a Dask scheduler, such as tcp://host:8786.")]
Keep = Annotated[
    Literal["none", "light", "all"],
    typer.Option(help="Beside the scores, keep nothing; latents, samples and curves; or weights as well."),
]
Out = Annotated[Path, typer.Argument(help="Folder of the results.")]


def sweep_of(
    names: str, variants: str, seeds: str, preset: str, set_: list[str] | None, scores: str,
    data_dir: str | None, device: str, threads: int, fcn_weights: str | None,
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
        threads=threads,
        fcn_weights=fcn_weights,
    )


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
