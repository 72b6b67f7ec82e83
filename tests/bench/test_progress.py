"""Progress on a terminal at a moment of a made-up clock, and without a terminal."""

import io

import pytest
from rich.console import Console

from ucrbench.bench.sweep.progress import Bar, Lines


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Attempt:
    """The columns of a job's row that progress reads."""

    variant, dataset, seed, error, seconds_total = "ae", "GunPoint", 0, "no", 3.0

    def __init__(self, status: str) -> None:
        self.status = status


def shown(bar: Bar, width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    console.print(bar.render())
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


@pytest.fixture
def bar():
    clock = Clock()
    bar = Bar(Console(file=io.StringIO(), force_terminal=True), clock)
    bar.start(3, 30.0, 60.0)
    yield bar
    bar.finish()


def test_the_time_left_counts_down_and_is_predicted_anew_when_a_job_ends(bar):
    assert "60 s left" in shown(bar, 80)[0]
    bar.clock.now = 15.0
    assert "45 s left" in shown(bar, 80)[0]
    bar.done(Attempt("ok"), 10.0)  # a third of the work in 15 s: 30 s for the rest
    assert "30 s left" in shown(bar, 80)[0]
    bar.clock.now = 25.0
    assert "20 s left" in shown(bar, 80)[0]


def test_what_runs_is_named_with_its_time_and_jobs_alone_are_counted(bar):
    bar.started("f", "FCN of GunPoint")
    bar.clock.now = 2.0
    bar.started("a", "ae on GunPoint, seed 0")
    bar.clock.now = 5.0
    lines = shown(bar, 80)
    assert lines[1:] == ["  FCN of GunPoint, 5 s", "  ae on GunPoint, seed 0, 3 s"]
    assert "0/3 jobs" in lines[0]
    bar.ended("f")
    bar.judged("GunPoint", 1.0)
    assert "0/3 jobs" in shown(bar, 80)[0]
    bar.ended("a")
    bar.done(Attempt("failed"), 1.0)
    assert "1/3 jobs" in shown(bar, 80)[0]
    assert "failed  ae on GunPoint, seed 0: no" in bar.console.file.getvalue()


@pytest.mark.parametrize("width", [40, 80])
def test_many_jobs_take_few_lines_and_none_is_wider_than_the_terminal(bar, width):
    for number in range(20):
        bar.started(str(number), f"vqvae_barlow_as_published on NonInvasiveFetalECGThorax1, seed {number}")
    lines = shown(bar, width)
    assert lines[-1].strip() == "and 12 more"
    assert max(map(len, lines)) <= width


def test_without_a_terminal_there_is_a_line_for_each_end():
    console = Console(file=io.StringIO(), width=40)
    lines = Lines(console)
    lines.start(2, 10.0, 10.0)
    lines.judged("GunPoint", 1.0)
    lines.done(Attempt("ok"), 1.0)
    lines.done(Attempt("failed"), 1.0)
    assert console.file.getvalue().splitlines() == [
        "2 jobs, predicted to take 10 s",
        "FCN of GunPoint is ready",
        "[1/2] ok      ae on GunPoint, seed 0, 3 s",
        "[2/2] failed  ae on GunPoint, seed 0: no",
    ]
