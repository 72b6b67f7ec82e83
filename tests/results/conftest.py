"""Fixtures that tests of stores share."""

import pytest

from ucrbench.results import ResultStore


@pytest.fixture
def store(tmp_path):
    return ResultStore(tmp_path / "out", create=True)
