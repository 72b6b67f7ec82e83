"""One job, from the data to its rows: load, build, fit, encode and sample once, score."""

import io
import json
import time
import traceback
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial

import numpy as np
import pandas as pd
import torch

from ..datasets import Dataset, load
from ..models.errors import Diverged
from ..models.protocol import Captures, Inspectable, Model, Resumable
from ..results import SCORES, JobRow, ScoreRow, StoreError, commit, versions
from .checkpoints import StageCheckpoint
from .errors import one_line
from .evaluation import SCORE_VERSION, Referees, evaluate
from .heap import kept_heap
from .job import ARCHIVE, PROTOCOL_VERSION, Job
from .judge import Judge, JudgeRef, make_judge
from .keeping import keep_artifacts
from .outputs import Outputs, generate, of_samples, represent
from .resources import (
    device_title,
    give_back_memory,
    is_out_of_memory,
    limited_threads,
    peak_device_memory,
    peak_memory,
    reset_peak_memory,
)
from .scores import Measured
from .task import Outcome, Task


class Stopwatch:
    """Seconds per phase of a job."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.earlier = 0.0
        self.started_at, self._started = datetime.now(UTC), time.perf_counter()

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Add the time inside to a phase, also when it ends in an error."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started

    def stages(self, model: Model) -> None:
        """Divide the phase "fit" into the stages that a model tells of, with what earlier attempts spent on them."""
        told = model.seconds if isinstance(model, Inspectable) else {}
        elapsed, prior = self.seconds["fit"], told.get("prior", 0.0)
        self.seconds |= {"fit": told.get("fit", elapsed - prior), "prior": prior}
        self.earlier = max(0.0, self.seconds["fit"] + prior - elapsed)

    @property
    def total(self) -> float:
        """Seconds since the start, and those of earlier attempts whose checkpoints were taken up."""
        return self.earlier + time.perf_counter() - self._started


def run_task(task: Task) -> list[Outcome]:
    """Run a job. Whatever goes wrong inside becomes a row with its status and traceback.

    Returns:
        One outcome; where there is no judge, that of the scores which need none comes before that of the failure.
        What is kept of them is in the store already, where the task names it.
    """
    job = task.job
    if not isinstance(task.judge, str):
        return [_kept(task, _guarded(task))]
    others = replace(job, scores=tuple(score for score in job.scores if not SCORES[score].judge))
    outcomes = [_kept(task, _guarded(replace(task, job=others, judge=None)))] if others.scores else []
    return [*outcomes, lost(job, "failed", f"there is no FCN for {job.data.name}: {task.judge}")]


def run_judge(ref: JudgeRef) -> Judge | str:
    """Make the judge of a data set; in its place, say in a line why there is none."""
    try:
        with limited_threads(ref.settings.threads):
            return make_judge(ref, load(ref.data.name, ref.data.data_dir))
    except Exception as error:  # told with each job that needs the judge
        return one_line(error)


def finish_task(task: Task, outcome: Outcome) -> Outcome:
    """Make the pending scores of an outcome; they need no device, no data set and no judge."""
    job, watch, attempt = task.job, Stopwatch(), outcome.attempt
    try:
        with limited_threads(job.settings.threads), watch.phase("score"):
            found = evaluate(outcome.pending, outcome.outputs)
            rows = [_score_row(job, name, score, attempt.treatment) for name, score in found.items()]
    except Exception as error:
        return Outcome(replace(attempt, **_ending(error), finished_at=datetime.now(UTC)))
    attempt = replace(
        attempt,
        seconds_score=attempt.seconds_score + watch.seconds["score"],
        seconds_total=attempt.seconds_total + watch.total,
        finished_at=datetime.now(UTC),
    )
    return _kept(task, replace(outcome, attempt=attempt, scores=[*outcome.scores, *rows], pending=()))


def lost(job: Job, status: str, error: str, seconds: float = 0.0) -> Outcome:
    """Return the outcome of a job that could not be started, or came to no end of its own after so many seconds."""
    watch = Stopwatch()
    row = _attempt(job, watch, {}, status=status, error=error)
    started = watch.started_at - timedelta(seconds=seconds)
    return Outcome(replace(row, started_at=started, seconds_total=seconds, peak_memory_bytes=None))


def _kept(task: Task, outcome: Outcome) -> Outcome:
    """Return the outcome without what is kept: stored here, it need not travel, and costs the writer no time."""
    if task.store is None or outcome.pending or outcome.attempt.status != "ok":
        return outcome
    with suppress(StoreError):  # the sweep's own process will meet it again, and tell
        return keep_artifacts(task.store, outcome, task.keep)
    return outcome


def _guarded(task: Task) -> Outcome:
    settings = task.job.settings
    reset_peak_memory(settings.device)
    watch, facts = Stopwatch(), {}
    try:
        with limited_threads(settings.threads):
            return _run(task, watch, facts)
    except Exception as error:  # a model may raise anything; the sweep goes on
        return Outcome(_attempt(task.job, watch, facts, **_ending(error)))
    finally:
        give_back_memory(settings.device)


def _ending(error: Exception) -> dict[str, str]:
    """Return status, error and traceback of an attempt that raised."""
    status = "diverged" if isinstance(error, Diverged) else "out_of_memory" if is_out_of_memory(error) else "failed"
    return {"status": status, "error": one_line(error), "traceback": traceback.format_exc()}


def _run(task: Task, watch: Stopwatch, facts: dict) -> Outcome:
    job = task.job
    settings, config = job.settings, job.config
    with watch.phase("load"):
        dataset = _dataset(job.data.name, job.data.data_dir)
    facts |= {
        "n_train": len(dataset.x_train),
        "n_test": len(dataset.x_test),
        "length": dataset.length,
        "n_classes": dataset.n_classes,
        "treatment": dataset.treatment,
    }
    if dataset.data_hash != job.data.data_hash:
        raise RuntimeError(f"{job.data.name} changed on disk since the sweep was planned; run again")
    curves = weights = None
    outputs = task.kept if task.kept is not None and task.kept.suffices(job.scores) else None
    if outputs is None:
        with kept_heap():
            model = job.contender.build(config, job.seed, settings.device)
            if task.store is not None and isinstance(model, Resumable):
                model.storage = partial(StageCheckpoint, task.store, job.key)
            with watch.phase("fit"):
                model.fit(dataset.x_train, dataset.y_train)
            watch.stages(model)
            with torch.no_grad():
                with watch.phase("score"):
                    latents = represent(model, dataset)
                with watch.phase("sample"):
                    samples = generate(model, dataset, config.classifier.cas_samples)
        outputs = Outputs(latents, samples)
        if isinstance(model, Captures) and model.captured:
            facts["captured"] = all(model.captured.values())
        curves, facts["n_parameters"] = _curves(model), _parameters(model)
        weights = _weights(model) if task.keep == "all" else None
        del model  # what is scored is in the outputs
    pending = tuple(score for score in job.scores if not of_samples(score)) if task.split else ()
    referees = Referees(dataset, task.judge, config.classifier, job.seed, settings.device)
    with watch.phase("score"):
        found = evaluate(set(job.scores).difference(pending), outputs, referees)
    rows = [_score_row(job, name, score, dataset.treatment) for name, score in found.items()]
    return Outcome(_attempt(job, watch, facts, status="ok"), rows, outputs, curves, weights, pending)


@lru_cache(maxsize=1)
def _loaded(name: str, data_dir: str | None) -> Dataset:
    return load(name, data_dir)


def _dataset(name: str, data_dir: str | None) -> Dataset:
    """Return the data set, read once for jobs in a row; a copy, since a user's model might write into it."""
    whole = _loaded(name, data_dir)
    arrays = {field: getattr(whole, field).copy() for field in ("x_train", "y_train", "x_test", "y_test")}
    return replace(whole, **arrays)


def _score_row(job: Job, name: str, score: Measured, treatment: str) -> ScoreRow:
    if not np.isfinite(score.value):
        raise ArithmeticError(f"{name} is {score.value}: what the model gave cannot be scored")
    return ScoreRow(
        dataset=job.data.name,
        variant=job.contender.name,
        views=job.contender.views,
        preset=job.settings.preset,
        seed=job.seed,
        score=name,
        value=score.value,
        higher_is_better=SCORES[name].higher_is_better,
        n_samples=score.n_samples,
        classifier=score.classifier,
        reference=score.reference,
        score_version=SCORE_VERSION,
        protocol_version=PROTOCOL_VERSION,
        data_hash=job.data.data_hash,
        treatment=treatment,
        archive=ARCHIVE,
        device=device_title(job.settings.device),
        overrides=json.dumps(job.overrides, sort_keys=True),
        job=job.key,
    )


def _attempt(
    job: Job, watch: Stopwatch, facts: dict, status: str, error: str | None = None, traceback: str | None = None
) -> JobRow:
    settings = job.settings
    return JobRow(
        job=job.key,
        attempt=uuid.uuid4().hex,
        dataset=job.data.name,
        variant=job.contender.name,
        views=job.contender.views,
        preset=settings.preset,
        seed=job.seed,
        status=status,
        error=error,
        traceback=traceback,
        started_at=watch.started_at,
        finished_at=datetime.now(UTC),
        seconds_total=watch.total,
        seconds_earlier=watch.earlier or None,
        peak_memory_bytes=peak_memory(),
        peak_device_memory_bytes=peak_device_memory(settings.device),
        device=device_title(settings.device),
        threads=settings.threads,
        precision=job.config.network.precision,
        data_hash=job.data.data_hash,
        archive=ARCHIVE,
        protocol_version=PROTOCOL_VERSION,
        config=json.dumps(asdict(job.config), sort_keys=True),
        overrides=json.dumps(job.overrides, sort_keys=True),
        commit=commit(),
        **{f"seconds_{phase}": seconds for phase, seconds in watch.seconds.items()},
        **facts,
        **versions(),
    )


def _curves(model: Model) -> pd.DataFrame | None:
    if not isinstance(model, Inspectable):
        return None
    parts = [
        pd.DataFrame({"stage": stage, "step": np.arange(len(values)), "name": name, "value": values})
        for stage, curves in model.curves.items()
        for name, values in curves.items()
    ]
    return pd.concat(parts, ignore_index=True) if parts else None


def _parameters(model: Model) -> int | None:
    if not isinstance(model, Inspectable):
        return None
    return sum(p.numel() for network in model.networks().values() for p in network.parameters())


def _weights(model: Model) -> bytes | None:
    if not isinstance(model, Inspectable):
        return None
    buffer = io.BytesIO()
    state = {name: {k: v.cpu() for k, v in n.state_dict().items()} for name, n in model.networks().items()}
    torch.save(state, buffer)
    return buffer.getvalue()
