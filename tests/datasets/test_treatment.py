"""The treatment of raw series, as properties of arbitrary input and against the archive's own figures."""

import numpy as np
import pytest
from archive_baseline import error_of_nearest_neighbour
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ucrbench.datasets import DatasetError, info, load, source
from ucrbench.datasets import treatment as tr
from ucrbench.datasets.reading import read_raw

NUMBERS = st.floats(-1e6, 1e6, width=32)
LENGTHS = st.lists(st.integers(1, 12), min_size=1, max_size=6).map(lambda ls: np.array(ls, dtype=np.int64))


@st.composite
def ragged(draw, gaps=False):
    """Values end to end, and lengths; with `gaps`, some values missing but one known in each series."""
    lengths = draw(LENGTHS)
    values = draw(hnp.arrays(np.float64, int(lengths.sum()), elements=NUMBERS))
    if gaps:
        missing = draw(hnp.arrays(bool, len(values)))
        for start, length in zip(np.cumsum(lengths) - lengths, lengths, strict=True):
            missing[start + draw(st.integers(0, int(length) - 1))] = False
        values[missing] = np.nan
    return values, lengths


@given(ragged())
def test_matrix_holds_every_series_in_its_row(case):
    values, lengths = case
    matrix = tr.to_matrix(values, lengths)
    assert matrix.shape == (len(lengths), lengths.max())
    rows = np.split(values, np.cumsum(lengths)[:-1])
    for row, series in zip(matrix, rows, strict=True):
        np.testing.assert_array_equal(row[: len(series)], series)
        assert np.isnan(row[len(series) :]).all()


@given(ragged(gaps=True))
def test_interpolation_leaves_no_gap_and_keeps_what_is_known(case):
    values, lengths = case
    x = tr.to_matrix(values, lengths)
    filled = tr.interpolate_gaps(x, lengths)
    inside = np.arange(x.shape[1]) < lengths[:, None]
    assert not np.isnan(filled[inside]).any()
    assert np.isnan(filled[~inside]).all()
    known = ~np.isnan(x)
    np.testing.assert_array_equal(filled[known], x[known])
    for row, raw in zip(filled, x, strict=True):
        # Interpolation invents no value beyond the known ones.
        assert np.nanmin(row) >= np.nanmin(raw)
        assert np.nanmax(row) <= np.nanmax(raw)


def test_interpolation_is_linear_and_holds_the_ends():
    x = np.array([[np.nan, 1.0, np.nan, np.nan, 4.0, np.nan]])
    np.testing.assert_allclose(tr.interpolate_gaps(x, np.array([6])), [[1, 1, 2, 3, 4, 4]])


def test_series_without_any_value_is_an_error():
    with pytest.raises(DatasetError, match="series 2 has no value"):
        tr.interpolate_gaps(np.array([[1.0, 2.0], [np.nan, np.nan]]), np.array([2, 2]))


@given(ragged(), st.integers(1, 15))
def test_padding_keeps_the_series_and_adds_only_low_noise(case, length):
    values, lengths = case
    x = tr.to_matrix(values, lengths)
    fitted = tr.fit_length(x, lengths, length, tr.padding_rng("GunPoint", "train"))
    assert fitted.shape == (len(lengths), length)
    for row, raw, own in zip(fitted, x, lengths, strict=True):
        kept = min(own, length)
        np.testing.assert_array_equal(row[:kept], raw[:kept])
        assert ((row[kept:] >= 0) & (row[kept:] < tr.NOISE_AMPLITUDE)).all()


def test_padding_differs_between_series_splits_and_sets_and_never_between_runs():
    def pad(name, split):
        return tr.fit_length(np.ones((2, 1)), np.array([1, 1]), 9, tr.padding_rng(name, split))[:, 1:]

    np.testing.assert_array_equal(pad("PLAID", "train"), pad("PLAID", "train"))
    assert (pad("PLAID", "train") != pad("PLAID", "test")).all()
    assert (pad("PLAID", "train") != pad("Rock", "train")).all()
    assert (pad("PLAID", "train")[0] != pad("PLAID", "train")[1]).all()


@given(hnp.arrays(np.float64, st.tuples(st.integers(2, 8), st.integers(2, 20)), elements=st.floats(-1e3, 1e3)))
def test_scaling_gives_mean_zero_and_variance_one_on_train(x):
    if x.std() < 1e-3:
        return
    flat = (x.ravel(), np.full(len(x), x.shape[1]))
    ready = tr.prepare("GunPoint", flat, (x[:1].ravel() * 2 + 1, np.array([x.shape[1]])))
    assert ready.x_train.dtype == np.float32
    assert ready.x_train.shape == (len(x), 1, x.shape[1])
    scaled = ready.x_train.astype(np.float64)
    assert abs(scaled.mean()) < 1e-5
    assert abs(scaled.var() - 1) < 1e-5
    # The test split is scaled by the training split's figures.
    np.testing.assert_allclose(ready.x_test[0, 0], (x[0] * 2 + 1 - x.mean()) / x.std(), rtol=1e-4, atol=1e-5)


def test_scale_ignores_gaps_and_what_padding_adds():
    train = (np.array([1.0, np.nan, 3.0, 8.0]), np.array([3, 1]))
    ready = tr.prepare("GunPoint", train, train)
    assert (ready.mean, ready.std) == (4.0, np.std([1.0, 3.0, 8.0]))
    assert ready.treatment == "interpolated+padded"


def test_constant_training_values_cannot_be_scaled():
    with pytest.raises(DatasetError, match="variance"):
        tr.prepare("GunPoint", (np.ones(4), np.array([4])), (np.ones(4), np.array([4])))


@given(st.lists(st.integers(-30, 30), min_size=1, max_size=30))
def test_number_labels_are_sorted_as_numbers(labels):
    text = [str(n) for n in labels]
    y_train, y_test, classes = tr.encode_labels(text, text[::-1])
    assert classes == tuple(str(n) for n in sorted(set(labels)))
    assert [classes[y] for y in y_train] == text
    np.testing.assert_array_equal(y_test, y_train[::-1])
    assert y_train.dtype == np.int64


def test_word_labels_are_sorted_as_words_and_unseen_ones_refused():
    y_train, y_test, classes = tr.encode_labels(["warm", "cold", "10"], ["cold"])
    assert classes == ("10", "cold", "warm")
    assert (y_train.tolist(), y_test.tolist()) == ([2, 1, 0], [1])
    with pytest.raises(DatasetError, match="class 'hot'"):
        tr.encode_labels(["warm", "cold"], ["hot"])


@pytest.mark.parametrize("name", ["GunPoint", "ItalyPowerDemand", "ArrowHead", "OSULeaf", "PickupGestureWiimoteZ"])
def test_bundled_sets_give_the_published_error(name):
    assert error_of_nearest_neighbour(load(name)) == pytest.approx(info(name).error_ed, abs=5e-5)


def test_padding_gives_the_published_error_of_a_set_with_unequal_lengths(made_archive):
    data = load("ShakeGestureWiimoteZ", made_archive)
    assert error_of_nearest_neighbour(data) == pytest.approx(info(data.name).error_ed, abs=5e-5)


@pytest.mark.parametrize("name", ["DodgerLoopDay", "MelbournePedestrian", "GesturePebbleZ1"])
def test_treatment_gives_the_published_error_of_sets_with_gaps_or_unequal_lengths(name, local_set):
    data = load(name, local_set(name))
    assert error_of_nearest_neighbour(data) == pytest.approx(info(name).error_ed, abs=5e-5)


def test_prepared_series_are_the_published_ones_unscaled(data_home):
    found = source.find("PickupGestureWiimoteZ", data_home)
    raw, _ = read_raw(found, info("PickupGestureWiimoteZ"))
    data = load("PickupGestureWiimoteZ")
    starts = np.cumsum(raw.train.lengths) - raw.train.lengths
    for x, start, length in zip(data.x_train[:, 0], starts, raw.train.lengths, strict=True):
        published = raw.train.values[start : start + length]
        np.testing.assert_allclose(x[:length] * data.std + data.mean, published, atol=1e-5)
