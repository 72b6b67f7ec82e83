"""The text of options and arguments, and how it is read."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

import typer

from ...results import split_names
from ..errors import UsageError
from ..planning.request import Sweep

MOST_SEEDS = 10_000


def _help(name: str) -> Any:
    """Return the option of a command that takes one field of a sweep alone."""
    return typer.Option(help=next(one for one in fields(Sweep) if one.name == name).metadata["help"])


Out = Annotated[Path, typer.Argument(help="Folder of the results.")]
DataDir = Annotated[str | None, _help("data_dir")]
Device = Annotated[str, _help("device")]
Weights = Annotated[str | None, _help("fcn_weights")]


def together(texts: list[str] | None) -> str | None:
    """Return the text of a list that was given in several parts, `-v ae -v vae` for `-v ae,vae`; None for none."""
    return None if texts is None else ",".join(texts)


_UNITS = {"h": 3600, "m": 60, "s": 1}


def seconds_of(option: str, text: str) -> float:
    """Return the seconds of a time such as 1h30m."""
    parts = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?", text.strip().lower())
    if not text.strip() or parts is None:
        raise UsageError(f"{option} {text!r} is no time; write 90s, 10m or 1h30m")
    return float(sum(int(part or 0) * unit for part, unit in zip(parts.groups(), _UNITS.values(), strict=True)))


def shard_of(text: str) -> tuple[int, int]:
    """Return (3, 8) for 3/8."""
    parts = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text.strip())
    if parts is None:
        raise UsageError(f"--shard {text!r}: write i/n, such as 3/8")
    return int(parts[1]), int(parts[2])


def whole_of(option: str, text: str) -> int:
    """Return a whole number."""
    try:
        return int(text)
    except ValueError:
        raise UsageError(f"{option} {text}: a whole number is wanted") from None


def seeds_of(text: str) -> tuple[int, ...]:
    """Return the seeds of a list such as 0,1,2 or 0-4."""
    seeds: list[int] = []
    for part in split_names(text):
        first, dash, last = part.partition("-")
        try:
            span = range(int(first), int(last if dash else first) + 1)
        except ValueError:
            raise UsageError(f"seeds {text!r}: {part!r} is no seed; write 0, 0,1,2 or 0-4") from None
        if len(span) > MOST_SEEDS:
            raise UsageError(f"seeds {text!r}: {len(span)} of them; {MOST_SEEDS} at most")
        seeds += span
    return tuple(seeds)
