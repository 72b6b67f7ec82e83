"""The standing of a sweep's jobs in a store: finished, to do, or left alone because they failed before."""

from collections.abc import Iterable
from dataclasses import replace

from ...results import ResultStore
from .job import Job

FINISHED = "finished"
TO_DO = "to do"
AFTER_DOWNLOAD = "to do, after a download"


def is_to_do(standing: str) -> bool:
    """Tell whether a job that stands so is to be run."""
    return standing in (TO_DO, AFTER_DOWNLOAD)


def stand(jobs: Iterable[Job], store: ResultStore | None, retry: tuple[str, ...]) -> tuple[list[Job], dict[str, str]]:
    """Hold jobs against a store.

    A job that lacks scores and whose latest attempt failed is left alone, unless it failed in a way that is to be
    tried again. An earlier success does not change that: its scores are not those that lack. (`ResultStore.standing`
    answers for a store what this answers for a sweep: there a job with a success is "ok", whatever it lacks.)

    Args:
        jobs: with all the scores that are wanted.
        store: results so far, if any.
        retry: ways of failing that are to be tried again.

    Returns:
        The jobs, each with the scores that it lacks, and by key how they stand: FINISHED, TO_DO, AFTER_DOWNLOAD, or
        the way in which the latest attempt failed.
    """
    finished = store.finished() if store else {}
    failures = _failures(store, retry) if store else {}
    lacking, standing = [], {}
    for job in jobs:
        scores = tuple(score for score in job.scores if score not in finished.get(job.key, ()))
        lacking.append(replace(job, scores=scores))
        to_do = TO_DO if job.data.data_hash else AFTER_DOWNLOAD
        standing[job.key] = failures.get(job.key, to_do) if scores else FINISHED
    return lacking, standing


def _failures(store: ResultStore, retry: tuple[str, ...]) -> dict[str, str]:
    """Return by job how the latest attempt failed, where it did in a way that is not to be tried again."""
    status = store.jobs().sort_values("finished_at").groupby("job")["status"].last()
    return {str(job): how for job, how in status[(status != "ok") & ~status.isin(retry)].items()}
