"""One job, from the data to its rows: load, build, fit, encode and sample once, score."""

import io
import json
import traceback
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import Any

import numpy as np
import pandas as pd
import torch

from ...datasets import Dataset, load
from ...models.errors import Diverged
from ...models.protocol import Inspectable, Model
from ...models.training.trainer import Trainer
from ...results import SCORES, StoreError
from ..errors import one_line
from ..planning.abilities import of_samples
from ..planning.job import Job
from ..planning.judge_ref import JudgeRef
from ..planning.streams import lasting_output
from .checkpoints import StageCheckpoint
from .evaluation import Referees, evaluate
from .heap import kept_heap
from .judge import Judge, NoJudge, make_judge
from .keeping import keep_artifacts
from .outputs import Outputs, generate, represent
from .resources import (
    give_back_memory,
    is_out_of_memory,
    limited_threads,
    reset_peak_memory,
)
from .rows import Stopwatch, attempt_row, score_row
from .task import Outcome, Task


def run_task(task: Task) -> list[Outcome]:
    """Run a job. Whatever goes wrong inside becomes a row with its status and traceback.

    Returns:
        One outcome; where there is no judge, that of the scores which need none comes before that of the failure.
        What is kept of them is in the store already, where the task names it.
    """
    job = task.job
    if not isinstance(task.judge, NoJudge):
        return [_kept(task, _guarded(task, task.judge))]
    others = replace(job, scores=tuple(score for score in job.scores if not SCORES[score].judge))
    outcomes = [_kept(task, _guarded(replace(task, job=others), None))] if others.scores else []
    return [*outcomes, lost(job, "failed", f"there is no FCN for {job.data.name}: {task.judge.reason}")]


def run_judge(ref: JudgeRef, kept: Judge | None = None) -> Judge | NoJudge:
    """Make the judge of a data set, or what a kept one lacks; in its place, say in a line why there is none."""
    try:
        with limited_threads(ref.settings.threads):
            return make_judge(ref, load(ref.data.name, ref.data.data_dir), kept)
    except Exception as error:  # told with each job that needs the judge
        return NoJudge(one_line(error))


def finish_task(task: Task, outcome: Outcome) -> Outcome:
    """Make the pending scores of an outcome; they need no device, no data set and no judge.

    Raises:
        ValueError: The outcome is of a failure, and holds nothing that could be scored.
    """
    job, watch, attempt = task.job, Stopwatch(), outcome.attempt
    if outcome.outputs is None or attempt.treatment is None:
        raise ValueError(f"{job} has no outputs to score")
    try:
        with limited_threads(job.settings.threads), watch.phase("score"):
            found = evaluate(outcome.pending, outcome.outputs)
            rows = [score_row(job, name, score, attempt.treatment) for name, score in found.items()]
    except Exception as error:
        return Outcome(replace(attempt, **_ending(error), finished_at=datetime.now(UTC)))
    attempt = replace(
        attempt,
        seconds_score=(attempt.seconds_score or 0.0) + watch.seconds["score"],
        seconds_total=(attempt.seconds_total or 0.0) + watch.total,
        finished_at=datetime.now(UTC),
    )
    return _kept(task, replace(outcome, attempt=attempt, scores=[*outcome.scores, *rows], pending=()))


def lost(job: Job, status: str, error: str, seconds: float = 0.0) -> Outcome:
    """Return the outcome of a job that could not be started, or came to no end of its own after so many seconds."""
    watch = Stopwatch()
    row = attempt_row(job, watch, {}, status=status, error=error)
    started = watch.started_at - timedelta(seconds=seconds)
    return Outcome(replace(row, started_at=started, seconds_total=seconds, peak_memory_bytes=None))


def _kept(task: Task, outcome: Outcome) -> Outcome:
    """Return the outcome without what is kept: stored here, it need not travel, and costs the writer no time."""
    if task.store is None or outcome.pending or outcome.attempt.status != "ok":
        return outcome
    with suppress(StoreError):  # the sweep's own process will meet it again, and tell
        return keep_artifacts(task.store, outcome, task.keep)
    return outcome


def _guarded(task: Task, judge: Judge | None) -> Outcome:
    settings = task.job.settings
    reset_peak_memory(settings.device)
    watch = Stopwatch()
    facts: dict[str, Any] = {}
    try:
        with limited_threads(settings.threads), lasting_output():
            return _run(task, judge, watch, facts)
    except (Exception, SystemExit) as error:  # a model may raise anything, or leave; the sweep goes on
        return Outcome(attempt_row(task.job, watch, facts, **_ending(error)))
    finally:
        give_back_memory(settings.device)


def _ending(error: BaseException) -> dict[str, str]:
    """Return status, error and traceback of an attempt that raised."""
    status = "diverged" if isinstance(error, Diverged) else "out_of_memory" if is_out_of_memory(error) else "failed"
    return {"status": status, "error": one_line(error), "traceback": traceback.format_exc()}


def _run(task: Task, judge: Judge | None, watch: Stopwatch, facts: dict[str, Any]) -> Outcome:
    job = task.job
    settings, config = job.settings, job.config
    with watch.phase("load"):
        dataset = _dataset(job.data.name, job.data.data_dir)
    facts |= {
        "n_train": len(dataset.x_train),
        "n_test": len(dataset.x_test),
        "length": dataset.length,
        "n_classes": dataset.n_classes,
        "class_labels": json.dumps(dataset.classes),
        "treatment": dataset.treatment,
    }
    if dataset.data_hash != job.data.data_hash:
        raise RuntimeError(f"{job.data.name} changed on disk since the sweep was planned; run again")
    curves = weights = None
    outputs = task.kept if task.kept is not None and task.kept.suffices(job.scores) else None
    if outputs is None:
        with kept_heap():
            model = job.method.build(config, job.seed, settings.device)
            if task.store is not None and isinstance(model, Trainer):
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
        if isinstance(model, Trainer) and model.captured:
            facts["captured"] = all(model.captured.values())
        curves, facts["n_parameters"] = _curves(model), _parameters(model)
        weights = _weights(model) if task.keep == "all" else None
        del model  # what is scored is in the outputs
    pending = tuple(score for score in job.scores if not of_samples(score)) if task.split else ()
    referees = Referees(dataset, judge, config.classifier, job.seed, settings.device)
    with watch.phase("score"):
        found = evaluate(set(job.scores).difference(pending), outputs, referees)
    rows = [score_row(job, name, score, dataset.treatment) for name, score in found.items()]
    return Outcome(attempt_row(job, watch, facts, status="ok"), rows, outputs, curves, weights, pending)


@lru_cache(maxsize=1)
def _loaded(name: str, data_dir: str | None) -> Dataset:
    return load(name, data_dir)


def _dataset(name: str, data_dir: str | None) -> Dataset:
    """Return the data set, read once for jobs in a row; a copy, since a user's model might write into it."""
    whole = _loaded(name, data_dir)
    arrays = {field: getattr(whole, field).copy() for field in ("x_train", "y_train", "x_test", "y_test")}
    return replace(whole, **arrays)


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
