"""Fixtures that tests of sweeps share."""

import importlib
import os
import sys
from pathlib import Path

import pytest

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
