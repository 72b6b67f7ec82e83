"""The rows of a job: one of each score, one of the attempt, with the seconds that it took."""

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import numpy as np

from ...models.protocol import Inspectable, Model
from ...results import SCORES, JobRow, ScoreRow, commit, versions
from ..planning.devices import device_title
from ..planning.job import ARCHIVE, PROTOCOL_VERSION, Job
from ..scores import Measured
from .evaluation import SCORE_VERSION
from .resources import peak_device_memory, peak_memory


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


def score_row(job: Job, name: str, score: Measured, treatment: str) -> ScoreRow:
    """Return the row of a score of a job.

    Raises:
        ArithmeticError: The score is no finite number.
    """
    if not np.isfinite(score.value):
        raise ArithmeticError(f"{name} is {score.value}: what the model gave cannot be scored")
    return ScoreRow(
        dataset=job.data.name,
        variant=job.method.name,
        views=job.method.views,
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


def attempt_row(
    job: Job,
    watch: Stopwatch,
    facts: dict[str, Any],
    status: str,
    error: str | None = None,
    traceback: str | None = None,
) -> JobRow:
    """Return the row of an attempt at a job, which ends now.

    Args:
        job: what was run.
        watch: the seconds that it took.
        facts: further columns, as far as they are known.
        status: how the attempt ended.
        error: what went wrong, on one line.
        traceback: of the error.
    """
    settings = job.settings
    known: dict[str, Any] = (
        {f"seconds_{phase}": seconds for phase, seconds in watch.seconds.items()} | facts | versions()
    )
    return JobRow(
        job=job.key,
        attempt=uuid.uuid4().hex,
        dataset=job.data.name,
        variant=job.method.name,
        views=job.method.views,
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
        **known,
    )
