"""The site: static pages of a report, which need no network and no server."""

from .report import report

__all__ = ["report"]
