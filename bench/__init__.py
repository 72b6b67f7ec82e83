"""Presets, jobs, scores, the sweep and the command line."""

from .errors import UsageError
from .execution import Execution
from .planning import Plan, Sweep, plan
from .presets import PRESETS
from .sweep import Summary, run

__all__ = ["PRESETS", "Execution", "Plan", "Summary", "Sweep", "UsageError", "plan", "run"]
