"""Worker processes, by the calls they get."""

import os
import platform

import pytest

from ucrbench.bench.backends.backend import call
from ucrbench.bench.backends.processes import Processes


@pytest.fixture
def one():
    backend = Processes(1)
    yield backend
    backend.close()


def test_a_process_is_kept_from_call_to_call(one):
    assert call(one, os.getpid) == call(one, os.getpid)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="it is glibc's heap")
def test_a_process_whose_heap_is_in_pieces_is_replaced(one):
    def pieces(mebibytes):  # within a test, so that it travels by its code
        blocks = [bytearray(2**16) for _ in range(32 * mebibytes)]
        os.kept = blocks[::2]
        return os.getpid()

    few = call(one, pieces, 64)
    many = call(one, pieces, 512)
    assert few == many != call(one, os.getpid)
