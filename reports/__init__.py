"""Reports: statistics on data frames, diagrams, tables, the site and the paper.

Five rooms, of which each imports those before it: data, stats, draw, paper, site. What is named here is their public
face.
"""

from .data.comparing import readings, select_stores
from .data.errors import ReportError
from .data.levels import reading_levels
from .data.lineage import Lineage, Source, Stale, check
from .data.selection import Reading, Selection, select
from .draw.charts import box_plot, codebook_use, scatter, seconds_against_score
from .draw.curves import training_curves
from .draw.diagram import critical_difference, write_diagram
from .draw.maps import generated_map, latent_map
from .draw.matrix import comparison_matrix
from .draw.series import real_against_generated
from .paper import paper, write_table
from .site import report
from .stats.agreement import agreement
from .stats.comparison import Comparison, NotCompared, compare, gaps_text
from .stats.effects import effects, pairwise
from .stats.equivalence import equivalence, hidden_by_quantisation
from .stats.groups import cliques
from .stats.real import real_distances
from .stats.reversals import reversals
from .stats.shares import normalised, share_summary
from .stats.tables import coverage, leaderboard, leaderboard_text, score_table
from .stats.terminal import leaderboard_lines

__all__ = [
    "Comparison",
    "Lineage",
    "NotCompared",
    "Reading",
    "ReportError",
    "Selection",
    "Source",
    "Stale",
    "agreement",
    "box_plot",
    "check",
    "cliques",
    "codebook_use",
    "compare",
    "comparison_matrix",
    "coverage",
    "critical_difference",
    "effects",
    "equivalence",
    "gaps_text",
    "generated_map",
    "hidden_by_quantisation",
    "latent_map",
    "leaderboard",
    "leaderboard_lines",
    "leaderboard_text",
    "normalised",
    "pairwise",
    "paper",
    "reading_levels",
    "readings",
    "real_against_generated",
    "real_distances",
    "report",
    "reversals",
    "scatter",
    "score_table",
    "seconds_against_score",
    "select",
    "select_stores",
    "share_summary",
    "training_curves",
    "write_diagram",
    "write_table",
]
