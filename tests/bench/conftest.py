"""Fixtures that tests of sweeps share."""

import importlib
import os
import sys
from pathlib import Path

import pytest

from ucrbench.bench import cli

HERE = Path(__file__).parent


@pytest.fixture
def own(monkeypatch):
    """Makes `own_models:Class` importable here and in worker processes."""
    monkeypatch.syspath_prepend(str(HERE))
    monkeypatch.chdir(HERE)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")]))
    importlib.invalidate_caches()
    yield
    sys.modules.pop("own_models", None)


@pytest.fixture
def call(monkeypatch, capsys):
    """Run the command line in this process; gives exit status, output and error output."""
    monkeypatch.setenv("UCRBENCH_OFFLINE", "1")
    monkeypatch.setattr("rich.console.Console.is_terminal", False)

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["ucrbench", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        said = capsys.readouterr()
        return int(stop.value.code or 0), said.out, said.err

    return run
