"""Figures as files, PDF, SVG and PNG, with the hash of their rows inside, and names for files."""

import re
import warnings
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from .hover import with_titles
from .style import styled

_TAG = re.compile(r"<[^>]+>")  # a number in a text is left as it is
_NUMBER = re.compile(r"(\d\.\d\d)\d+")


def stem_of(name: str) -> str:
    """Return the name of a score or of a data set as part of a file name."""
    return re.sub(r"[^A-Za-z0-9]+", "-", name)[:60]


def save(figure: Figure, stem: str | Path, rows: str | None = None, png: bool = False) -> str:
    """Write a figure as `stem`.pdf and `stem`.svg, and return the SVG text.

    Args:
        figure: The figure.
        stem: Path without the ending.
        rows: Hash of the rows behind the figure, kept in each file's metadata.
        png: Write `stem`.png as well, 300 pixels to the inch.
    """
    save_pdf([figure], Path(f"{stem}.pdf"), rows)
    svg = svg_text(figure, rows)
    Path(f"{stem}.svg").write_text(svg, encoding="utf-8")
    if png:
        _save_png(figure, Path(f"{stem}.png"), rows)
    return svg


@styled
def save_pdf(figures: Sequence[Figure], path: Path, rows: str | None = None) -> None:
    """Write figures as one PDF, a page each, with the hash of the rows behind them among its keywords.

    Pages share their fonts, which take longer to embed than a page takes to draw.
    """
    metadata = {"CreationDate": None, "Keywords": _said(rows)}
    with _missing_glyphs_allowed(), PdfPages(path, metadata=metadata) as pages:
        for figure in figures:
            pages.savefig(figure)


@styled
def svg_text(figure: Figure, rows: str | None = None) -> str:
    """Return a figure as SVG, with the tooltips of its marks, and the hash of the rows behind it as metadata."""
    text = StringIO()
    with _missing_glyphs_allowed():
        metadata = {"Date": None, "Creator": "ucrbench", "Identifier": _said(rows)}
        figure.savefig(text, format="svg", metadata=metadata)
    return _TAG.sub(lambda tag: _NUMBER.sub(r"\1", tag[0]), with_titles(figure, text.getvalue()))


@styled
def _save_png(figure: Figure, path: Path, rows: str | None) -> None:
    with _missing_glyphs_allowed():
        said = {"Description": _said(rows) or "ucrbench"}
        figure.savefig(path, format="png", dpi=300, facecolor="white", metadata=said)


def _missing_glyphs_allowed() -> warnings.catch_warnings:
    """Return a context without warnings of glyphs that the font lacks, as in names from outside."""
    return warnings.catch_warnings(action="ignore", category=UserWarning)


def _said(rows: str | None) -> str | None:
    return None if rows is None else f"ucrbench rows {rows}"
