"""Effects, their intervals, and accuracies by the share of labels."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from test_statistics import BY_HAND, random_values, tidy

from ucrbench.reports import ReportError, compare, effects
from ucrbench.reports.draw.charts import label_chart
from ucrbench.reports.stats.effects import cliffs_delta
from ucrbench.reports.stats.labels import accuracy_by_labels
from ucrbench.results import label_curves


def test_effects_by_hand():
    found = effects(compare(tidy(BY_HAND), "knn")).set_index(["first", "second"]).loc[("a", "b")]
    assert found["median_difference"] == pytest.approx(0.05)  # of 0.1, 0.2, -0.2, 0
    assert found["dominance"] == pytest.approx((2 - 1) / 4)
    above = sum(x > y for x in BY_HAND["a"] for y in BY_HAND["b"])
    below = sum(x < y for x in BY_HAND["a"] for y in BY_HAND["b"])
    assert found["cliffs_delta"] == pytest.approx((above - below) / 16)
    assert cliffs_delta(BY_HAND["a"], BY_HAND["b"]) == pytest.approx((above - below) / 16)
    assert cliffs_delta([3, 4], [1, 2]) == 1.0


def test_intervals_of_mean_ranks_are_those_of_scipy():
    values = random_values(30, 4)
    values["m1"] += 0.2
    found = compare(tidy(values), "knn")
    for name, row in found.summary.iterrows():
        wanted = stats.bootstrap(
            (found.ranks[name].to_numpy(),),
            np.mean,
            n_resamples=4000,
            method="percentile",
            rng=np.random.default_rng(1),
        ).confidence_interval
        assert (row["rank_low"], row["rank_high"]) == pytest.approx(wanted, abs=0.06), name
    alone = compare(tidy(values.iloc[:1]), "knn").summary
    assert (alone["rank_low"] == alone["mean_rank"]).all()
    assert (alone["rank_high"] == alone["mean_rank"]).all()


def test_intervals_are_those_of_scipy():
    values = random_values(25, 2)
    values["m0"] += 0.1
    scores = tidy(values)
    found = effects(compare(scores, "knn"), resamples=4000).iloc[0]
    paired = compare(scores, "knn").values.to_numpy()
    statistics = {
        "median_difference": lambda a, b: np.median(a - b),
        "dominance": lambda a, b: np.sign(a - b).mean(),
        "cliffs_delta": cliffs_delta,
    }
    for name, statistic in statistics.items():
        wanted = stats.bootstrap(
            (paired[:, 0], paired[:, 1]),
            statistic,
            paired=True,
            vectorized=False,
            n_resamples=4000,
            method="percentile",
            rng=np.random.default_rng(1),
        ).confidence_interval
        assert (found[f"{name}_low"], found[f"{name}_high"]) == pytest.approx(wanted, abs=0.035), name
        assert found[f"{name}_low"] <= found[name] <= found[f"{name}_high"]


def test_effects_turn_with_the_direction_and_know_gaps():
    values = random_values(12, 3).round(3)
    up, down = effects(compare(tidy(values), "knn")), effects(compare(tidy(values, "fid"), "fid"))
    names = ["median_difference", "dominance", "cliffs_delta"]
    np.testing.assert_allclose(up[names], -down[names], atol=1e-12)
    pd.testing.assert_frame_equal(up, effects(compare(tidy(values).sample(frac=1, random_state=3), "knn")))
    values.iloc[:9, 0] = np.nan
    worst = effects(compare(tidy(values), "knn", gaps="worst")).iloc[0]
    assert np.isnan(worst["median_difference"])
    assert -1 <= worst["dominance"] < -0.4
    with pytest.raises(ReportError, match="level between"):
        effects(compare(tidy(random_values(4, 2)), "knn"), level=1.0)


def test_accuracy_by_labels_is_over_data_sets_that_have_every_share():
    shares = label_curves()["knn"]
    frames = []
    for i, name in enumerate(shares.values()):
        table = pd.DataFrame({"a": [0.1, 0.3, 0.5], "b": [0.2, 0.2, 0.9]}, index=["d1", "d2", "d3"]) + 0.1 * i
        if i == 1:
            table.loc["d3", "b"] = np.nan
        frames.append(tidy(table, name))
    scores = pd.concat(frames, ignore_index=True)
    found, datasets = accuracy_by_labels(scores, "knn")
    assert list(found.columns) == [0.1, 0.25, 0.5, 1.0]
    np.testing.assert_allclose(found.loc["a"], [0.2, 0.3, 0.4, 0.5])
    np.testing.assert_allclose(found.loc["b"], [0.2, 0.3, 0.4, 0.5])
    assert datasets == 2
    lines = label_chart(found, "5-NN").axes[0].lines
    np.testing.assert_allclose([line.get_ydata() for line in lines], found)
    with pytest.raises(ReportError, match="fid is not given shares"):
        accuracy_by_labels(scores, "fid")
    with pytest.raises(ReportError, match="there is no score 'knn_10'"):
        accuracy_by_labels(scores[scores["score"] != "knn_10"], "knn")
    of_b = scores["variant"] == "b"
    with pytest.raises(ReportError, match="no data set has knn of all methods"):
        accuracy_by_labels(scores[of_b == (scores["dataset"] == "d1")], "knn")
