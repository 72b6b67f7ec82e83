"""Every set of a local archive folder: run with `UCRBENCH_ARCHIVE=<folder>`."""

import os

import numpy as np
import pytest
from archive_baseline import error_of_nearest_neighbour

from ucrbench.datasets import catalogue, load, source

pytestmark = pytest.mark.archive
FOLDER = os.environ.get("UCRBENCH_ARCHIVE")


NAMES = catalogue() if FOLDER else [pytest.param("", marks=pytest.mark.skip("$UCRBENCH_ARCHIVE names no folder"))]


@pytest.mark.parametrize("name", NAMES)
def test_set_loads_as_the_catalogue_says(name):
    facts, folder = catalogue()[name], source.data_folder(FOLDER)
    if source.find(name, folder) is None:
        pytest.skip(f"{name} is not in {FOLDER}")
    data = load(name, FOLDER)
    assert data.x_train.shape == (facts.n_train, 1, facts.length)
    assert data.x_test.shape == (facts.n_test, 1, facts.length)
    assert np.isfinite(data.x_train).all()
    assert np.isfinite(data.x_test).all()
    assert np.unique(data.y_train).tolist() == list(range(facts.n_classes))
    assert set(data.y_test) <= set(data.y_train)
    assert ("interpolated" in data.treatment) == facts.missing
    assert ("padded" in data.treatment) == facts.varies
    # The class that the archive's default rate names is one of the test split's.
    rates = [1 - np.mean(data.y_test == k) for k in range(facts.n_classes)]
    assert np.isclose(rates, facts.error_default, atol=6e-5).any()
    # Noise that pads decides some ties in its own way, and the archive's own noise is not published.
    slack = 5e-3 if facts.varies else 3e-4
    assert error_of_nearest_neighbour(data) == pytest.approx(facts.error_ed, abs=slack)
