"""Several stores side by side, and beside results from elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from ...results import JobRow, ReferenceRow, ScoreRow
from ...results.records import schema_of
from .continuous import beside_continuous
from .errors import ReportError
from .external import read_external
from .foreign import check_names, matched
from .judges import judges_note
from .methods import suffix
from .narrow import narrow_rows, narrow_scores, narrow_stores
from .publications import Wanted, on_datasets, read_results, select_publication, wanted
from .rows import hash_rows, row_digests
from .selection import AS_IT_IS, Reading, Selection

# Across stores: scores of other data, or by another definition, are of another thing.
_SAME = (("score_version", "score"), ("data_hash", "dataset"), ("treatment", "dataset"))
# These may differ, and are told.
_TOLD = {
    "preset": "the preset",
    "protocol_version": "the version of the protocol",
    "archive": "the archive",
    "overrides": "changed settings",
}


def select_stores(
    stores: Mapping[str, str | Path] | str | Path,
    preset: str | None = None,
    against: Sequence[str] | str = (),
    protocol: int | None = None,
    reading: Reading = AS_IT_IS,
) -> Selection:
    """Select the results of one store or several, and of others to hold them against.

    With several stores, a method is named after its store too: `vqvae [A]`. The same variant in two stores is two
    methods, told apart by the label alone, so that the same job may be in both. A published file is read as a store
    is; of those to compare with, the label is their title.

    Args:
        stores: A store's folder or a published file, or several by their labels. A single one with the label "" has
            no label. None, as {}, where results from elsewhere are compared among themselves.
        preset: The preset of all; needed where one of the stores holds several.
        against: Other results to compare with: "published:NAME" for a table that ships with the package,
            "published:NAME/METHOD,METHOD" for some of its methods, the path of a published file or of a tidy CSV, or
            "SCORE=PATH" for a CSV of data sets x methods; see `publications.wanted` and `read_external`. Of these,
            the data sets that the stores have.
        protocol: The version of the protocol of all; needed where one of the stores holds several.
        reading: How the rows are read, and which are.

    Returns:
        One selection. What the methods do not share is said in its `notes` and `footnotes`. Methods
        without a codebook have their values under the scores before quantisation too, where others have these.

    Raises:
        ReportError: Nothing to report; a name of the reading that is not there; rows that must not be mixed within
            a store; data or a score's definition that differ between stores; or something to compare with that
            cannot be read.
        StoreError: A store cannot be read.
    """
    against = (against,) if isinstance(against, str) else tuple(against)
    if not isinstance(stores, Mapping):
        stores = {"": stores}
    if not stores and not against:
        raise ReportError("name a store to report on, or results from elsewhere")
    if len(stores) > 1 and "" in stores:
        raise ReportError("several stores need a label each")
    files = {spec: want for spec in against if (want := wanted(spec)) is not None}
    parts = {label: read_results(path, preset, protocol) for label, path in stores.items()}
    parts, narrowed = narrow_stores(parts, reading) if parts else ({}, ())
    own = tuple(parts)
    parts |= _published(parts, list(files.values()), preset, protocol)
    if parts and not own:
        parts, narrowed = narrow_stores(parts, reading)
    if len(parts) > 1 or "" not in parts:
        parts = {label: _labelled(selection, label) for label, selection in parts.items()}
    merged = _merge(parts) if parts else _nothing()
    scores, notes = merged.scores, [*narrowed, *merged.notes]
    for spec in (spec for spec in against if spec not in files):
        found = read_external(spec)
        if parts:
            found = matched(found, spec, merged.jobs)
        else:
            check_names(found, spec, scores["dataset"])
        notes.append(found.note)
        scores = pd.concat([scores, found.rows], ignore_index=True)
    if not stores:
        scores = narrow_rows(scores, reading)
    scores, footnotes = beside_continuous(scores)
    scores = narrow_scores(scores, reading.scores)
    footnotes = {score: text for score, text in footnotes.items() if score in set(scores["score"])}
    twice = scores[scores.duplicated(["dataset", "method", "seed", "score"])]
    if not twice.empty:
        raise ReportError(f"there are two methods {twice.iloc[0]['method']!r}; rename one, or give the stores labels")
    return replace(
        merged,
        scores=scores,
        rows_hash=hash_rows(row_digests(scores, "scores")),
        wanted_preset=preset,
        wanted_protocol=protocol,
        against=against,
        published=tuple(label for label in parts if label not in own),
        notes=(*notes, *judges_note(scores, reading.mix_judges)),
        reading=reading,
        footnotes=footnotes,
    )


def readings(against: Sequence[str]) -> list[str]:
    """Return a line for each CSV among the results to compare with, on how its values are read.

    Raises:
        ReportError: As `read_external`.
    """
    return [line for spec in against if wanted(spec) is None and (line := read_external(spec).reading)]


def _nothing() -> Selection:
    """Return a selection of no store: results from elsewhere alone are compared."""
    scores, jobs, references = (
        schema_of(record).empty_table().to_pandas() for record in (ScoreRow, JobRow, ReferenceRow)
    )
    return Selection(
        scores=scores.astype(object),
        jobs=jobs.assign(method=pd.Series(dtype=object), attempts=0),
        references=references,
        preset="",
        rows_hash="",
    )


def _published(
    parts: Mapping[str, Selection], files: Sequence[Wanted], preset: str | None, protocol: int | None
) -> dict[str, Selection]:
    """Return the selections of published files by title, of the data sets of the stores `parts` where there are any.

    Raises:
        ReportError: Two would have one label, or a file cannot be selected from.
        StoreError: A file cannot be read.
    """
    here = sorted({name for part in parts.values() for name in part.datasets})
    found: dict[str, Selection] = {}
    for want in files:
        selection, title = select_publication(want, preset, protocol)
        if title in parts or title in found:
            raise ReportError(f"{want.spec}: there are two results called {title!r}; give one of them another name")
        found[title] = on_datasets(selection, here, want.spec) if parts else selection
    # A single file without a store needs no label.
    return found if parts or len(found) > 1 else dict(zip([""], found.values(), strict=False))


def _labelled(selection: Selection, label: str) -> Selection:
    def name(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(method=frame["method"] + suffix(label), store=label)

    (path,) = selection.stores.values()
    references = selection.references.assign(store=label)
    scores, jobs = name(selection.scores), name(selection.jobs)
    return replace(selection, scores=scores, jobs=jobs, references=references, stores={label: path})


def _merge(parts: Mapping[str, Selection]) -> Selection:
    if len(parts) == 1:
        return next(iter(parts.values()))
    scores = pd.concat([part.scores for part in parts.values()], ignore_index=True)
    jobs = pd.concat([part.jobs for part in parts.values()], ignore_index=True)
    for column, within in _SAME:
        for key, group in scores.groupby(within):
            if group[column].nunique(dropna=False) > 1:
                raise ReportError(
                    f"the stores have different {column} for {key}, and so cannot be compared on it; "
                    "leave it out of one of them, or run it again"
                )
    references = pd.concat([part.references for part in parts.values()], ignore_index=True)
    presets = {label: part.preset for label, part in parts.items()}
    alike = len(set(presets.values())) == 1
    preset = (
        next(iter(presets.values())) if alike else ", ".join(name + suffix(label) for label, name in presets.items())
    )
    return Selection(
        scores=scores,
        jobs=jobs,
        references=references,
        preset=preset,
        rows_hash="",
        stores={label: path for part in parts.values() for label, path in part.stores.items()},
        notes=(*(note for part in parts.values() for note in part.notes), *_notes(scores)),
    )


def _notes(scores: pd.DataFrame) -> list[str]:
    notes = []
    for column, title in _TOLD.items():
        by_store = scores.groupby("store", sort=False)[column].agg(
            lambda found: ", ".join(sorted(map(str, set(found))))
        )
        if by_store.nunique() > 1:
            said = "; ".join(f"{label or 'here'}: {_short(value)}" for label, value in by_store.items())
            notes.append(f"The stores differ in {title} ({said}).")
    return notes


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"
