"""The task that a worker is given, and the outcome that comes back."""

from dataclasses import dataclass, field

import pandas as pd

from ...results import JobRow, ResultStore, ScoreRow
from ..planning.job import Job
from ..planning.request import Keep
from .judge import Judge, NoJudge
from .outputs import Outputs


@dataclass(frozen=True)
class Task:
    """A job with what this attempt at it is given.

    Attributes:
        job: what to run; its `scores` are those wanted.
        judge: the FCN of its data set, or why there is none; None where no score needs it.
        kept: outputs of an earlier run of this job; where they suffice, nothing is trained.
        keep: what to keep of it beside its rows.
        split: whether to leave the scores that need no device to `finish_task`, elsewhere.
        store: where checkpoints and what is kept of the job go; None where the worker does not see the store: what is
            kept travels back then, and there are no checkpoints.
    """

    job: Job
    judge: Judge | NoJudge | None = None
    kept: Outputs | None = None
    keep: Keep = "none"
    split: bool = False
    store: ResultStore | None = None


@dataclass
class Outcome:
    """The result of a job, whichever process it ran in.

    Attributes:
        attempt: the row of this attempt.
        scores: its scores; none where it failed.
        outputs: what the scores were made of, for keeping; None where it failed or nothing new was made.
        curves: training curves (stage, step, name, value), None where nothing was trained.
        weights: state dicts by network as `torch.save` writes them; None unless asked for.
        pending: scores that are still to be made of the outputs, by `finish_task`.
    """

    attempt: JobRow
    scores: list[ScoreRow] = field(default_factory=list)
    outputs: Outputs | None = None
    curves: pd.DataFrame | None = None
    weights: bytes | None = None
    pending: tuple[str, ...] = ()
