"""The progress of a sweep: a bar with the time left, or a plain line per job without a terminal."""

from collections.abc import Callable
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ...results import JobRow


class Reporter(Protocol):
    """Told of everything that happens in a sweep."""

    def start(self, jobs: int, seconds: float) -> None:
        """So many jobs and judges are about to run, predicted to take so many seconds in all."""

    def judged(self, dataset: str, seconds: float) -> None:
        """The FCN of a data set is ready; `seconds` is what was predicted for it."""

    def done(self, attempt: JobRow, seconds: float) -> None:
        """An attempt at a job ended and is stored; `seconds` is what was predicted for it."""

    def finish(self) -> None:
        """Nothing more will come."""


class Silent:
    """Shows nothing."""

    def start(self, jobs: int, seconds: float) -> None: ...

    def judged(self, dataset: str, seconds: float) -> None: ...

    def done(self, attempt: JobRow, seconds: float) -> None: ...

    def finish(self) -> None: ...


class Unfailing:
    """Hand everything on to a reporter until it fails, and nothing from then on.

    A full disk, a closed pipe or a name that a stream cannot encode must not end a sweep that goes well.
    """

    def __init__(self, reporter: Reporter) -> None:
        self._reporter: Reporter = reporter

    def start(self, jobs: int, seconds: float) -> None:
        self._tell(lambda: self._reporter.start(jobs, seconds))

    def judged(self, dataset: str, seconds: float) -> None:
        self._tell(lambda: self._reporter.judged(dataset, seconds))

    def done(self, attempt: JobRow, seconds: float) -> None:
        self._tell(lambda: self._reporter.done(attempt, seconds))

    def finish(self) -> None:
        self._tell(self._reporter.finish)

    def _tell(self, say: Callable[[], None]) -> None:
        try:
            say()
        except (Exception, SystemExit):  # rich leaves the program where a pipe is closed
            self._reporter = Silent()


class Lines:
    """A plain line per job."""

    def __init__(self, console: Console) -> None:
        self.console, self.total, self.count = console, 0, 0

    def start(self, jobs: int, seconds: float) -> None:
        self.total = jobs

    def judged(self, dataset: str, seconds: float) -> None:
        self._line(f"ok      FCN of {dataset}")

    def done(self, attempt: JobRow, seconds: float) -> None:
        self._line(_sentence(attempt))

    def finish(self) -> None: ...

    def _line(self, text: str) -> None:
        self.count += 1
        width = len(str(self.total))
        self.console.print(
            f"[{self.count:>{width}}/{self.total}] {text}", markup=False, highlight=False, soft_wrap=True
        )


class Bar:
    """A bar that advances by predicted seconds, so that the time left means something; failures get a line."""

    def __init__(self, console: Console) -> None:
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[left]}"),
            console=console,
        )
        self.predicted = self.passed = 0.0

    def start(self, jobs: int, seconds: float) -> None:
        self.predicted = seconds
        self.task = self.progress.add_task("starting", total=jobs, left="")
        self.progress.start()

    def judged(self, dataset: str, seconds: float) -> None:
        self._advance(f"FCN of {dataset}", seconds)

    def done(self, attempt: JobRow, seconds: float) -> None:
        if attempt.status != "ok":
            self.progress.console.print(_sentence(attempt), markup=False, highlight=False)
        self._advance(f"{attempt.variant} on {attempt.dataset}", seconds)

    def finish(self) -> None:
        self.progress.stop()

    def _advance(self, text: str, seconds: float) -> None:
        self.passed += seconds
        elapsed = self.progress.tasks[self.task].elapsed or 0.0
        left = elapsed * max(0.0, self.predicted - self.passed) / max(self.passed, 1e-9)
        self.progress.update(self.task, advance=1, description=text, left=f"{duration(left)} left")


def reporter(console: Console) -> Reporter:
    """The reporter that suits a console."""
    return Bar(console) if console.is_terminal else Lines(console)


def duration(seconds: float) -> str:
    """Seconds for people: "42 s", "12 min", "3 h 05 min"."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02d} min"


def _sentence(attempt: JobRow) -> str:
    text = f"{attempt.status:7s} {attempt.variant} on {attempt.dataset}, seed {attempt.seed}"
    if attempt.status != "ok":
        return f"{text}: {attempt.error}"
    return f"{text}, {duration(attempt.seconds_total or 0.0)}"
