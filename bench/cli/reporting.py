"""`report` and `table`: the site, the paper or a table of result folders, and whether one is stale."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, Literal

import typer

from ...datasets import catalogue
from ...results import partition_name
from ..errors import UsageError, one_line
from .app import app
from .chosen import chosen_datasets, chosen_names, chosen_variants

_OUTS: Any = typer.Argument(metavar="OUT...", help="Folders of results, or published files.")
Labels = Annotated[list[str] | None, typer.Option(help="OUT=NAME: how to call one of several folders.")]
PresetOf = Annotated[str | None, typer.Option(help="Needed where OUT holds several.")]
ProtocolOf = Annotated[int | None, typer.Option(help="Version of the protocol; needed where OUT holds several.")]
Gaps = Annotated[str, typer.Option(help="refuse; common: data sets that all have; worst: gaps rank last.")]
_BETWEEN = "commas or spaces between them."
VariantsOf = Annotated[
    list[str] | None, typer.Option("--variants", "-v", help=f"Only these of OUT, or main; {_BETWEEN}")
]
DatasetsOf = Annotated[
    list[str] | None, typer.Option("--datasets", "-d", help=f"Only these of OUT: names, Sony*, type:ECG; {_BETWEEN}")
]
Renamed = Annotated[list[str] | None, typer.Option(help="OLD=NEW: what to call a method; may be repeated.")]
MixJudges = Annotated[bool, typer.Option("--mix-judges", help="Rank what an FCN judges across FCNs, too.")]


@app.command()
def report(
    outs: Annotated[list[Path] | None, _OUTS] = None,
    to: Annotated[Path | None, typer.Option(help="Folder of the site; OUT/report by default.")] = None,
    label: Labels = None,
    against: Annotated[
        list[str] | None,
        typer.Option(help="A published FILE.parquet, published:NAME, published:NAME/METHOD, a CSV, or SCORE=CSV."),
    ] = None,
    preset: PresetOf = None,
    protocol: ProtocolOf = None,
    variants: VariantsOf = None,
    datasets: DatasetsOf = None,
    scores: Annotated[list[str] | None, typer.Option(help=f"Only these; {_BETWEEN}")] = None,
    gaps: Gaps = "refuse",
    rename: Renamed = None,
    mix_judges: MixJudges = False,
    paper: Annotated[Path | None, typer.Option(help="Folder of LaTeX for a paper; the site only with --to.")] = None,
    columns: Annotated[Literal["1", "2"] | None, typer.Option(help="Of the paper; 1 by default.")] = None,
    check: Annotated[Path | None, typer.Option(help="Folder of a site or paper: name the stale files.")] = None,
) -> None:
    """Write the site of OUT, with tables and figures beside it, and print its first page.

    Example: ucrbench report out --to site
    """
    stores = _stores(outs or [], label or [])
    if check is not None:
        _tell_stale(check, stores)
        return
    if not stores and not against:
        raise UsageError("name a folder of results to report on, or results from elsewhere with --against")
    if columns and paper is None:
        raise UsageError("--columns are those of a paper; name its folder with --paper")
    if not stores and paper is None and to is None:
        raise UsageError("results from elsewhere have no folder of their own; name one for the site with --to")
    with reporting() as reports:
        chosen = (
            chosen_datasets(datasets, outs or []),
            chosen_variants(variants, outs or []),
            chosen_names("--scores", scores),
        )
        reading = reports.Reading(mix_judges, _renamed(rename or []), *chosen)
        if paper is not None:
            print(reports.paper(stores or {}, paper, preset, gaps, against or (), protocol, reading, int(columns or 1)))
        if paper is None or to is not None:
            print(reports.report(stores or {}, to, preset, gaps, dataset_types(), against or (), protocol, reading))
        for line in reports.readings(against or ()):
            print(f"ucrbench: {line}", file=sys.stderr)


@app.command()
def table(
    outs: Annotated[list[Path], _OUTS],
    score: Annotated[str, typer.Option(help="Name of the score; see ucrbench list scores.")],
    format_: Annotated[Literal["csv", "xlsx", "tex", "md"], typer.Option("--format", help="Of the table.")] = "csv",
    to: Annotated[Path | None, typer.Option(help="Folder of the table; the current one by default.")] = None,
    label: Labels = None,
    preset: PresetOf = None,
    protocol: ProtocolOf = None,
    variants: VariantsOf = None,
    datasets: DatasetsOf = None,
    gaps: Gaps = "refuse",
    mix_judges: MixJudges = False,
    rename: Renamed = None,
) -> None:
    """Write one score of OUT as a table, data sets x methods with the mean ranks below, and print its path.

    Example: ucrbench table out --score fid --format tex
    """
    stores = _stores(outs, label or [])
    path = (to or Path()) / f"{score}.{format_}"
    with reporting() as reports:
        chosen = chosen_datasets(datasets, outs), chosen_variants(variants, outs)
        reading = reports.Reading(mix_judges, _renamed(rename or []), *chosen)
        print(reports.write_table(stores or {}, score, path, preset, gaps, protocol, reading))


@contextmanager
def reporting() -> Iterator[ModuleType]:
    """The room of reports, whose pictures take a second to import that other commands need not wait for.

    Raises:
        UsageError: in place of a ReportError inside, or matplotlib cannot be imported as it is set up.
    """
    try:
        from ... import reports
    except ValueError as error:  # a backend that there is not, or a matplotlibrc that is no text
        way_out = "mend MPLBACKEND, or the matplotlibrc that is read"
        raise UsageError(f"matplotlib cannot be imported: {one_line(error)}; {way_out}") from error
    try:
        yield reports
    except reports.ReportError as error:
        raise UsageError(str(error)) from error


def dataset_types() -> dict[str, str]:
    """The archive's type of each data set, by which the site's leaderboard can be filtered."""
    return {name: info.type for name, info in catalogue().items()}


def _stores(outs: list[Path], labels: list[str]) -> dict[str, Path] | Path | None:
    """One folder as it is; several by their labels, which are their names where none is given."""
    names = {}
    for text in labels:
        out, equals, name = text.partition("=")
        if not equals or not name or Path(out) not in outs:
            raise UsageError(f"label {text!r}: write OUT=NAME, OUT being one of the folders to report on")
        if names.get(Path(out), name) != name:
            raise UsageError(f"--label {text!r}: {out} is called {names[Path(out)]!r} already; give it one name")
        names[Path(out)] = name
    if len(outs) < 2 and not names:
        return outs[0] if outs else None
    found = {names.get(out, out.resolve().name): out for out in outs}
    if len(found) < len(outs):
        raise UsageError("two folders have the same name; tell them apart with --label OUT=NAME")
    return found


def _renamed(texts: list[str]) -> dict[str, str]:
    """New names by the old ones, of texts such as vqvae_barlow=Ours."""
    found = {}
    for text in texts:
        old, equals, new = partition_name(text)
        if not equals or not old or not new:
            raise UsageError(f"--rename {text!r}: write OLD=NEW, such as vqvae_barlow=Ours")
        if found.get(old, new) != new:
            raise UsageError(f"--rename {text!r}: {old} is called {found[old]!r} already; give it one name")
        found[old] = new
    return found


def _tell_stale(folder: Path, stores: dict[str, Path] | Path | None) -> None:
    given = {"": stores} if isinstance(stores, Path) else stores
    with reporting() as reports:
        stale = reports.check(folder, given)
    for one in stale:
        print(f"{one.path}: {one.why}")
    if stale:
        raise typer.Exit(1)
    print(f"{folder}: nothing is stale")
