"""The number of jobs that share a device, on a made-up device whose throughput is known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ucrbench.bench.sweep.packing import Packing


def drive(packing: Packing, throughput, jobs: int) -> list[int]:
    """Run jobs of a second each on a device that does `throughput(width)` of them a second; gives the widths."""
    widths = []
    for _ in range(jobs):
        packing.clock.now += 1 / throughput(packing.width)
        packing.ended(1.0)
        widths.append(packing.width)
    return widths


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def growing(most: int, memory: int | None = None) -> Packing:
    clock = Clock()
    packing = Packing(most, memory, grow=True, clock=clock)
    packing.clock = clock
    return packing


@pytest.mark.parametrize("best", [1, 2, 3, 5])
def test_it_settles_where_throughput_ends_to_grow(best):
    packing = growing(8)
    widths = drive(packing, lambda width: min(width, best), 200)
    assert widths[0] == 1
    assert widths[-100:] == [best] * 100


def test_it_stops_at_the_number_of_slots():
    assert drive(growing(4), lambda width: width, 200)[-1] == 4


def test_without_growth_the_width_is_the_number_of_workers():
    packing = Packing(3, None)
    assert [packing.admits([1.0] * n, 1.0) for n in range(5)] == [True, True, True, False, False]


@given(st.lists(st.floats(0, 100), max_size=6), st.floats(0, 100))
def test_memory_is_never_overdrawn_but_by_a_job_alone(running, need):
    admitted = Packing(None, 100).admits(running, need)
    assert admitted == (not running or sum(running) + need <= 100)
