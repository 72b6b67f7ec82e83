"""Published files beside stores: which of the results from elsewhere they are, and what of them is read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ...results import SCORES, USES_TEST, Publication, meant, open_results, split_names
from ...results.published import OWN, own_path
from .errors import ReportError
from .narrow import rows_of
from .selection import Selection, select

_SUFFIX = ".parquet"


@dataclass(frozen=True)
class Wanted:
    """A published file that a user asked to compare with.

    Attributes:
        spec: What the user wrote.
        path: The file.
        score: The one score that is meant; "" for all.
        variants: The variants that are meant; none for all.
    """

    spec: str
    path: Path
    score: str = ""
    variants: tuple[str, ...] = ()


def wanted(spec: str) -> Wanted | None:
    """Return the published file that a spec names, None where it names a table of another kind.

    Args:
        spec: The path of a published file, "published" or "published:NAME" for one of the package's own, or
            "published:NAME/VARIANT,VARIANT"; each also as "SCORE=...".

    Raises:
        ReportError: This version of the package does not have it.
    """
    score, equals, named = spec.partition("=")
    if not equals or score not in SCORES:
        score, named = "", spec
    name, _, variants = named.partition("/")
    source, _, own = name.casefold().partition(":")
    own = own or next(iter(OWN))
    if source == "published" and own in OWN:
        path = own_path(own)
        if not path.is_file():
            raise ReportError(f"{spec}: this version ships no results of its own; name a published file in its place")
        return Wanted(spec, path, score, split_names(variants))
    return Wanted(spec, Path(named), score) if named.endswith(_SUFFIX) else None


def read_results(path: str | Path, preset: str | None, protocol: int | None) -> Selection:
    """Return the comparable results of a store or of a published file, of which a note tells whose they are.

    Raises:
        ReportError: As `select`.
        StoreError: It cannot be read, or is refused.
    """
    results = open_results(path)
    selection = select(results, preset, protocol)
    return replace(selection, notes=(_note(results),)) if isinstance(results, Publication) else selection


def select_publication(want: Wanted, preset: str | None, protocol: int | None) -> tuple[Selection, str]:
    """Return the rows of a published file that are meant, and its title.

    Raises:
        ReportError: As `select`, or the file has no such variant or score.
        StoreError: It cannot be read, or is refused.
    """
    title = Publication(want.path).statement.title
    try:
        selection = read_results(want.path, preset, protocol)
    except ReportError as error:
        raise ReportError(f"{want.spec}: {error}") from error
    there = sorted(set(selection.scores["variant"]))
    found = {name: meant(name, there) for name in want.variants}
    if missing := [name for name, of in found.items() if not of]:
        raise ReportError(f"{want.spec}: there is no method {missing[0]!r}; there are: {', '.join(there)}")
    if found:
        selection = rows_of(selection, {"variant": [one for of in found.values() for one in of]})
    if want.score:
        scores = selection.scores[selection.scores["score"] == want.score]
        if scores.empty:
            raise ReportError(f"{want.spec}: the file has no {want.score}")
        selection = replace(selection, scores=scores.reset_index(drop=True))
    return selection, title


def on_datasets(selection: Selection, datasets: Sequence[str], spec: str) -> Selection:
    """Return the rows on these data sets; the note says how many others there are.

    Raises:
        ReportError: There is none of them.
    """
    theirs = selection.datasets
    if not set(theirs) & set(datasets):
        raise ReportError(f"{spec} and the store have no data set in common: {theirs[0]} there, {datasets[0]} here")
    out = len(set(theirs) - set(datasets))
    left = f" Of its {len(theirs)} data sets {out} are not here." if out else ""
    return replace(rows_of(selection, {"dataset": datasets}), notes=tuple(note + left for note in selection.notes))


def _note(published: Publication) -> str:
    statement, facts = published.statement, published.about["facts"]
    failed = sum(facts["failed"].values())
    cited = f" {statement.citation.rstrip('.')}." if statement.citation else ""
    return (
        f"[{statement.title}]: published by {statement.authors} on {str(published.about.get('written_at'))[:10]}, with "
        f"{USES_TEST[statement.uses_test]}; {facts['finished']} jobs finished, {failed} failed; code: "
        f"{statement.code}.{cited}"
    )
