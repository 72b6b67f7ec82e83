"""A report of some data sets, variants or scores alone: their rows, and a sentence that says what was left out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from ...results import meant, score_of
from .errors import ReportError, nearest
from .frames import score_names
from .selection import Reading, Selection

_MOST_NAMED = 12


def narrow_stores(parts: Mapping[str, Selection], reading: Reading) -> tuple[dict[str, Selection], tuple[str, ...]]:
    """Return the selections of stores with the data sets and variants of a reading alone, those left empty dropped.

    Args:
        parts: Selections by the labels of their stores.
        reading: The names that are wanted; None for all.

    Returns:
        The selections, and a sentence on how many data sets and variants are left where some are not.

    Raises:
        ReportError: No store has one of the names, or no job with one of each has finished.
    """
    if reading.datasets is None and reading.variants is None:
        return dict(parts), ()
    jobs = pd.concat([part.jobs for part in parts.values()])
    wanted = _wanted(jobs, reading)
    narrowed = {label: rows_of(part, wanted) for label, part in parts.items()}
    left = {label: part for label, part in narrowed.items() if len(part.scores)}
    if not left:
        raise ReportError(f"no job of {_listed(reading.variants)} on {_listed(reading.datasets)} has finished here")
    return left, _said(jobs, pd.concat([part.jobs for part in left.values()]))


def rows_of(part: Selection, wanted: Mapping[str, Sequence[str]]) -> Selection:
    """Return the rows of a selection whose columns have the names that are wanted of each."""
    frames = {name: _with(getattr(part, name), wanted) for name in ("scores", "jobs", "references")}
    return replace(part, **frames)


def narrow_rows(scores: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """Return score rows with the data sets and variants of a reading alone.

    Raises:
        ReportError: The rows have none of a name.
    """
    return _with(scores, _wanted(scores, reading))


def narrow_scores(scores: pd.DataFrame, wanted: Sequence[str] | None) -> pd.DataFrame:
    """Return the rows of the scores that are wanted and of all companions, which have no place of their own.

    All rows are returned for None.

    Raises:
        ReportError: The rows have none of a score.
    """
    if wanted is None:
        return scores
    _check(wanted, score_names(scores), "score")
    kept = [name for name in scores["score"].unique() if name in wanted or score_of(name).companion]
    return scores[scores["score"].isin(kept)].reset_index(drop=True)


def _wanted(rows: pd.DataFrame, reading: Reading) -> dict[str, Sequence[str]]:
    """Return the names that are wanted by column, where not all are; raise ReportError for one that is not there."""
    wanted: dict[str, Sequence[str]] = {}
    if reading.datasets is not None:
        _check(reading.datasets, sorted(set(rows["dataset"])), "data set")
        wanted["dataset"] = reading.datasets
    if reading.variants is not None:
        known = sorted(set(rows["variant"]))
        found = {name: meant(name, known) for name in reading.variants}
        _check([name for name, of in found.items() if not of], known, "variant")
        wanted["variant"] = [one for of in found.values() for one in of]
    return wanted


def _check(names: Iterable[str], known: Sequence[str], what: str) -> None:
    for name in names:
        if name in known:
            continue
        close = nearest(name, known)
        way_out = f"did you mean {' or '.join(close)}?" if close else f"there are: {', '.join(known[:_MOST_NAMED])}"
        more = f" and {len(known) - _MOST_NAMED} more" if not close and len(known) > _MOST_NAMED else ""
        raise ReportError(f"there is no {what} {name!r} in these results; {way_out}{more}")


def _with(frame: pd.DataFrame, wanted: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    for column, names in wanted.items():
        if column in frame:  # references are of a data set and no variant
            frame = frame[frame[column].isin(names)]
    return frame.reset_index(drop=True)


def _listed(names: Sequence[str] | None) -> str:
    return "any" if names is None else ", ".join(names)


def _said(all_jobs: pd.DataFrame, jobs: pd.DataFrame) -> tuple[str, ...]:
    parts = []
    for column, what in (("dataset", "data sets"), ("variant", "variants")):
        there, left = all_jobs[column].nunique(), jobs[column].nunique()
        if left < there:
            parts.append(f"{left} of {there} {what}")
    return (f"Of the results {' and '.join(parts)} are shown.",) if parts else ()
