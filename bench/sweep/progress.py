"""The progress of a sweep: what runs and the time left, or a plain line per job without a terminal."""

import time
from collections.abc import Callable
from typing import Protocol, cast

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from ...results import JobRow

MOST = 8  # jobs that run and are named


class Reporter(Protocol):
    """Told of everything that happens in a sweep."""

    def note(self, text: str) -> None:
        """Take in a line that the user should read."""

    def start(self, jobs: int, work: float, wall: float) -> None:
        """Take in that so many jobs are about to run.

        Args:
            jobs: number of jobs.
            work: seconds predicted for all of them, if one ran after the other.
            wall: seconds predicted until all have ended.
        """

    def started(self, key: str, what: str) -> None:
        """Take in that a job, or the training of an FCN, has begun."""

    def ended(self, key: str) -> None:
        """Take in that it runs no more."""

    def judged(self, dataset: str, seconds: float) -> None:
        """Take in that the FCN of a data set is ready; `seconds` is what was predicted for it."""

    def done(self, attempt: JobRow, seconds: float) -> None:
        """Take in that an attempt at a job is stored; `seconds` is what was predicted for it."""

    def finish(self) -> None:
        """Take in that nothing more will come."""


class Silent:
    """A reporter that shows nothing."""

    def note(self, text: str) -> None: ...

    def start(self, jobs: int, work: float, wall: float) -> None: ...

    def started(self, key: str, what: str) -> None: ...

    def ended(self, key: str) -> None: ...

    def judged(self, dataset: str, seconds: float) -> None: ...

    def done(self, attempt: JobRow, seconds: float) -> None: ...

    def finish(self) -> None: ...


def unfailing(reporter: Reporter) -> Reporter:
    """Return a reporter that hands everything on to another until it fails, and nothing from then on.

    A full disk, a closed pipe or a name that a stream cannot encode must not end a sweep that goes well.
    """
    return cast(Reporter, _Unfailing(reporter))


class _Unfailing:
    def __init__(self, reporter: Reporter) -> None:
        self._reporter: Reporter = reporter

    def __getattr__(self, name: str) -> Callable[..., None]:
        if not hasattr(Reporter, name):
            raise AttributeError(name)

        def tell(*arguments: object) -> None:
            try:
                getattr(self._reporter, name)(*arguments)
            except (Exception, SystemExit):  # rich leaves the program where a pipe is closed
                self._reporter = Silent()

        return tell


class Lines(Silent):
    """A plain line per job that has ended."""

    def __init__(self, console: Console) -> None:
        self.console, self.total, self.count = console, 0, 0

    def note(self, text: str) -> None:
        self._print(text)

    def start(self, jobs: int, work: float, wall: float) -> None:
        self.total = jobs
        self._print(f"{jobs} jobs, predicted to take {duration(wall)}")

    def judged(self, dataset: str, seconds: float) -> None:
        self._print(f"FCN of {dataset} is ready")

    def done(self, attempt: JobRow, seconds: float) -> None:
        self.count += 1
        self._print(f"[{self.count:>{len(str(self.total))}}/{self.total}] {_sentence(attempt)}")

    def _print(self, text: str) -> None:
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)


class Bar:
    """A line with the number of jobs done and the time left, and under it what runs, since when; failures stay above.

    Args:
        console: where it is drawn, several times a second.
        clock: seconds, for tests.
    """

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self.console, self.clock = console, clock
        self.running: dict[str, tuple[str, float]] = {}
        self.jobs = self.count = 0
        self.work = self.passed = 0.0
        self.began = self.end = 0.0
        self.spinner = Spinner("dots")
        self.live = Live(console=console, get_renderable=self.render, refresh_per_second=4, transient=True)

    def note(self, text: str) -> None:
        self.console.print(text, markup=False, highlight=False)

    def start(self, jobs: int, work: float, wall: float) -> None:
        self.jobs, self.work, self.began = jobs, work, self.clock()
        self.end = self.began + wall
        self.live.start()

    def started(self, key: str, what: str) -> None:
        self.running[key] = what, self.clock()

    def ended(self, key: str) -> None:
        self.running.pop(key, None)

    def judged(self, dataset: str, seconds: float) -> None:
        self._pass(seconds)

    def done(self, attempt: JobRow, seconds: float) -> None:
        if attempt.status != "ok":
            self.console.print(_sentence(attempt), markup=False, highlight=False)
        self.count += 1
        self._pass(seconds)

    def finish(self) -> None:
        if self.live.is_started:
            self.live.stop()

    def render(self) -> RenderableType:
        """Return what the terminal shows at this moment."""
        now = self.clock()
        head = Table.grid(padding=(0, 1))
        left = f"{duration(max(0.0, self.end - now))} left"
        bar = ProgressBar(total=max(self.work, 1e-9), completed=self.passed, width=30)
        head.add_row(self.spinner, bar, f"{self.count}/{self.jobs} jobs", duration(now - self.began), left)
        since = sorted(self.running.values(), key=lambda entry: entry[1])
        shown = [
            Text(f"  {what}, {duration(now - at)}", no_wrap=True, overflow="ellipsis") for what, at in since[:MOST]
        ]
        if len(since) > MOST:
            shown.append(Text(f"  and {len(since) - MOST} more"))
        return Group(head, *shown)

    def _pass(self, seconds: float) -> None:
        """Move on by work that was predicted to take so long, and predict the end anew by how long it did take."""
        self.passed += seconds
        now = self.clock()
        self.end = now + (now - self.began) * max(0.0, self.work - self.passed) / max(self.passed, 1e-9)


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
