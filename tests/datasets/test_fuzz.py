"""`.ts` files that are no data: a data set comes out, or one line; never anything else."""

import contextlib
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from dataset_places import BUNDLED
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ucrbench.datasets import DatasetError, load
from ucrbench.datasets.catalogue import info
from ucrbench.datasets.raw import read_split

pytestmark = [
    pytest.mark.usefixtures("no_bundled"),
    pytest.mark.skipif(BUNDLED is None, reason="aeon brings no data"),
]
NAME = "ItalyPowerDemand"
LENIENT = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
HEADER = ["@problemName x", "@timeStamps false", "@univariate true", "@equalLength true", "@seriesLength 24"]
WORDS = [
    "@data", "@classLabel true 1 2", "@timestamps true", "@targetlabel true", "@equalLength false", "@univariate",
    "@missing true", "# x", "1,2:1", "1:2:3", "?,?:1", "(0,1),(1,2):1", ":", ",", "nan,NaN:2", "1e999:1", "0x1:1",
]  # fmt: skip


def mutations(text: bytes):
    """Bytes changed, inserted or removed, lines repeated, swapped or cut."""
    place = st.integers(0, len(text) - 1) | st.integers(0, 600)
    edit = st.tuples(place, st.integers(0, 40), st.binary(max_size=12) | st.sampled_from([w.encode() for w in WORDS]))

    def apply(edits):
        changed = text
        for start, gone, new in edits:
            changed = changed[:start] + new + changed[start + gone :]
        return changed

    return st.lists(edit, min_size=1, max_size=4).map(apply) | place.map(lambda end: text[:end])


def one_line_or_right(content: bytes, split: str) -> None:
    with tempfile.TemporaryDirectory() as home:
        folder = Path(shutil.copytree(BUNDLED / NAME, Path(home) / NAME))
        (folder / f"{NAME}_{split}.ts").write_bytes(content)
        try:
            data = load(NAME, home)
        except DatasetError as error:
            message = str(error)
        else:
            message = ""
            assert data.x_train.shape == (67, 1, 24)
            assert data.x_test.shape == (1029, 1, 24)
            assert np.isfinite(data.x_train).all()
            assert set(data.y_test) <= set(data.y_train) == {0, 1}
    assert "\n" not in message


@settings(LENIENT, max_examples=60)
@given(data=st.data())
def test_mutated_files(data):
    content = (BUNDLED / NAME / f"{NAME}_TRAIN.ts").read_bytes()
    one_line_or_right(data.draw(mutations(content)), "TRAIN")


lines = st.lists(st.sampled_from([*HEADER, *WORDS]) | st.text(max_size=30), max_size=25)


@settings(LENIENT, max_examples=80)
@given(content=lines.map(lambda found: "\n".join(found).encode("utf-8", "surrogatepass")) | st.binary(max_size=300))
def test_arbitrary_text(content):
    one_line_or_right(content, "TEST")


@settings(LENIENT, max_examples=150)
@given(content=lines.map(lambda found: "\n".join([*HEADER[:3], *found]).encode("utf-8", "surrogatepass")))
@pytest.mark.parametrize("name", ["AllGestureWiimoteX", "MelbournePedestrian", "GunPoint"])
def test_arbitrary_text_of_sets_with_gaps_and_unequal_lengths(name, content):
    with tempfile.TemporaryDirectory() as home:
        path = Path(home) / "x.ts"
        path.write_bytes(content)
        with contextlib.suppress(DatasetError):
            split = read_split(path, info(name))
            assert len(split.values) == split.lengths.sum()
            assert len(split.labels) == len(split.lengths)
