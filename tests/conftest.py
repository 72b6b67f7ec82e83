"""Settings and fixtures of all tests.

They run with one thread, unless OMP_NUM_THREADS says otherwise: small tensors gain nothing from more.
"""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is slow, and no fault of what is tested.
settings.register_profile("ucrbench", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ucrbench")
os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_configure(config):
    """Have pytest-xdist, where it is there, take files as they are collected, and not by their number of tests."""
    config.option.loadscopereorder = False


def pytest_collection_modifyitems(items):
    """Put the tests of the whole first, whose files take long: else one worker has the last of them, the other none."""
    items.sort(key=lambda item: item.path.parent != Path(__file__).parent)


@pytest.fixture
def call(monkeypatch, capsys):
    """Run the command line in this process; gives exit status, output and error output."""
    from ucrbench.bench import cli

    monkeypatch.setenv("UCRBENCH_OFFLINE", "1")
    monkeypatch.setattr("rich.console.Console.is_terminal", False)

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["ucrbench", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        said = capsys.readouterr()
        return int(stop.value.code or 0), said.out, said.err

    return run
