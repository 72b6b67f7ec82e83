"""The heap keeps freed tensors or gives them back, seen in the resident memory of this process."""

import platform

import psutil
import pytest
import torch

from ucrbench.bench.job.heap import heap_left, kept_heap, trim_heap

MIB = 2**20
pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="it is glibc's heap")


def resident() -> int:
    return psutil.Process().memory_info().rss


def use_and_free(mebibytes: int, times: int) -> int:
    """Return how much less resident memory there is when so many tensors, alive together, were freed in the end."""
    tensors = [torch.ones(mebibytes * MIB // 4) for _ in range(times)]
    peak = resident()
    del tensors
    return peak - resident()


@pytest.fixture(autouse=True)
def settled():
    """As other tests leave the heap: with what they freed given back."""
    trim_heap()


def test_freed_tensors_stay_in_a_kept_heap_until_its_end():
    before = resident()
    with kept_heap():
        assert use_and_free(8, times=16) < 16 * MIB
        kept = resident()
        assert kept - before > 112 * MIB
        again = torch.ones(8 * MIB // 4)
        assert resident() - kept < 4 * MIB  # no new memory for it
        del again
    assert resident() - before < 16 * MIB


def test_a_trimmed_heap_keeps_what_is_in_use():
    with kept_heap():
        tensors = [torch.full((2 * MIB,), float(i)) for i in range(8)]
        del tensors[::2]
        before = resident()
        trim_heap()
        assert before - resident() > 24 * MIB
        assert [float(t.mean()) for t in tensors] == [1.0, 3.0, 5.0, 7.0]


@pytest.mark.skipif(heap_left() == 0, reason="glibc tells since 2.33")
def test_what_is_left_is_what_is_free_between_tensors_in_use():
    with kept_heap():
        tensors = [torch.ones(2 * MIB // 4) for _ in range(64)]
        before = heap_left()
        del tensors[::2]
        trim_heap()
        assert heap_left() - before == pytest.approx(64 * MIB, abs=8 * MIB)
        del tensors
