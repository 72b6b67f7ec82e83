"""The number of jobs that share a device: as many as its memory holds and as its measured throughput rewards."""

import sys
import time
from collections.abc import Callable

WORTH = 1.05  # by how much more jobs at a time have to raise the throughput to stay


class Packing:
    """Admits jobs to a device.

    On a CPU the width is the number of workers. On a GPU, where several small jobs fill the gaps that one leaves, it
    begins at `start`. Once as many jobs have ended as run at once, their throughput, predicted seconds of work per
    second of the clock, is known; then more jobs are tried, and fewer where more did not pay. Neither admits a job
    whose predicted memory does not fit beside the others, unless it would be alone.

    Args:
        width: most jobs at once; None for as many as the backend has slots.
        memory: bytes that jobs may take together; None where nothing is known.
        start: jobs at once at the beginning, from which the best number is looked for; None to stay at `width`.
        clock: seconds, for tests.
    """

    def __init__(
        self,
        width: int | None,
        memory: int | None,
        start: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = sys.maxsize if width is None else width
        self._memory, self._clock = memory, clock
        self.width = self._most if start is None else min(start, self._most)
        self._searching = start is not None
        self._best = 0.0  # throughput, the highest so far
        self._start = self._at = self.width  # the first width, and the best so far
        self._upwards = True
        self._restart()

    def admits(self, running: list[float], need: float) -> bool:
        """Tell whether a job of so many bytes may join those that run, given by theirs."""
        if not running:
            return True
        fits = self._memory is None or sum(running) + need <= self._memory
        return len(running) < self.width and fits

    def ended(self, work: float) -> None:
        """Learn that a job of so many predicted seconds has ended well."""
        if not self._searching:
            return
        self._work, self._count = self._work + work, self._count + 1
        if self._count >= self.width:
            self._judge(self._work / max(self._clock() - self._since, 1e-9))
            self._restart()

    def ran_out(self) -> None:
        """Learn that a job has run out of memory beside others: fewer are admitted from now on."""
        self.width = self._most = max(1, self.width - 1)
        self._searching = False

    def _judge(self, throughput: float) -> None:
        """Keep the width that was tried, or return to the best one, and choose the next to try."""
        paid = throughput >= WORTH * self._best if self._upwards else WORTH * throughput >= self._best
        self._best = max(self._best, throughput)
        if paid:
            self._at = self.width
        untried = self._at == self._start  # neither more nor fewer have paid so far
        if self._upwards and untried and not (paid and self._at < self._most):
            self._upwards = False
        elif not paid or self._at == self._most:
            self._settle()
            return
        if not self._upwards and self._at == 1:
            self._settle()
            return
        step = max(1, self._at // 4)
        self.width = min(self._most, self._at + step) if self._upwards else self._at - step

    def _settle(self) -> None:
        self.width, self._searching = self._at, False

    def _restart(self) -> None:
        self._work, self._count, self._since = 0.0, 0, self._clock()
