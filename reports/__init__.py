"""Reports: statistics on data frames, diagrams, tables and the page."""

from .build import report
from .comparing import select_stores
from .diagram import cliques, critical_difference
from .effects import effects
from .errors import ReportError
from .figures import real_against_generated
from .lineage import Lineage, Source, Stale, check
from .selection import Selection, select
from .statistics import Comparison, compare
from .tables import coverage, leaderboard, leaderboard_text, score_table

__all__ = [
    "Comparison",
    "Lineage",
    "ReportError",
    "Selection",
    "Source",
    "Stale",
    "check",
    "cliques",
    "compare",
    "coverage",
    "critical_difference",
    "effects",
    "leaderboard",
    "leaderboard_text",
    "real_against_generated",
    "report",
    "score_table",
    "select",
    "select_stores",
]
