"""Presets, jobs, scores, the sweep and the command line.

Public names are imported when they are first used: torch takes seconds, and half of the commands do without it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import scores
    from .errors import UsageError
    from .planning.plan import Plan, plan
    from .planning.presets import PRESETS
    from .planning.request import Execution, Sweep
    from .sweep.run import run
    from .sweep.summary import Summary

_HOMES = {
    "PRESETS": ".planning.presets",
    "Execution": ".planning.request",
    "Plan": ".planning.plan",
    "Summary": ".sweep.summary",
    "Sweep": ".planning.request",
    "UsageError": ".errors",
    "plan": ".planning.plan",
    "run": ".sweep.run",
}

__all__ = ["PRESETS", "Execution", "Plan", "Summary", "Sweep", "UsageError", "plan", "run", "scores"]


def __getattr__(name: str) -> Any:
    """Import a public name (PEP 562)."""
    if name == "scores":
        return import_module(".scores", __name__)
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name], __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
