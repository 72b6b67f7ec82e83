"""Names of processes, and whether such a process still runs: without clocks, and without names of hosts."""

import contextlib
import hashlib
import os
import platform
import re
from functools import lru_cache
from pathlib import Path

import psutil

_IDENTITY = re.compile(r"([0-9a-f]{12})-(\d{1,10})-(\d{1,20})")


def identity() -> str:
    """Return a name of this process, "host-pid-start": the host as a hash, the start in the system's own units."""
    return _identity(os.getpid())


@lru_cache(maxsize=1)
def _identity(pid: int) -> str:  # of the pid, so that a fork does not keep its parent's
    return f"{_host()}-{pid}-{_start(pid) or 0}"


def runs(identity: str) -> bool | None:
    """Return whether the process with this identity still runs; None where only its own host could tell.

    Args:
        identity: What `identity` returned there, or a text that starts with it. Anything else is None.
    """
    match = _IDENTITY.match(identity)
    if not match or match[1] != _host():
        return None
    # A pid is given out again; together with the start it is not.
    return _start(int(match[2])) == int(match[3])


@lru_cache(maxsize=1)
def _host() -> str:
    """Return a hash of what has to be equal for a pid to mean the same: the host, its boot, the space of its pids."""
    parts = [platform.node()]
    with contextlib.suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text())
    with contextlib.suppress(OSError):
        parts.append(os.readlink("/proc/self/ns/pid"))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _start(pid: int) -> int | None:
    """Return the start of a process, None where there is none. Zombies do not count: they hold nothing any more."""
    try:
        # Ticks since the boot, which no change of the clock moves; psutil's times are seconds of the clock.
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        return None if fields[0] in (b"Z", b"X") else int(fields[19])
    except FileNotFoundError:
        if Path("/proc/self/stat").exists():
            return None
    except (OSError, ValueError, IndexError):
        pass
    try:
        return round(psutil.Process(pid).create_time())
    except psutil.Error:
        return None
