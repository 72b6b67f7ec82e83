"""The time and memory that the jobs of a plan are predicted to take."""

from collections.abc import Callable, Mapping
from typing import Any

from ...datasets import DatasetInfo
from ...results import ResultStore
from .cost import Corrections, Work, corrections, judge_work, probe
from .footprint import job_memory, memory_correction
from .job import Job
from .judge_ref import JudgeRef


def predict_seconds(
    jobs: list[Job],
    todo: list[Job],
    works: dict[str, Work],
    judges: dict[str, JudgeRef],
    infos: Mapping[str, DatasetInfo],
    store: ResultStore | None,
    ask: Callable[..., Any],
) -> tuple[dict[str, float], dict[str, float]]:
    """Predict wall times, by measuring the device and by what the store knows of finished jobs.

    Args:
        jobs: all jobs of the sweep.
        todo: those that are to be run.
        works: counted work by job key.
        judges: by data set.
        infos: sizes of the data sets.
        store: results so far, if any.
        ask: runs a call where jobs run.

    Returns:
        Seconds by job key, and by data set of those whose FCN is to be trained; zero, and nothing is measured, where
        there is nothing to do.
    """
    seconds = dict.fromkeys((job.key for job in jobs), 0.0)
    if not todo:
        return seconds, {}
    settings = todo[0].settings
    speed = ask(probe, settings.device, settings.threads)
    raw = {job.key: speed.seconds(works[job.key]) for job in jobs}
    attempts = store.jobs() if store else None
    factor = corrections(attempts, raw) if attempts is not None else Corrections()
    seconds |= {job.key: factor.of(job.method.name) * raw[job.key] for job in todo}
    there = set(store.references()["reference"]) if store else set()
    needed = {job.data.name for job in todo if job.needs_judge and judges[job.data.name].key not in there}
    judge_work_of = {name: judge_work(infos[name], settings.config) for name in needed}
    return seconds, {name: factor.overall * speed.seconds(work) for name, work in judge_work_of.items()}


def predict_memory(todo: list[Job], infos: Mapping[str, DatasetInfo], store: ResultStore | None) -> dict[str, float]:
    """Predict the peak memory of jobs in bytes by job key, by what the store knows of finished jobs."""
    raw = {job.key: job_memory(job.method.base, infos[job.data.name], job.config) for job in todo}
    if store is None or not todo:
        return raw
    on_device = todo[0].settings.device.startswith("cuda")
    attempts = store.jobs()
    ok = attempts[attempts["status"] == "ok"].set_index("job")
    peaks = ok["peak_device_memory_bytes" if on_device else "peak_memory_bytes"]
    factor = memory_correction(peaks, raw)
    return {key: factor * need for key, need in raw.items()}
