"""The heap of a worker: have glibc keep the memory of freed tensors during a job; elsewhere change nothing."""

import ctypes
import functools
import platform
from collections.abc import Iterator
from contextlib import contextmanager

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_MMAP_MAX = -1, -3, -4  # malloc.h
_LARGEST = 32 * 2**20  # bytes; glibc takes no greater threshold
# What glibc's own adjusting ends at once large tensors have been freed.
_SETTLED = {_M_MMAP_MAX: 65536, _M_MMAP_THRESHOLD: _LARGEST, _M_TRIM_THRESHOLD: 2 * _LARGEST}


@contextmanager
def kept_heap() -> Iterator[None]:
    """Have glibc reuse the memory of tensors instead of giving it back to the system and asking again.

    Activations of some megabytes are mapped afresh in every step otherwise, at a page fault for every 4 KiB. Before
    and after, what is free is given back, so that a job's peak is its own.
    """
    trim_heap()
    libc = _glibc()
    if libc is not None:
        libc.mallopt(_M_MMAP_MAX, 0)
        libc.mallopt(_M_TRIM_THRESHOLD, 2**31 - 1)
    try:
        yield
    finally:
        if libc is not None:
            for parameter, value in _SETTLED.items():
                libc.mallopt(parameter, value)
        trim_heap()


def trim_heap() -> None:
    """Give back to the system what is free."""
    libc = _glibc()
    if libc is not None:
        libc.malloc_trim(0)


def heap_left() -> int:
    """Return the free bytes of this process's heap: in pieces between what is in use, once the heap was trimmed."""
    libc = _glibc()
    if libc is None or not hasattr(libc, "mallinfo2"):  # since glibc 2.33
        return 0
    libc.mallinfo2.restype = _Mallinfo
    return libc.mallinfo2().fordblks


class _Mallinfo(ctypes.Structure):
    """`struct mallinfo2` of malloc.h: ten counts, of which the ninth is the bytes in free blocks."""

    _fields_ = [("before", ctypes.c_size_t * 8), ("fordblks", ctypes.c_size_t), ("keepcost", ctypes.c_size_t)]


@functools.cache
def _glibc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None) if platform.libc_ver()[0] == "glibc" else None
