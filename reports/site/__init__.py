"""The site: static pages from the frames of a report, which need no network and no server."""

from .content import Content, Section
from .write import write_site

__all__ = ["Content", "Section", "write_site"]
