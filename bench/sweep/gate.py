"""The gate of a sweep: which job may start now, by the time and memory left and by what other runs are at."""

import time
from collections.abc import Iterable

from ...results import Claims
from ...results.watch import Watch
from ..planning.job import Job
from ..planning.plan import Plan
from .packing import Packing

GRACE = 2.0  # seconds that running jobs are given to end by themselves when the sweep is stopped
ASK_AGAIN = 1.0  # seconds until a refused claim is tried again


class Gate:
    """Tells which job may start.

    Args:
        planned: the jobs, with the time and memory predicted for each.
        packing: limits the jobs that run at once.
        claims: of this run on the store.
        watch: tells which jobs other runs have tried since planning began.
        end: when the sweep is to end, on the steady clock; None for whenever it has done its work.
        slowdown: how many times as long as alone a job takes beside the others.
    """

    def __init__(
        self,
        planned: Plan,
        packing: Packing,
        claims: Claims,
        watch: Watch,
        end: float | None,
        slowdown: float,
    ) -> None:
        self._planned, self._packing, self._claims, self._watch = planned, packing, claims, watch
        self._slowdown = slowdown
        self._deadline = None if end is None else end - GRACE
        self._asked: dict[str, float] = {}  # when a claim was last asked for, by key

    @property
    def time_is_up(self) -> bool:
        """Tell whether running jobs have only their grace left."""
        return self._deadline is not None and time.monotonic() > self._deadline

    def fits_in_time(self, job: Job, with_judge: bool) -> bool:
        """Tell whether a job, and its judge where that is to be made first, is predicted to end in time."""
        if self._deadline is None:
            return True
        need = self._planned.seconds[job.key]
        if with_judge:
            need += self._planned.judge_seconds.get(job.data.name, 0.0)
        return time.monotonic() + self._slowdown * need <= self._deadline

    def fits_beside(self, job: Job, running: Iterable[float]) -> bool:
        """Tell whether there is room for a job beside those that run, given by their bytes."""
        return self._packing.admits(list(running), self._planned.memory[job.key])

    def claim(self, key: str) -> bool:
        """Take a job or judge, unless another run is at it; whether it still is, is asked now and then."""
        now = time.monotonic()
        if now - self._asked.get(key, -ASK_AGAIN) < ASK_AGAIN:
            return False
        self._asked[key] = now
        return self._claims.claim(key)

    def release(self, key: str) -> None:
        """Give a job or judge back."""
        self._claims.release(key)

    def done_elsewhere(self, job: Job) -> bool:
        """Tell whether another run has tried a job since planning began; ask once it is claimed."""
        return self._watch.attempted(job.key)

    def ended_well(self, job: Job) -> None:
        """Learn from a job that went well how many of them the device holds at once."""
        self._packing.ended(self._planned.seconds[job.key])

    def ran_out(self) -> None:
        """Learn that a job ran out of memory beside others."""
        self._packing.ran_out()
