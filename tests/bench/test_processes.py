"""Worker processes, by the calls they get."""

import os

import pytest

from ucrbench.bench.job.heap import heap_left
from ucrbench.bench.sweep.backends.backend import call
from ucrbench.bench.sweep.backends.processes import Processes


@pytest.fixture
def one():
    backend = Processes(1)
    yield backend
    backend.close()


def test_a_process_is_kept_from_call_to_call(one):
    assert call(one, os.getpid) == call(one, os.getpid)


@pytest.mark.skipif(heap_left() == 0, reason="glibc tells since 2.33, others do not")
def test_a_process_whose_heap_is_in_pieces_is_replaced(one):
    def pieces(mebibytes):  # within a test, so that it travels by its code
        from ucrbench.bench.job.heap import trim_heap

        blocks = [bytearray(size) for _ in range(16 * mebibytes) for size in (2**16, 2**10)]
        os.kept = blocks[1::2]
        del blocks
        trim_heap()  # or loky, which looks at resident memory, would replace it
        return os.getpid()

    few = call(one, pieces, 64)
    many = call(one, pieces, 512)
    assert few == many != call(one, os.getpid)
