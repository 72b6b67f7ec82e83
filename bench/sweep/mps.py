"""NVIDIA's Multi-Process Service: the jobs of a sweep run on a card at the same time, not in turns.

A sweep starts a daemon of its own, with a folder of its own for its pipe and log. Neither root nor a change of the
card's settings is needed (NVIDIA, "Multi-Process Service", section 4).
"""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from ...results.processes import identity, runs

CONTROL = "nvidia-cuda-mps-control"
SHARE = "CUDA_MPS_ACTIVE_THREAD_PERCENTAGE"
_PREFIX = "ucrbench-mps-"
_PATIENCE = 20.0  # seconds that the daemon is given for an answer
_COST = "jobs take turns on the card; with MPS four small ones did 1.9 times as many steps (docs/performance.md)"


@dataclass(frozen=True)
class Sharing:
    """The way in which jobs share a card.

    Attributes:
        at_once: whether they run on it at the same time.
        environment: variables that their processes need for it.
        note: a line on what could not be had and what it costs; empty where there is nothing to say.
    """

    at_once: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)
    note: str = ""

    def environment_of(self, width: int) -> Mapping[str, str]:
        """Return the variables of processes of which so many run at a time.

        Each may fill twice its part of the card. A kernel of a small job does not fill the whole, and is given all
        of it otherwise, so that the others wait (docs/performance.md). What the user has set stays.
        """
        if not self.at_once or SHARE in os.environ:
            return self.environment
        return {**self.environment, SHARE: str(min(100, -(-200 // width)))}


def can_share() -> bool:
    """Tell whether the program that lets jobs share a card is here."""
    return shutil.which(CONTROL) is not None


@contextmanager
def shared_card(device: str, wanted: bool) -> Iterator[Sharing]:
    """Have jobs share a card as long as the context lasts, however it ends.

    A daemon that a killed sweep has left behind is ended first. One that somebody else runs is used as it is.

    Args:
        device: torch device of the jobs; for another than CUDA there is nothing to share.
        wanted: whether the card is to be shared.
    """
    if not device.startswith("cuda"):
        yield Sharing()
        return
    control = shutil.which(CONTROL)
    if control is not None:
        _end_leftovers(control)
    if not wanted:
        yield Sharing()
    elif control is None:
        yield Sharing(note=f"{CONTROL} is not on the PATH: {_COST}")
    elif _answers(control):
        yield Sharing(at_once=True)
    else:
        with _own_daemon(control) as sharing:
            yield sharing


@contextmanager
def _own_daemon(control: str) -> Iterator[Sharing]:
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{identity()}-"))
    try:
        problem = _start(control, folder)
        if problem:
            yield Sharing(note=f"{CONTROL} {problem}: {_COST}")
        else:
            yield Sharing(at_once=True, environment=_environment(folder))
    finally:
        _end(control, folder)


def _environment(folder: Path) -> dict[str, str]:
    return {"CUDA_MPS_PIPE_DIRECTORY": str(folder), "CUDA_MPS_LOG_DIRECTORY": str(folder)}


def _start(control: str, folder: Path) -> str:
    """Start the daemon of a folder; say what went wrong, or nothing."""
    try:
        # Its output is not read: the daemon would hold the pipe, and reading would not end.
        code = subprocess.run(
            [control, "-d"],
            env=os.environ | _environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE,
        ).returncode
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"cannot be run ({type(error).__name__})"
    return f"ended with status {code}" if code else ""


def _answers(control: str) -> bool:
    """Tell whether a daemon runs already where this process would look for one."""
    return _told(control, "get_server_list", {})


def _end(control: str, folder: Path) -> None:
    """End the daemon of a folder, and remove the folder."""
    if not _told(control, "quit", _environment(folder)):
        with suppress(OSError, ValueError):
            os.kill(int((folder / f"{CONTROL}.pid").read_text()), signal.SIGTERM)
    shutil.rmtree(folder, ignore_errors=True)


def _end_leftovers(control: str) -> None:
    """End the daemons of sweeps that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        if runs(folder.name.removeprefix(_PREFIX)) is False:
            _end(control, folder)


def _told(control: str, command: str, environment: Mapping[str, str]) -> bool:
    """Give a daemon a command; tell whether it answered."""
    try:
        return not subprocess.run(
            [control],
            input=f"{command}\n".encode(),
            env=os.environ | environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE,
        ).returncode
    except (OSError, subprocess.TimeoutExpired):
        return False
