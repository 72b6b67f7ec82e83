"""Results from elsewhere beside those of stores: which of their data sets are meant, and whether they can be right."""

import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from difflib import get_close_matches

import pandas as pd

from ...results.published import published
from .errors import ReportError
from .external import External
from .readings import is_accuracy

_CLOSE = 0.87
_CHANCE = 0.7
# Older names that no likeness shows.
_OLD = {"50words": "FiftyWords"}


def matched(found: External, spec: str, jobs: pd.DataFrame) -> External:
    """Return the rows on data sets that the stores have; the note says how many others there are.

    Args:
        found: Rows from elsewhere.
        spec: What the user called them.
        jobs: The jobs of the stores.

    Raises:
        ReportError: As `check_names`, no data set in common, or accuracies so far below chance that they are errors.
    """
    here = sorted(set(jobs["dataset"]))
    theirs = check_names(found, spec, here)
    rows = found.rows[found.rows["dataset"].isin(here)]
    if rows.empty:
        raise ReportError(f"{spec} and the store have no data set in common: {theirs[0]} there, {here[0]} here")
    _check_chance(rows, spec, jobs.dropna(subset=["n_classes"]).groupby("dataset")["n_classes"].first())
    out = [name for name in theirs if name not in here]
    left = f" Of its {len(theirs)} data sets {len(out)} are not here." if out else ""
    return replace(found, rows=rows, note=found.note + left)


def check_names(found: External, spec: str, here: Iterable[str]) -> list[str]:
    """Return the names of a table's data sets in its order, if they can be told from those beside which it stands.

    Args:
        found: Rows from elsewhere.
        spec: What the user called them.
        here: Names of the data sets beside which they stand: of the stores, or of the tables before this one.

    Raises:
        ReportError: A name that is nearly one of those or another name in the table, or a table with data sets in its
            columns.
    """
    here, theirs = set(here), list(dict.fromkeys(found.rows["dataset"]))
    archive = set(published()["dataset"])
    known = here | archive
    plain = set(map(_plain, known))
    methods = set(found.rows["variant"])
    columns = sum(_plain(name) in plain for name in methods)
    if plain.isdisjoint(map(_plain, theirs)) and columns * 2 > len(methods):
        raise ReportError(f"{spec} has data sets in its columns and methods in its rows; turn it round")
    for name in theirs:
        if name not in known and (twin := same(name, known.intersection(theirs))):
            raise ReportError(f"{spec} has rows of {name} and of {twin}, which are one data set; leave one of them")
        if name not in known and (near := nearly(name, here - set(theirs))):
            raise ReportError(f"{spec}: there is no data set {name!r}; did you mean {near}? Write it so")
    return theirs


def same(name: str, known: Iterable[str]) -> str | None:
    """Return the known data set that a name is but for case and signs, or by an older name."""
    return {_plain(one): one for one in known}.get(_plain(_OLD.get(name.casefold(), name)))


def nearly(name: str, known: Collection[str]) -> str | None:
    """Return the known data set that a name nearly is: but for case and signs, by an older name, or misspelt."""
    if (found := same(name, known)) is not None:
        return found
    plain = {_plain(one): one for one in known}
    candidates = [one for one in plain if not _siblings(one, _plain(name))]
    close = get_close_matches(_plain(name), candidates, 1, _CLOSE)
    return plain[close[0]] if close else None


def _siblings(one: str, other: str) -> bool:
    """Tell whether names differ in the end that tells the sets of a family apart, as CricketX and CricketY do."""
    stem = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    return min(len(one), len(other)) - stem == 1


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def _check_chance(rows: pd.DataFrame, spec: str, classes: pd.Series) -> None:
    if "runs" in rows:  # a published table, which has been looked at
        return
    accuracy = rows[rows["score"].map(is_accuracy) & rows["dataset"].isin(classes.index)]
    # Of so many classes guessing has one in so many right; nobody is far below on most data sets, but for errors.
    times = accuracy["value"] * accuracy["dataset"].map(classes).astype(float)
    for variant, of in times.groupby(accuracy["variant"]):
        if of.median() < _CHANCE:
            row = accuracy.loc[of.idxmin()]
            raise ReportError(
                f"{spec}: {row['value']:g} of {variant} on {row['dataset']} is far below guessing among its "
                f"{classes[row['dataset']]:.0f} classes, and so are most; if these are error rates, give 1 - error"
            )
