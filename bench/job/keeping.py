"""The files that are kept of jobs and judges beside their rows, and the way to find them again."""

from dataclasses import replace

import pandas as pd

from ...results import ResultStore
from ..planning.judge_ref import JudgeRef, lacking
from ..planning.request import Keep
from .judge import Judge
from .outputs import Outputs
from .task import Outcome


def keep_artifacts(store: ResultStore, outcome: Outcome, keep: Keep) -> Outcome:
    """Store what is kept of a success beside its rows, and give the outcome without it.

    Raises:
        StoreError: the store cannot be written.
    """
    job = outcome.attempt.job
    if keep != "none":
        if outcome.outputs is not None:
            store.save_arrays(job, "latents", **outcome.outputs.latents)
            if outcome.outputs.samples:
                store.save_arrays(job, "samples", **outcome.outputs.samples)
        if outcome.curves is not None:
            store.save_curves(job, outcome.curves)
        if outcome.weights is not None:
            weights = outcome.weights
            store.save_artifact(job, "weights.pt", lambda file: file.write(weights))
    return replace(outcome, outputs=None, curves=None, weights=None)


def read_outputs(store: ResultStore, job: str) -> Outputs | None:
    """The kept outputs of a job, None where none were kept."""
    latents = store.latents(job)
    return None if latents is None else Outputs(latents, store.samples(job) or {})


def write_judge(store: ResultStore, ref: JudgeRef, judge: Judge) -> None:
    """Store a new judge's weights, features and pictured series, then its references; of a kept one these alone."""
    if judge.pictured:
        store.save_artifact(ref.key, "fcn.pt", lambda file: file.write(judge.weights))
        store.save_arrays(ref.key, "features", test=judge.features)
        store.save_real(ref.data.name, *judge.pictured)
    store.write_references(judge.rows)


def read_judge(store: ResultStore, ref: JudgeRef, references: pd.DataFrame) -> Judge | None:
    """The judge stored under a reference's key, None where there is none; `references` are the store's."""
    rows = references[references["reference"] == ref.key]
    weights, features = store.artifact(ref.key, "fcn.pt"), store.arrays(ref.key, "features")
    if rows.empty or features is None or weights is None:
        return None
    return Judge(rows["classifier"].iloc[0], weights, features["test"], lacking=lacking(ref.key, references))
