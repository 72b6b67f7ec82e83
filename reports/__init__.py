"""Reports: statistics on data frames, diagrams, tables and the page."""

from .errors import ReportError
from .statistics import Comparison, compare

__all__ = ["Comparison", "ReportError", "compare"]
