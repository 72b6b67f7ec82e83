"""`publish`: a result folder as one file for others, and the check of such a file."""

from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer

from ...results import USES_TEST, Publication, Statement, meant
from ...results import publish as publish_results
from ..errors import UsageError
from .app import app
from .chosen import chosen_datasets, chosen_variants, there


@app.command()
def publish(
    out: Annotated[Path | None, typer.Argument(help="Folder of the results.")] = None,
    file: Annotated[Path | None, typer.Argument(metavar="FILE.parquet", help="The file to write.")] = None,
    title: Annotated[str, typer.Option(help="Short name, by which reports tell its methods from others.")] = "",
    authors: Annotated[str, typer.Option(help="Who made the results.")] = "",
    contact: Annotated[str, typer.Option(help="Whom to ask about them, such as an address.")] = "",
    code: Annotated[str, typer.Option(help="Where the code lies that made them.")] = "",
    licence: Annotated[str, typer.Option(help="Under which the file may be used, such as CC BY 4.0.")] = "",
    uses_test: Annotated[
        Literal["none", "series", "labels"] | None,
        typer.Option(help="What of the test splits was used in training: none, series without labels, or labels."),
    ] = None,
    url: Annotated[str, typer.Option(help="Where more is said of them.")] = "",
    citation: Annotated[str, typer.Option(help="How to cite them.")] = "",
    variants: Annotated[
        list[str] | None, typer.Option("--variants", "-v", help="Only these, commas between them, or main; else all.")
    ] = None,
    datasets: Annotated[
        list[str] | None,
        typer.Option("--datasets", "-d", help="Only these: names, all, Sony*, type:ECG, @FILE; else all."),
    ] = None,
    check: Annotated[Path | None, typer.Option(metavar="FILE.parquet", help="A file to check; write none.")] = None,
) -> None:
    """Write results of OUT as one file to share, or check such a file; exit status 2 where it is refused.

    Example: ucrbench publish --check results.parquet
    """
    if check is not None:
        _tell(Publication(check))
        return
    if out is None or file is None:
        raise UsageError("name a folder of results and the file to write, or a file to check with --check")
    given = {
        "title": title,
        "authors": authors,
        "contact": contact,
        "code": code,
        "licence": licence,
        "uses_test": uses_test or "",
    }
    if missing := [f"--{name.replace('_', '-')}" for name, text in given.items() if not text.strip()]:
        raise UsageError(f"published results state {', '.join(missing)}, too; see ucrbench publish --help")
    statement = Statement(**given, url=url, citation=citation)
    sets = _there("dataset", chosen_datasets(datasets, [out]), out)
    _tell(publish_results(out, file, statement, sets, _there("variant", chosen_variants(variants, [out]), out)))


def _there(column: str, terms: tuple[str, ...] | None, out: Path) -> list[str] | None:
    """Return the names of the results that terms name, as `report` reads them; None for all."""
    if terms is None:
        return None
    return [name for term in terms for name in there(term, column, [out], partial(meant, term))]


def _tell(published: Publication) -> None:
    """Print what a file holds, once its rows are read and held against its metadata."""
    published.table("scores")
    facts, statement = published.about["facts"], published.statement
    failed = sum(facts["failed"].values())
    print(f"{published.path}: {statement.title}, by {statement.authors}; {USES_TEST[statement.uses_test]}")
    print(
        f"{facts['scores']} scores of {facts['finished']} jobs on {facts['datasets']} data sets, {failed} failed; "
        f"preset {', '.join(facts['presets'])}; {published.path.stat().st_size / 1000:.0f} kB; "
        f"rows {published.about['rows_sha256'][:20]}"
    )
