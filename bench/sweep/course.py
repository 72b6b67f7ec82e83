"""The course of a sweep: every job to a backend as soon as it may go, every outcome to the store as soon as it comes.

One process writes. Jobs run in others, and one that fails, hangs or dies harms no other.
"""

import signal
import time
from collections import deque
from dataclasses import dataclass, replace

from ...results import ResultStore
from ..job.judge import Judge, NoJudge
from ..job.keeping import read_judge, read_outputs, write_judge
from ..job.runner import finish_task, lost, run_judge, run_task
from ..job.task import Outcome, Task
from ..planning.job import Job
from ..planning.judge_ref import JudgeRef
from ..planning.plan import Plan
from ..planning.request import Execution
from .backends import Backend, Lost
from .gate import GRACE, Gate
from .interrupts import Interrupts
from .progress import Reporter
from .summary import TIME, Summary
from .writing import MOST_UNWRITTEN, Writer

PULSE = 0.2  # seconds between looks at the clock and at signals


@dataclass
class _Running:
    """A call that runs, at a job or at a judge; `shared` are its seconds, each times the calls that ran in it."""

    what: Task | JudgeRef
    since: float
    memory: float = 0.0
    retried: bool = False
    shared: float = 0.0

    def at_once(self, now: float) -> float:
        """Return the mean number of calls that ran while this one did."""
        return max(1.0, self.shared / max(now - self.since, 1e-9))


@dataclass(frozen=True)
class _Unscored:
    """A job whose pending scores are to be made, or are being made."""

    task: Task
    outcome: Outcome


class Course:
    """The state of a sweep that runs."""

    def __init__(
        self,
        store: ResultStore,
        planned: Plan,
        execution: Execution,
        reporter: Reporter,
        interrupts: Interrupts,
        gate: Gate,
        backends: tuple[Backend, Backend | None],
    ) -> None:
        self.store, self.planned, self.execution, self.reporter = store, planned, execution, reporter
        self.interrupts, self.gate = interrupts, gate
        self.backend, self.scorers = backends
        self.todo = list(planned.todo)
        self.incomplete = deque(planned.incomplete)
        self.again: deque[Job] = deque()  # jobs that ran out of memory beside others, for another try alone
        self.done = store.finished()
        stored = store.references()
        names = dict.fromkeys(job.data.name for job in planned.todo if job.needs_judge)
        self.judges: dict[str, Judge | NoJudge] = {
            name: judge
            for name in names
            if (judge := read_judge(store, planned.judges[name], stored)) and not judge.lacking
        }
        self.running: dict[str, _Running] = {}
        self.unscored: deque[_Unscored] = deque()
        self.scoring: dict[str, _Unscored] = {}
        self.writer = Writer(store, execution.keep)
        self.ran = self.failed = self.elsewhere = 0
        self._now = time.monotonic()

    def run(self) -> Summary:
        """Run jobs until nothing is left to do, or a signal or the time limit says stop."""
        stopped: str | None = None
        while self.todo or self.busy:
            if self.interrupts.signal:
                stopped = signal.Signals(self.interrupts.signal).name
            elif self.gate.time_is_up:
                stopped = TIME
            if stopped:
                self._wind_up()
                break
            self._start()
            if self.todo and not self.busy and not any(map(self._fits_in_time, self.todo)):
                stopped = TIME
                break
            self._collect(PULSE)
            self._end_overdue()
        self._settle_writes(0)
        jobs = [entry for entry in self.running.values() if isinstance(entry.what, Task)]
        undone = len(self.todo) + len(self.again) + len(jobs) + len(self.unscored) + len(self.scoring)
        return Summary(self.ran, self.failed, elsewhere=self.elsewhere, undone=undone, stopped=stopped)

    @property
    def busy(self) -> bool:
        """Tell whether anything runs or is about to."""
        return bool(self.running or self.scoring or self.unscored or self.again or self.incomplete or self.writer)

    def _start(self) -> None:
        """Start what may go now, longest first; a job whose judge lacks waits for it."""
        while self.scorers and self.unscored and len(self.scoring) < self.scorers.slots:
            entry = self.unscored.popleft()
            self.scorers.start(entry.task.job.key, finish_task, entry.task, entry.outcome)
            self.scoring[entry.task.job.key] = entry
        while self.incomplete and len(self.running) < self.backend.slots:
            self._start_judge(self.incomplete.popleft())
        if self.again:
            if not self.running:  # what ran out of memory gets the device to itself
                self._start_job(self.again.popleft(), retried=True)
            return
        place = 0
        while place < len(self.todo) and len(self.running) < self.backend.slots:
            job = self.todo[place]
            beside = (entry.memory for entry in self.running.values())
            if not self._fits_in_time(job) or not self.gate.fits_beside(job, beside):
                place += 1
            elif self._lacks_judge(job):
                self._start_judge(self.planned.judges[job.data.name])
                place += 1
            elif not self.gate.claim(job.key):
                place += 1
            else:
                del self.todo[place]
                if self.gate.done_elsewhere(job):
                    self.gate.release(job.key)
                    self.elsewhere += 1
                else:
                    self._start_job(job)

    def _fits_in_time(self, job: Job) -> bool:
        return self.gate.fits_in_time(job, with_judge=self._lacks_judge(job))

    def _lacks_judge(self, job: Job) -> bool:
        return job.needs_judge and job.data.name not in self.judges

    def _start_judge(self, ref: JudgeRef) -> None:
        if ref.key in self.running or not self.gate.claim(ref.key):
            return
        judge = read_judge(self.store, ref, self.store.references())  # another run may have made it meanwhile
        if judge and not judge.lacking:
            self.gate.release(ref.key)
            self.judges[ref.data.name] = judge
            return
        self.backend.start(ref.key, run_judge, ref, judge)
        self.reporter.started(ref.key, f"FCN of {ref.data.name}")
        self.running[ref.key] = _Running(ref, time.monotonic())

    def _start_job(self, job: Job, retried: bool = False) -> None:
        judge = self.judges[job.data.name] if job.needs_judge else None
        kept = read_outputs(self.store, job.key) if job.key in self.done else None
        here = None if self.execution.scheduler else self.store  # workers elsewhere may not see it
        split = self.scorers is not None
        task = Task(job, judge, kept, self.execution.keep, split=split, store=here)
        self.backend.start(job.key, run_task, task)
        self.reporter.started(job.key, str(job))
        self.running[job.key] = _Running(task, time.monotonic(), self.planned.memory[job.key], retried)

    def _collect(self, seconds: float) -> None:
        """Take in what has ended, waiting so long for a first end."""
        self._settle_writes(MOST_UNWRITTEN)
        if not self.running and not self.scoring:
            if self.writer:
                self._settle_writes(len(self.writer) - 1)
            else:
                time.sleep(seconds)  # for workers of a cluster, or for what other runs are at
        ended = self.backend.ended(seconds if self.running else 0.0)
        self._pass_time()
        for name, result in ended:
            entry = self.running.pop(name)
            self.reporter.ended(name)
            if isinstance(entry.what, Task):
                self._job_ended(entry.what, entry, result)
            else:
                self._judge_ended(entry.what, result)
        if self.scorers:
            for name, result in self.scorers.ended(0.0 if self.running else seconds):
                job = self.scoring.pop(name).task.job
                if isinstance(result, Lost):
                    result = lost(job, "killed" if result.died else "failed", result.reason)
                self.writer.write(job, [result])

    def _pass_time(self) -> None:
        """Have all that runs know how many calls ran until now."""
        before, self._now = self._now, time.monotonic()
        for entry in self.running.values():
            entry.shared += (self._now - max(before, entry.since)) * len(self.running)

    def _judge_ended(self, ref: JudgeRef, result: Judge | NoJudge | Lost) -> None:
        name = ref.data.name
        self.judges[name] = NoJudge(result.reason) if isinstance(result, Lost) else result
        if isinstance(result, Judge):
            write_judge(self.store, ref, result)
            self.gate.release(ref.key)
            self.reporter.judged(name, self.planned.judge_seconds.get(name, 0.0))

    def _job_ended(self, task: Task, entry: _Running, result: list[Outcome] | Lost) -> None:
        job = task.job
        if isinstance(result, Lost):
            if result.died and self.interrupts.signal:  # the signal went to the whole process group
                self.todo.append(job)
                return
            status = "killed" if result.died else "failed"
            result = [lost(job, status, result.reason, time.monotonic() - entry.since)]
        if self.scorers:  # jobs share a card; those of a cluster may each have one
            result[-1].attempt = replace(result[-1].attempt, jobs_at_once=entry.at_once(self._now))
        if result[-1].pending:
            # What is left to score needs neither, and goes to another process.
            self.unscored.append(_Unscored(replace(task, judge=None, kept=None), result[-1]))
        elif result[-1].attempt.status == "out_of_memory" and not entry.retried:
            self.store.write_failure(result[-1].attempt)
            self.again.append(job)
            if self.running:  # alone it would have run out as well
                self.gate.ran_out()
        else:
            self.writer.write(job, result)

    def _settle_writes(self, most: int) -> None:
        """Account for jobs that are stored; wait until at most so many are not."""
        for job, attempt in self.writer.written(most):
            self.gate.release(job.key)
            seconds = self.planned.seconds[job.key]
            self.ran += 1
            if attempt.status == "ok":
                self.gate.ended_well(job)
            else:
                self.failed += 1
            self.reporter.done(attempt, seconds)

    def _end_overdue(self) -> None:
        """End what has run for longer than a job may."""
        limit = self.execution.job_timeout
        if limit is None:
            return
        for name, entry in list(self.running.items()):
            if (seconds := self.backend.seconds(name)) > limit:
                self.backend.kill(name)
                del self.running[name]
                self.reporter.ended(name)
                why = f"took longer than {limit:g} s, the limit set by --job-timeout"
                if isinstance(entry.what, Task):
                    job = entry.what.job
                    self.writer.write(job, [lost(job, "timeout", why, seconds)])
                else:
                    self.judges[entry.what.data.name] = NoJudge(why)

    def _wind_up(self) -> None:
        """Give what runs a last moment to end by itself."""
        until = time.monotonic() + GRACE
        while (self.running or self.scoring) and (left := until - time.monotonic()) > 0:
            self._collect(min(left, PULSE))
