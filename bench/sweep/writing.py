"""The one writer of a sweep: threads that store what comes of jobs, while the sweep goes on.

Most of it is waiting for the disk. Rows that have come up while others were being stored are stored together: a
thousand small jobs then cost some dozens of writes, and a job on its own waits for nothing.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from threading import Thread
from time import sleep

from ...results import JobRow, ResultStore
from ..job.keeping import keep_artifacts
from ..job.task import Outcome
from ..planning.job import Job
from ..planning.request import Keep

THREADS = 4  # for artifacts; one more stores the rows
MOST_UNWRITTEN = 64  # jobs that have ended and are still to be stored: they lie in memory
LINGER = 0.05  # seconds that rows wait for company


class Writer:
    """Stores outcomes in threads of its own; a context manager that waits at its end for what is under way.

    Args:
        store: where to.
        keep: what to keep of each job beside its rows.
    """

    def __init__(self, store: ResultStore, keep: Keep) -> None:
        self._store = store
        self._keep: Keep = keep
        self._unwritten = 0
        self._rows: SimpleQueue[tuple[Job, list[Outcome]] | None] = SimpleQueue()  # None ends it
        self._ended: SimpleQueue[tuple[Job, JobRow] | BaseException] = SimpleQueue()
        self._keepers = ThreadPoolExecutor(THREADS, "artifacts")
        self._thread = Thread(target=self._write_rows, name="rows")

    def __enter__(self) -> "Writer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._keepers.shutdown()
        self._rows.put(None)
        self._thread.join()

    def __len__(self) -> int:
        """Return how many jobs are still to be stored, or to be told of by `written`."""
        return self._unwritten

    def write(self, job: Job, outcomes: Sequence[Outcome]) -> None:
        """Store the outcomes of a job, soon."""
        self._unwritten += 1
        self._keepers.submit(self._write_artifacts, job, outcomes)

    def written(self, most: int = MOST_UNWRITTEN) -> list[tuple[Job, JobRow]]:
        """Jobs that were stored since the last call, with their last attempt; waits until at most `most` are not.

        Raises:
            StoreError: what a job came to could not be stored.
        """
        stored = []
        while True:
            try:
                ended = self._ended.get(block=self._unwritten > most)
            except Empty:
                return stored
            if isinstance(ended, BaseException):
                raise ended
            self._unwritten -= 1
            stored.append(ended)

    def _write_artifacts(self, job: Job, outcomes: Sequence[Outcome]) -> None:
        # Before the rows, so that a job counts as done only when all of it is there.
        try:
            self._rows.put((job, [keep_artifacts(self._store, outcome, self._keep) for outcome in outcomes]))
        except BaseException as error:
            self._ended.put(error)

    def _write_rows(self) -> None:
        while (first := self._rows.get()) is not None:
            sleep(LINGER)
            batch = [first]
            batch += [self._rows.get() for _ in range(self._rows.qsize())]
            entries = [entry for entry in batch if entry is not None]
            try:
                self._store.write_attempts((one.attempt, one.scores) for _, outcomes in entries for one in outcomes)
            except BaseException as error:
                self._ended.put(error)
            else:
                for job, outcomes in entries:
                    self._ended.put((job, outcomes[-1].attempt))
            if len(entries) < len(batch):
                return
