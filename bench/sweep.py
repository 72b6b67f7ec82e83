"""The sweep: judges first, then jobs, in processes; one writer, and one failing job harms no other."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from joblib import cpu_count

from ..datasets import load
from ..results import ResultStore
from .errors import UsageError
from .evaluation import JUDGED, Outputs
from .job import Job
from .judge import Judge, JudgeRef, make_judge
from .keeping import Keep, read_judge, read_outputs, write_judge, write_outcome
from .planning import Plan, Sweep, needs_judge, plan
from .pools import Pool, pool
from .progress import Reporter, Silent
from .resources import limited_threads
from .runner import Outcome, failed, run_job


@dataclass(frozen=True)
class Summary:
    """How a sweep ended.

    Attributes:
        ran: jobs that were run now.
        failed: of those, the ones that did not succeed.
        finished: jobs that needed nothing.
    """

    ran: int
    failed: int
    finished: int


def run(
    out: str | Path,
    sweep: Sweep,
    workers: int | None = None,
    keep: Keep = "light",
    reporter: Reporter | None = None,
    scheduler: str | None = None,
) -> Summary:
    """Run what a store lacks of a sweep.

    Args:
        out: folder of the result store; made where it lacks.
        sweep: what to run.
        workers: processes; None for as many as CPU cores over threads per job, and one on a GPU.
        keep: what to keep of each job beside its rows: nothing; latents, samples and curves; or weights as well.
        reporter: is told of the progress.
        scheduler: address of a Dask scheduler whose workers run the jobs instead; rows travel back to this process.

    Raises:
        UsageError, DatasetError, ModelError: the sweep is wrong; nothing was written.
        StoreError: `out` cannot be written, or holds something else.
    """
    if workers is not None and workers < 1:
        raise UsageError(f"{workers} workers; at least 1 is needed")
    store, reporter = ResultStore(out, create=True), reporter or Silent()
    planned = plan(sweep, store)
    finished = len(planned.jobs) - len(planned.todo)
    if not planned.todo:
        return Summary(0, 0, finished)
    cuda = planned.todo[0].settings.device.startswith("cuda")
    runs = pool(workers or (1 if cuda else max(1, cpu_count() // sweep.threads)), scheduler)
    store.prepare()
    with_judge = {job.data.name for job in planned.todo if needs_judge(job)}
    stored = store.references()
    known = {name: judge for name in with_judge if (judge := read_judge(store, planned.judges[name], stored))}
    missing = [planned.judges[name] for name in with_judge if name not in known]
    missing.sort(key=lambda ref: -planned.judge_seconds.get(ref.data.name, 0.0))
    seconds = sum(planned.seconds.values()) + sum(planned.judge_seconds.values())
    reporter.start(len(missing) + len(planned.todo), seconds)
    try:
        judges = known | _make_judges(store, planned, missing, runs, reporter)
        return replace(_run_jobs(store, planned, judges, runs, keep, reporter), finished=finished)
    finally:
        reporter.finish()


def _make_judges(
    store: ResultStore, planned: Plan, refs: list[JudgeRef], runs: Pool, reporter: Reporter
) -> dict[str, Judge | str]:
    """The judge of each data set, or why there is none."""
    judges: dict[str, Judge | str] = {}
    for ref, judge in runs(_judge, ((ref,) for ref in refs)):
        judges[ref.data.name] = judge
        if isinstance(judge, Judge):
            write_judge(store, ref, judge)
            reporter.judged(ref.data.name, planned.judge_seconds.get(ref.data.name, 0.0))
    return judges


def _run_jobs(
    store: ResultStore, planned: Plan, judges: dict[str, Judge | str], runs: Pool, keep: Keep, reporter: Reporter
) -> Summary:
    done = store.finished()

    def calls() -> Iterator[tuple[Job, Judge | str | None, Outputs | None, bool]]:
        for job in planned.todo:
            judge = judges.get(job.data.name) if needs_judge(job) else None
            kept = read_outputs(store, job.key) if job.key in done else None
            yield job, judge, kept, keep == "all"

    bad = 0
    for outcomes in runs(_attempt, calls()):
        for outcome in outcomes:
            write_outcome(store, outcome, keep)
        last = outcomes[-1].attempt
        bad += last.status != "ok"
        reporter.done(last, planned.seconds[last.job])
    return Summary(len(planned.todo), bad, 0)


def _judge(ref: JudgeRef) -> tuple[JudgeRef, Judge | str]:
    try:
        with limited_threads(ref.settings.threads):
            return ref, make_judge(ref, load(ref.data.name, ref.data.data_dir))
    except Exception as error:  # told with each job that needs the judge
        return ref, f"{type(error).__name__}: {error}".splitlines()[0]


def _attempt(job: Job, judge: Judge | str | None, kept: Outputs | None, keep_weights: bool) -> list[Outcome]:
    """The outcome of a job; without its judge, that of the scores it can have all the same, and a failure."""
    if not isinstance(judge, str):
        return [run_job(job, judge, kept, keep_weights)]
    others = replace(job, scores=tuple(score for score in job.scores if score not in JUDGED))
    outcomes = [run_job(others, None, kept, keep_weights)] if others.scores else []
    return [*outcomes, failed(job, f"there is no FCN for {job.data.name}: {judge}")]
