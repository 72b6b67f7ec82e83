"""The number of jobs that share a device: as many as its memory holds and as its measured throughput rewards."""

import sys
import time
from collections.abc import Callable

WORTH = 1.05  # by how much one more job at a time has to raise the throughput to stay
PATIENCE = 3  # jobs that end at a width before it is judged, for each that runs at once


class Packing:
    """Admits jobs to a device.

    On a CPU the width is the number of workers. On a GPU, where several small jobs fill the gaps that one leaves, it
    starts at one and grows by one as long as predicted seconds of work done per second of the clock grow with it.
    Neither admits a job whose predicted memory does not fit beside the others, unless it would be alone.

    Args:
        width: most jobs at once; None for as many as the backend has slots.
        memory: bytes that jobs may take together; None where nothing is known.
        grow: whether to start at one and look for the best width.
        clock: seconds, for tests.
    """

    def __init__(
        self, width: int | None, memory: int | None, grow: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = sys.maxsize if width is None else width
        self._memory, self._clock = memory, clock
        self.width = 1 if grow else self._most
        self._growing = grow
        self._best = 0.0
        self._restart()

    def admits(self, running: list[float], need: float) -> bool:
        """Tell whether a job of so many bytes may join those that run, given by theirs."""
        if not running:
            return True
        fits = self._memory is None or sum(running) + need <= self._memory
        return len(running) < self.width and fits

    def ended(self, work: float) -> None:
        """A job of so many predicted seconds has ended well."""
        if not self._growing:
            return
        self._work, self._count = self._work + work, self._count + 1
        if self._count < PATIENCE * self.width:
            return
        throughput = self._work / max(self._clock() - self._since, 1e-9)
        if throughput < WORTH * self._best:
            self.width, self._growing = max(1, self.width - 1), False
        elif self.width == self._most:
            self._growing = False
        else:
            self._best, self.width = throughput, self.width + 1
        self._restart()

    def _restart(self) -> None:
        self._work, self._count, self._since = 0.0, 0, self._clock()
