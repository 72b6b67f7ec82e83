"""Writing the site's files."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from jinja2 import Environment, FileSystemLoader
from joblib import Parallel, cpu_count, delayed

from ..data.kept import datasets_with_series
from ..draw.files import save_pdf
from ..stats.shares import share_text
from ..stats.tables import GAP
from .about import failures_page, provenance_page, score_section, scores_page
from .content import Content
from .datasets import dataset_page
from .downloads import of_dataset, of_variant
from .findings import findings_page
from .overview import overview
from .pictures import SERIES, Group
from .variants import variant_page

_TEMPLATES = Path(__file__).parent / "templates"
# A process more takes seconds to start and some 300 MB; it pays from so many pages on.
MOST_WORKERS = 3
FEWEST_PAGES = 24
FEATURED = 2  # data sets whose series the first page shows
_ASSETS = ("site.css", "tables.js", "leaderboard.js", "hover.js")


def write_site(content: Content, folder: Path) -> None:
    """Write all pages.

    Args:
        content: The content of the pages.
        folder: Folder that gets index.html and four more pages, datasets/, variants/ and assets/.
    """
    for name in ("datasets", "variants", "assets"):
        (folder / name).mkdir()
    for name in _ASSETS:
        shutil.copyfile(_TEMPLATES / name, folder / "assets" / name)
    pages = _Pages(content, folder)
    diagrams = [score_section(section, content) for section in content.sections]
    pages.write("scores.html", "scores.html", **scores_page(content))
    pages.write("findings.html", "findings.html", **findings_page(content))
    pages.write("failures.html", "failures.html", **failures_page(content))
    pages.write("provenance.html", "provenance.html", **provenance_page(content))
    jobs = content.selection.jobs
    for method, page in content.method_pages.items():
        own = variant_page(method, jobs[jobs["method"] == method], content)
        pages.write(f"variants/{page}", "variant.html", of_variant(own), **own)
    names = content.selection.datasets
    workers = min(cpu_count(), MOST_WORKERS, len(names) // FEWEST_PAGES) or 1
    # The first page shows again what the pages of these data sets show, drawn once.
    shown = datasets_with_series(content.selection, FEATURED)
    parts = Parallel(workers)(
        delayed(_write_datasets)(content, folder, names[place::workers], shown) for place in range(workers)
    )
    drawn = {name: group for part in parts for name, group in part.items()}
    series = {name: drawn[name] for name in shown}
    pages.write("index.html", "overview.html", diagrams=diagrams, **overview(content, series))


def _write_datasets(content: Content, folder: Path, names: list[str], shown: list[str]) -> dict[str, Group]:
    """Write the pages of some data sets, and return of those in `shown` the pictures of series."""
    pages = _Pages(content, folder)
    scores, jobs = (
        dict(iter(frame.groupby("dataset"))) for frame in (content.selection.scores, content.selection.jobs)
    )
    drawn: dict[str, Group] = {}
    none, idle = content.selection.scores.iloc[:0], content.selection.jobs.iloc[:0]
    for name in names:
        context = dataset_page(name, jobs.get(name, idle), scores.get(name, none), content)
        page = f"datasets/{content.dataset_pages[name]}"
        pages.write(page, "dataset.html", of_dataset(context), **context)
        for group in context["pictures"]:
            pdf = folder / f"{page.removesuffix('.html')}-{group.name}.pdf"
            save_pdf(group.pages(), pdf, content.rows_of[name])
        if name in shown:
            drawn[name] = next(group for group in context["pictures"] if group.title == SERIES)
    return drawn


class _Pages:
    """Templates, and the folder where what is made of them goes."""

    def __init__(self, content: Content, folder: Path):
        self.templates = _environment(content)
        self.folder = folder

    def write(
        self, path: str, template: str, tables: Mapping[str, pd.DataFrame] | None = None, **context: object
    ) -> None:
        stem = path.removesuffix(".html")
        for name, table in (tables or {}).items():
            table.to_csv(self.folder / f"{stem}-{name}.csv", index=False, errors="replace")
        own = {"root": "../" * path.count("/"), "stem": stem.rpartition("/")[2]}
        page = self.templates.get_template(template).render(**own, **context)
        # A lone half of a surrogate pair in a name is no text; it must not stop the report.
        (self.folder / path).write_text(page, encoding="utf-8", errors="replace")


def _environment(content: Content) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["number"] = _number
    environment.filters["count"] = _count
    environment.filters["megabytes"] = _megabytes
    environment.filters["share"] = share_text
    environment.filters["key"] = _key
    environment.globals |= {
        "gap": GAP,
        "gaps": content.gaps,
        "preset": content.selection.preset,
        "notes": content.selection.notes_on(),
        "rows_hash": content.selection.rows_hash,
        "colours": content.colours,
        "dataset_pages": content.dataset_pages,
        "method_pages": content.method_pages,
        "identifiers": content.selection.identifiers,
    }
    return environment


def _number(value: float | None, digits: int = 3) -> str:
    return GAP if value is None or pd.isna(value) else f"{value:,.{digits}f}".replace(",", "\u202f")


def _count(value: float | None) -> str:
    return _number(value, 0)


def _megabytes(value: float | None) -> str:
    return _number(None if value is None or pd.isna(value) else value / 1e6, 0)


def _key(value: float | None) -> str:
    """Return a number to sort by; nothing for a gap, so that it stays last."""
    return "" if value is None or not np.isfinite(float(value)) else f"{float(value):.9g}"
