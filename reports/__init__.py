"""Reports: statistics on data frames, diagrams, tables and the page."""

from .build import report
from .charts import box_plot, codebook_use, scatter, seconds_against_score, training_curves
from .comparing import select_stores
from .diagram import cliques, critical_difference, write_diagram
from .effects import effects, pairwise
from .embeddings import generated_map, latent_map
from .errors import ReportError
from .figures import real_against_generated
from .lineage import Lineage, Source, Stale, check
from .matrix import comparison_matrix
from .normalised import normalised, reading_levels, share_summary
from .paper import paper
from .selection import Selection, select
from .statistics import Comparison, compare, gaps_text
from .tables import coverage, leaderboard, leaderboard_text, score_table

__all__ = [
    "Comparison",
    "Lineage",
    "ReportError",
    "Selection",
    "Source",
    "Stale",
    "box_plot",
    "check",
    "cliques",
    "codebook_use",
    "compare",
    "comparison_matrix",
    "coverage",
    "critical_difference",
    "effects",
    "gaps_text",
    "generated_map",
    "latent_map",
    "leaderboard",
    "leaderboard_text",
    "normalised",
    "pairwise",
    "paper",
    "reading_levels",
    "real_against_generated",
    "report",
    "scatter",
    "score_table",
    "seconds_against_score",
    "select",
    "select_stores",
    "share_summary",
    "training_curves",
    "write_diagram",
]
