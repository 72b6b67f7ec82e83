"""One job, from the data to its rows: load, build, fit, encode and sample once, score."""

import io
import json
import time
import traceback
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import torch

from ..datasets import load
from ..models.errors import Diverged
from ..models.protocol import Inspectable, Model
from ..results import JobRow, ScoreRow, commit, versions
from .evaluation import SCORE_VERSION, Outputs, Score, evaluate, generate, represent
from .job import ARCHIVE, PROTOCOL_VERSION, Job
from .judge import Judge
from .resources import device_title, kept_heap, limited_threads, peak_device_memory, peak_memory, reset_peak_memory


@dataclass
class Outcome:
    """What comes back from a job, whichever process it ran in.

    Attributes:
        attempt: the row of this attempt.
        scores: its scores; none where it failed.
        outputs: what the scores were made of, for keeping; None where it failed or nothing new was made.
        curves: training curves (stage, step, name, value), None where nothing was trained.
        weights: state dicts by network as `torch.save` writes them; None unless asked for.
    """

    attempt: JobRow
    scores: list[ScoreRow] = field(default_factory=list)
    outputs: Outputs | None = None
    curves: pd.DataFrame | None = None
    weights: bytes | None = None


class Stopwatch:
    """Seconds per phase of a job."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.started_at, self._started = datetime.now(UTC), time.perf_counter()

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Add the time inside to a phase, also when it ends in an error."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started

    @property
    def total(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self._started


def run_job(job: Job, judge: Judge | None, kept: Outputs | None, keep_weights: bool) -> Outcome:
    """Run a job. Whatever goes wrong inside becomes a row with its status and traceback.

    Args:
        job: what to run; its `scores` are those wanted.
        judge: the FCN of its data set; None where no score needs it.
        kept: outputs of an earlier run of this job; where they suffice, nothing is trained.
        keep_weights: whether to return the weights.
    """
    reset_peak_memory(job.settings.device)
    watch, facts = Stopwatch(), {}
    try:
        with limited_threads(job.settings.threads), kept_heap():
            return _run(job, judge, kept, keep_weights, watch, facts)
    except Exception as error:  # a model may raise anything; the sweep goes on
        status = "diverged" if isinstance(error, Diverged) else "failed"
        line = f"{type(error).__name__}: {error}".splitlines()[0]
        return Outcome(_attempt(job, watch, facts, status, line, traceback.format_exc()))


def failed(job: Job, error: str) -> Outcome:
    """The outcome of a job that could not be started."""
    return Outcome(_attempt(job, Stopwatch(), {}, "failed", error))


def _run(
    job: Job, judge: Judge | None, kept: Outputs | None, keep_weights: bool, watch: Stopwatch, facts: dict
) -> Outcome:
    settings, config = job.settings, job.settings.config
    with watch.phase("load"):
        dataset = load(job.data.name, job.data.data_dir)
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
    outputs = kept if kept is not None and kept.suffices(job.scores) else None
    if outputs is None:
        model = job.contender.build(config, job.seed, settings.device)
        started = time.perf_counter()
        model.fit(dataset.x_train, dataset.y_train)
        elapsed = time.perf_counter() - started
        prior = model.seconds.get("prior", 0.0) if isinstance(model, Inspectable) else 0.0
        watch.seconds |= {"fit": elapsed - prior, "prior": prior}
        with torch.no_grad():
            with watch.phase("score"):
                latents = represent(model, dataset)
            with watch.phase("sample"):
                samples = generate(model, dataset, config.classifier.cas_samples)
        outputs = Outputs(latents, samples)
        curves, facts["n_parameters"] = _curves(model), _parameters(model)
        weights = _weights(model) if keep_weights else None
    with watch.phase("score"):
        found = evaluate(outputs, job.scores, dataset, judge, config.classifier, job.seed, settings.device)
    rows = [_score_row(job, score, dataset.treatment) for score in found]
    return Outcome(_attempt(job, watch, facts, "ok"), rows, outputs, curves, weights)


def _score_row(job: Job, score: Score, treatment: str) -> ScoreRow:
    if not np.isfinite(score.value):
        raise ArithmeticError(f"{score.name} is {score.value}: what the model gave cannot be scored")
    return ScoreRow(
        dataset=job.data.name,
        variant=job.contender.name,
        views=job.contender.views,
        preset=job.settings.preset,
        seed=job.seed,
        score=score.name,
        value=score.value,
        higher_is_better=score.higher_is_better,
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
    job: Job, watch: Stopwatch, facts: dict, status: str, error: str | None = None, trace: str | None = None
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
        traceback=trace,
        started_at=watch.started_at,
        finished_at=datetime.now(UTC),
        seconds_total=watch.total,
        peak_memory_bytes=peak_memory(),
        peak_device_memory_bytes=peak_device_memory(settings.device),
        device=device_title(settings.device),
        threads=settings.threads,
        data_hash=job.data.data_hash,
        archive=ARCHIVE,
        protocol_version=PROTOCOL_VERSION,
        config=json.dumps(asdict(settings.config), sort_keys=True),
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
