"""Running a stored job again, and holding what comes out against the spread over seeds."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from ...results import ResultStore
from ..errors import JobFailed, UsageError
from ..planning.job import Job
from ..planning.judge_ref import JudgeRef
from ..planning.overrides import text_of
from ..planning.plan import plan
from ..planning.request import Execution, Sweep
from .keeping import read_judge
from .runner import run_judge, run_task
from .task import Task

_ENDINGS = {"failed": "failed", "diverged": "diverged", "out_of_memory": "ran out of memory"}
SPREADS = 2.0  # standard deviations over seeds within which a difference counts as noise


def reproduce(
    out: str | Path, job: str, data_dir: str | None = None, device: str = "auto", fcn_weights: str | None = None
) -> pd.DataFrame:
    """Run a job of a store again, in this process, and compare. The store is not changed.

    Args:
        out: folder of the store.
        job: its key, or the beginning of it.
        data_dir: the data folder; None for the default.
        device: "auto", "cpu", "cuda" or "cuda:N".
        fcn_weights: folder of `supervised-fcn` weights, where the job was judged by such.

    Returns:
        A row per score: stored, again, difference; spread, the standard deviation over the seeds of the store, null
        where there is but one; verdict, "equal" to the bit, "within spread" (twice the standard deviation at most),
        "beyond spread", or "differs" where no spread is known.

    Raises:
        UsageError: no such job, or one that cannot be built again as it was.
        JobFailed: the job, or the FCN that is to judge it, failed this time.
    """
    store = ResultStore(out)
    scores = store.scores()
    row = _attempt(store, job)
    stored = scores[scores["job"] == row.job]
    sweep = Sweep(
        datasets=(row.dataset,),
        variants=(row.variant,),
        seeds=(int(row.seed),),
        preset=row.preset,
        overrides=tuple(f"{key}={text_of(value)}" for key, value in json.loads(row.overrides).items()),
        scores=tuple(stored["score"]),
        data_dir=data_dir,
        device=device,
        threads=int(row.threads),
        fcn_weights=fcn_weights,
    )
    planned = plan(sweep, execution=Execution(backend="inline"))
    again = planned.jobs[0]
    if again.key != row.job:
        raise UsageError(
            f"{again} would be job {again.key}, not {row.job}: its data, its model's source, its FCN weights or the "
            "protocol are not what they were"
        )
    values = _run(store, planned.judges[row.dataset], again)
    alike = scores[(scores["variant"] == row.variant) & (scores["dataset"] == row.dataset)]
    for column in ("preset", "overrides", "protocol_version"):
        alike = alike[alike[column] == getattr(row, column)]
    spread = alike.groupby("score")["value"].std()
    table = stored.set_index("score")[["value"]].rename(columns={"value": "stored"})
    table["again"] = pd.Series(values)
    table["difference"] = table["again"] - table["stored"]
    table["spread"] = spread.reindex(table.index)
    table["verdict"] = [_verdict(found.difference, found.spread) for found in table.itertuples()]
    return table.sort_index()


def _attempt(store: ResultStore, key: str) -> Any:
    """Return the row of a job's last success, by the beginning of its key."""
    jobs = store.jobs()
    ok = jobs[(jobs["status"] == "ok") & jobs["job"].str.startswith(key)].sort_values("finished_at")
    if ok["job"].nunique() != 1:
        many = "several jobs" if len(ok) else "no finished job"
        raise UsageError(f"{many} in {store.path} with a key that begins with {key!r}; keys are in its table jobs")
    return next(ok.iloc[[-1]].itertuples())


def _run(store: ResultStore, ref: JudgeRef, job: Job) -> dict[str, float]:
    judge = (read_judge(store, ref, store.references()) or run_judge(ref)) if job.needs_judge else None
    outcome = run_task(Task(job, judge))[-1]
    if outcome.attempt.status != "ok":
        raise JobFailed(f"{job} {_ENDINGS[outcome.attempt.status]} this time: {outcome.attempt.error}")
    return {score.score: score.value for score in outcome.scores}


def _verdict(difference: float, spread: float) -> str:
    if difference == 0:
        return "equal"
    if pd.isna(spread):
        return "differs"
    return "within spread" if abs(difference) <= SPREADS * spread else "beyond spread"
