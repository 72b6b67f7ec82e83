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


def searching(most: int, start: int, memory: int | None = None) -> Packing:
    clock = Clock()
    packing = Packing(most, memory, start, clock)
    packing.clock = clock
    return packing


@pytest.mark.parametrize("start", [1, 2, 8, 12])
@pytest.mark.parametrize("best", [1, 2, 3, 5, 12])
def test_it_settles_where_throughput_ends_to_grow(best, start):
    packing = searching(12, start)
    assert packing.width == start
    widths = drive(packing, lambda width: min(width, best), 400)
    # Steps are a quarter of the width: what it settles at may be one more than needed.
    assert min(best, 12) <= widths[-1] <= best + 1
    assert len(set(widths[-100:])) == 1


def test_one_round_of_jobs_is_enough_for_a_first_step():
    packing = searching(16, 8)
    assert drive(packing, lambda width: width, 8) == [8] * 7 + [10]


def test_where_more_jobs_at_a_time_do_less_it_goes_down():
    packing = searching(8, 8)
    assert drive(packing, lambda width: 1 / width, 100)[-1] == 1


def test_it_stops_at_the_number_of_slots():
    widths = drive(searching(4, 8), lambda width: width, 200)
    assert (max(widths), widths[-1]) == (4, 4)


def test_running_out_of_memory_lowers_it_for_good():
    packing = searching(8, 4)
    packing.ran_out()
    assert set(drive(packing, lambda width: width, 100)) == {3}
    for _ in range(5):
        packing.ran_out()
    assert packing.width == 1


def test_a_card_whose_memory_is_full_admits_no_more_whatever_the_width():
    packing = searching(8, 8, memory=100)
    assert packing.admits([40.0, 40.0], 20.0)
    assert not packing.admits([40.0, 40.0], 21.0)


def test_without_growth_the_width_is_the_number_of_workers():
    packing = Packing(3, None)
    assert [packing.admits([1.0] * n, 1.0) for n in range(5)] == [True, True, True, False, False]


@given(st.lists(st.floats(0, 100), max_size=6), st.floats(0, 100))
def test_memory_is_never_overdrawn_but_by_a_job_alone(running, need):
    admitted = Packing(None, 100).admits(running, need)
    assert admitted == (not running or sum(running) + need <= 100)
