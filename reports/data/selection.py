"""The rows of a store that enter a report: finished jobs of one preset that may be compared, or a refusal."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from ...results import Publication, ResultStore, judged_scores, open_results
from .errors import ReportError
from .methods import name_methods
from .rows import hash_rows, row_digests

# Rows that differ in one of these were not made alike. Within the columns named second they must agree.
_ALIKE = (
    ("settings", ("variant", "views")),
    ("protocol_version", ()),
    ("archive", ()),
    ("score_version", ("score",)),
    ("data_hash", ("dataset",)),
    ("treatment", ("dataset",)),
)
# These decide the scores that a judge gives; CAS trains an FCN of its own in each job.
_BEHIND = ("classifier", "n_samples", "reference")


@dataclass(frozen=True)
class Reading:
    """The way in which rows are read.

    Attributes:
        mix_judges: Rank judged scores (inception score, FID) of different FCNs together.
        rename: Names of methods or of variants, or their titles, and what reports are to call them.
        datasets: The data sets that a report is of, of all that the stores have; None for all.
        variants: The same of the stores' variants. Results to compare with have both as they are asked for.
        scores: The same of scores, of whatever is compared.
    """

    mix_judges: bool = False
    rename: Mapping[str, str] = field(default_factory=dict)
    datasets: tuple[str, ...] | None = None
    variants: tuple[str, ...] | None = None
    scores: tuple[str, ...] | None = None


AS_IT_IS = Reading()


@dataclass(frozen=True, eq=False)
class Selection:
    """Frames that may be compared.

    Attributes:
        scores: Scores of finished jobs, with the column `method`.
        jobs: One row per job: its success, or its last attempt; with the columns `method` and `attempts`.
        references: Real-data references, one row per data set and score; of several stores those of each.
        preset: The preset all of it was made with; with several stores, that of each; empty without a store.
        rows_hash: Hash of the score rows; a report of the same rows carries the same.
        stores: Folders and published files by label; a single store without a label has the label "". With labels, the
            frames have a column `store`; beside published files one store may be without, and its label there is "".
        wanted_preset: The preset that was asked for, None where there was but one.
        wanted_protocol: The version of the protocol that was asked for, None where there was but one.
        against: Other results that were asked for.
        published: Labels of those stores that are published files among `against`.
        notes: Sentences on what the methods do not share, for captions.
        footnotes: Sentences on single scores, by their names.
        reading: How the rows are read.
        identifiers: Where `shown` has given methods other names: those by which rows know them.
    """

    scores: pd.DataFrame
    jobs: pd.DataFrame
    references: pd.DataFrame
    preset: str
    rows_hash: str
    stores: Mapping[str, Path] = field(default_factory=dict)
    wanted_preset: str | None = None
    wanted_protocol: int | None = None
    against: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    footnotes: Mapping[str, str] = field(default_factory=dict)
    reading: Reading = AS_IT_IS
    identifiers: Mapping[str, str] = field(default_factory=dict)

    @property
    def datasets(self) -> list[str]:
        """All data sets that were tried, also those on which every job failed; without a store those of the scores."""
        return sorted((self.jobs if self.stores else self.scores)["dataset"].unique())

    def notes_on(self, score: str | None = None) -> list[str]:
        """Return the sentences for the caption of one score, or of all of them."""
        of = list(self.footnotes.values()) if score is None else [self.footnotes.get(score, "")]
        return [note for note in dict.fromkeys((*self.notes, *of)) if note]

    def open(self, label: str = "") -> ResultStore | Publication:
        """Open the store behind a label, for its samples, latents and curves."""
        return open_results(self.stores[label])


def select(store: ResultStore | Publication, preset: str | None = None, protocol: int | None = None) -> Selection:
    """Return the comparable results of a store.

    Args:
        store: An open store, or a published file.
        preset: The preset to report on; needed where the store holds several.
        protocol: The version of the protocol to report on; needed where the store holds several.

    Raises:
        ReportError: No finished job, several presets or protocol versions and none chosen, or rows that must not be
            mixed.
        StoreError: The store cannot be read.
    """
    jobs = store.jobs()
    preset = _one_preset(sorted(set(jobs["preset"])), preset)
    jobs = jobs[jobs["preset"] == preset]
    version = _one_protocol(sorted(set(jobs["protocol_version"])), protocol)
    jobs = _one_row_per_job(jobs[jobs["protocol_version"] == version])
    done = set(jobs.loc[jobs["status"] == "ok", "job"])
    scores = store.scores()
    scores = scores[scores["job"].isin(done)].reset_index(drop=True)
    if scores.empty:
        raise ReportError(f"no job of preset {preset} has finished with a score; see `ucrbench status`")
    check_alike(scores)
    jobs = name_methods(jobs)
    scores["method"] = scores["job"].map(jobs.set_index("job")["method"])
    return Selection(
        scores=scores,
        jobs=jobs,
        references=_references(store.references(), scores, preset, version),
        preset=preset,
        rows_hash=hash_rows(row_digests(scores, "scores")),
        stores={"": store.path},
        wanted_preset=preset,
        wanted_protocol=protocol,
    )


def check_alike(scores: pd.DataFrame) -> None:
    """Refuse scores that were not made alike.

    Raises:
        ReportError: Protocol or score versions, overrides, archives, contents or treatments of a data set, or
            the FCN behind its scores are mixed, or a job is there twice.
    """
    # The views are told apart by name, and so are a method's own settings; what --set changed for all is not.
    scores = scores.assign(settings=scores["overrides"].map(_without_views))
    by_classifier = scores[scores["score"].isin(judged_scores())]
    checks = [(scores, *check) for check in _ALIKE]
    checks += [(by_classifier, column, ("dataset", "score")) for column in _BEHIND]
    for frame, column, within in checks:
        for key, group in frame.groupby(list(within)) if within else [((), frame)]:
            if len(found := sorted(map(str, group[column].unique()))) > 1:
                of = f" for {', '.join(map(str, key))}" if within else ""
                several = ", or run it with --set KEY=A,B, a method of each value" if column == "settings" else ""
                raise ReportError(
                    f"the scores mix {len(found)} values of {column}{of} ({'; '.join(found)[:120]}); "
                    f"keep what cannot be compared in stores of its own{several}"
                )
    twice = scores[scores.duplicated(["dataset", "variant", "views", "preset", "seed", "score"])]
    if not twice.empty:
        row = twice.iloc[0]
        raise ReportError(
            f"{row['score']} of {row['variant']} on {row['dataset']}, seed {row['seed']}, comes from several "
            "jobs with different settings; keep them in stores of their own"
        )


def _without_views(overrides: str) -> str:
    return json.dumps({key: value for key, value in json.loads(overrides).items() if key != "ssl.views"})


def _one_preset(there: list[str], wanted: str | None) -> str:
    if not there:
        raise ReportError("the store holds no jobs yet; run some with `ucrbench run`")
    if wanted is None and len(there) > 1:
        raise ReportError(f"the store holds the presets {', '.join(there)}; choose one of them")
    if wanted is not None and wanted not in there:
        raise ReportError(f"the store holds no job of preset {wanted}; it holds {', '.join(there)}")
    return wanted or there[0]


def _one_protocol(there: list[int], wanted: int | None) -> int:
    if wanted is None and len(there) > 1:
        raise ReportError(
            f"the store holds jobs of the protocol versions {', '.join(map(str, there))}, which cannot be compared as "
            f"if they were one; choose one of them, such as --protocol {there[-1]}"
        )
    if wanted is not None and wanted not in there:
        raise ReportError(f"the store holds no job of protocol version {wanted}; it holds {', '.join(map(str, there))}")
    return there[0] if wanted is None else wanted


def _one_row_per_job(jobs: pd.DataFrame) -> pd.DataFrame:
    order = jobs.assign(ok=jobs["status"] == "ok").sort_values(["ok", "finished_at"], kind="stable")
    last = order.drop(columns="ok").groupby("job", as_index=False).tail(1).set_index("job", drop=False)
    # A success that only added scores to what was kept continues the one that trained: their times add up.
    good = order[order["ok"]].groupby("job")
    for column in [name for name in jobs if name.startswith("seconds_")]:
        last[column] = good[column].sum(min_count=1).combine_first(last[column])
    last["n_parameters"] = good["n_parameters"].first().combine_first(last["n_parameters"])
    last.index.name = None
    return last.assign(attempts=last["job"].map(jobs["job"].value_counts())).reset_index(drop=True)


def _references(references: pd.DataFrame, scores: pd.DataFrame, preset: str, protocol: int) -> pd.DataFrame:
    hashes = scores.drop_duplicates("dataset").set_index("dataset")["data_hash"]
    same_data = references["data_hash"] == references["dataset"].map(hashes)
    same_kind = (references["preset"] == preset) & (references["protocol_version"] == protocol)
    references = references[same_data & same_kind]
    # If several FCNs were at work, the references that belong are those of the one behind the scores.
    behind = scores[scores["score"].isin(judged_scores())].drop_duplicates("dataset")
    used = references["dataset"].map(behind.set_index("dataset")["classifier"])
    references = references[used.isna() | (references["classifier"] == used)]
    twice = references[references.duplicated(["dataset", "score"])]
    if not twice.empty:
        row = twice.iloc[0]
        raise ReportError(f"{row['dataset']} has several references {row['score']}; keep one, in OUT/references")
    return references.reset_index(drop=True)
