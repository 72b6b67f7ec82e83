"""Equivalence, agreement of scores, reversed verdicts and distances of real series: known answers, and their page."""

from itertools import combinations
from math import comb

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from synthetic_store import build
from test_statistics import random_values, tidy

from ucrbench.reports import check, compare, report
from ucrbench.reports.stats.agreement import agreement, taus
from ucrbench.reports.stats.equivalence import equivalence, hidden_by_quantisation, tost
from ucrbench.reports.stats.real import real_distances, size_correlations
from ucrbench.reports.stats.reversals import reversals


@given(st.lists(st.floats(-0.05, 0.05), min_size=2, max_size=40), st.floats(0.001, 0.03))
def test_two_one_sided_tests_are_those_of_scipy(differences, margin):
    found = tost(differences, margin)
    if np.std(differences) < 1e-9:
        return
    above = stats.ttest_1samp(differences, -margin, alternative="greater").pvalue
    below = stats.ttest_1samp(differences, margin, alternative="less").pvalue
    assert found.p == pytest.approx(max(above, below))
    wanted = stats.ttest_1samp(differences, 0).confidence_interval(0.90)
    assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high))
    if abs(found.p - 0.05) > 1e-6:
        assert (found.verdict == "equivalent") == (found.p < 0.05)


@pytest.mark.parametrize(
    ("centre", "spread", "verdict"),
    [
        (0.03, 0.005, "better"),
        (-0.03, 0.005, "worse"),
        (0.0, 0.005, "equivalent"),
        (0.01, 0.01, "not worse"),
        (-0.01, 0.01, "not better"),
        (0.0, 0.1, "open"),
    ],
)
def test_verdicts_by_where_the_interval_lies(centre, spread, verdict):
    assert tost(centre + spread * np.tile([-1.0, 1.0], 10)).verdict == verdict


def test_differences_without_spread_or_without_end():
    assert tost([0.0] * 5).verdict == "equivalent"
    assert tost([0.0] * 5).p == 0
    assert tost([0.5] * 5).verdict == "better"
    assert tost([0.5] * 5).p == 1
    assert tost([0.0, np.inf, 0.1]).verdict == "open"
    assert tost([0.1]).verdict == "open"


def test_equivalence_is_positive_where_the_first_is_better():
    values = pd.DataFrame({"a": np.linspace(0.5, 0.58, 9), "b": np.linspace(0.4, 0.48, 9)})
    up = equivalence(compare(tidy(values), "knn")).iloc[0]
    down = equivalence(compare(tidy(values, "fid"), "fid"), margin=0.05).iloc[0]
    assert up["difference"] == pytest.approx(0.1)
    assert up["verdict"] == "better"
    assert down["difference"] == pytest.approx(-0.1)
    assert down["verdict"] == "worse"


def test_quantisation_hides_what_the_probe_loses():
    rng = np.random.default_rng(0)
    before = pd.DataFrame({"vqvae": rng.random(8), "ae": rng.random(8)}).round(4)
    after = before.assign(vqvae=before["vqvae"] - np.linspace(0.05, 0.12, 8).round(4))
    scores = pd.concat([tidy(before, "knn_continuous"), tidy(after, "knn")])
    found = hidden_by_quantisation(scores)
    assert found[["score", "method", "datasets", "verdict"]].to_numpy().tolist() == [["knn", "vqvae", 8, "better"]]
    assert found["difference"].item() == pytest.approx(np.linspace(0.05, 0.12, 8).round(4).mean())
    assert hidden_by_quantisation(scores[scores["dataset"] < 4]).empty


def test_scores_that_order_alike_agree_whatever_their_direction():
    values = random_values(6, 4)
    up, down = compare(tidy(values), "knn"), compare(tidy(1 - values, "fid"), "fid")
    assert taus(up, down).tolist() == [1.0] * 6
    backwards = compare(tidy(values, "fid"), "fid")
    assert taus(up, backwards).tolist() == [-1.0] * 6


def test_tau_by_hand_and_data_sets_that_have_none():
    one = pd.DataFrame([[1, 2, 3, 4], [5, 5, 5, 5], [1, 2, 3, 4]], columns=list("abcd")) / 10
    other = pd.DataFrame([[1, 3, 2, 4], [1, 2, 3, 4], [1, 1, 2, 3]], columns=list("abcd")) / 10
    found = taus(compare(tidy(one), "knn"), compare(tidy(other, "cas"), "cas"))
    assert found.index.tolist() == [0, 2]  # the second ties all methods in one score
    assert found[0] == pytest.approx((5 - 1) / 6)
    assert found[2] == pytest.approx(5 / np.sqrt(6 * 5))  # tau-b: 5 concordant, 1 tied of 6
    two = compare(tidy(one[["a", "b"]]), "knn")
    assert taus(two, compare(tidy(other, "cas"), "cas")).empty


def test_intervals_of_tau_are_those_of_scipy():
    one, other = random_values(40, 5, seed=1), random_values(40, 5, seed=2)
    comparisons = [compare(tidy(one), "knn"), compare(tidy(0.5 * one + 0.5 * other, "cas"), "cas")]
    row = agreement(comparisons).iloc[0]
    per_set = taus(*comparisons).to_numpy()
    wanted = stats.bootstrap(
        (per_set,), np.mean, n_resamples=4000, method="percentile", rng=np.random.default_rng(0)
    ).confidence_interval
    assert row["tau"] == pytest.approx(per_set.mean())
    assert (row["low"], row["high"]) == pytest.approx(wanted, abs=0.02)
    assert (row["datasets"], row["methods"]) == (40, 5)


def test_reversals_are_as_frequent_as_can_be_counted():
    # The first wins on four of seven data sets. Five of them say otherwise where the two left out are of these four.
    values = pd.DataFrame({"a": [1, 1, 1, 1, 0, 0, 0], "b": [0, 0, 0, 0, 1, 1, 1]}) / 10
    found = reversals(compare(tidy(values), "knn"), draws=4000).set_index("datasets")
    assert found.index.tolist() == [5]
    assert found.loc[5, "reversed"] == pytest.approx(comb(4, 2) / comb(7, 2), abs=0.03)
    assert found.loc[5, "told_apart"] == 0
    assert np.isnan(found.loc[5, "reversed_told_apart"])


def test_a_method_that_always_wins_is_never_reversed():
    values = random_values(40, 2)
    values["m0"] = values["m1"] + 0.1
    found = reversals(compare(tidy(values), "knn"))
    assert found["datasets"].tolist() == [5, 10, 13, 20, 30]
    assert (found["reversed"] == 0).all()
    assert (found["reversed_told_apart"] == 0).all()
    assert found["spread"].to_numpy() == pytest.approx(0)  # every subset shows the same


def test_spread_by_counting_all_subsets():
    values = random_values(9, 3, seed=4)
    found = reversals(compare(tidy(values), "knn"), draws=20000).set_index("datasets").loc[5, "spread"]
    differences = np.column_stack([values[one] - values[other] for one, other in combinations(values, 2)])
    shown = np.array([differences[list(subset)].mean(axis=0) for subset in combinations(range(9), 5)])
    assert found == pytest.approx(np.quantile(np.abs(shown - differences.mean(axis=0)), 0.95), rel=0.05)


def test_more_data_sets_are_reversed_less():
    rng = np.random.default_rng(0)
    drawn = rng.normal([0.5, 0.51, 0.52, 0.53], 0.1, (90, 4))
    values = pd.DataFrame(drawn, columns=list("abcd")).round(4)
    found = reversals(compare(tidy(values), "knn"))
    assert found["datasets"].tolist() == [5, 10, 13, 20, 30, 50, 80]
    assert (np.diff(found["reversed"]) < 0).all()
    assert (np.diff(found["spread"]) < 0).all()


def test_distances_of_real_series_beside_the_number_of_test_series():
    names = [f"D{place}" for place in range(8)]
    references = pd.DataFrame(
        {
            "dataset": names * 2,
            "score": ["fid"] * 8 + ["fcn_accuracy"] * 8,
            "value": [8.0, 7, 6, 5, 4, 3, 2, 1] * 2,
            "classifier": "one",
        }
    )
    jobs = pd.DataFrame({"dataset": names * 2, "n_test": [10, 20, 30, 40, 50, 60, 70, 80] * 2})
    found = real_distances(references, jobs)
    assert found["score"].unique().tolist() == ["fid"]  # an accuracy is no distance
    assert len(found) == 8
    correlation = size_correlations(found).iloc[0]
    assert (correlation["datasets"], correlation["correlation"]) == (8, pytest.approx(-1))
    assert size_correlations(found.head(4)).empty


def test_the_page_and_its_files(tmp_path):
    build(tmp_path / "out", [f"D{place}" for place in range(7)], samples=False, names=["linear_probe", "fid", "cas"])
    page = report(tmp_path / "out", tmp_path / "site").parent
    text = (page / "findings.html").read_text()
    for name in ("equivalence", "agreement", "reversals"):
        table = pd.read_csv(page / "tables" / f"{name}.csv")
        assert len(table)
        assert f'href="tables/{name}.csv"' in text
    pairs = pd.read_csv(page / "tables" / "equivalence.csv")
    assert set(pairs["score"]) >= {"linear_probe", "cas"}
    assert f"{pairs.loc[0, 'difference']:.4f}" in text
    for name in ("agreement", "reversals"):
        assert (page / "figures" / f"{name}.pdf").is_file()
        assert "ucrbench rows " in (page / "figures" / f"{name}.svg").read_text()
    assert check(page) == []


def test_few_data_sets_have_no_findings(tmp_path):
    build(tmp_path / "out", ["A", "B"], samples=False, names=["linear_probe", "fid"])
    page = report(tmp_path / "out", tmp_path / "site").parent
    text = (page / "findings.html").read_text()
    assert "<table" not in text
    assert text.count("here.</p>") == 5
    assert not list((page / "figures").glob("agreement*"))
