"""Tests of significance against other packages and printed values."""

from itertools import combinations
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import quad
from statsmodels.stats.multitest import multipletests
from test_statistics import random_values, tidy

from ucrbench.reports import compare
from ucrbench.reports.stats.significance import critical_distance, friedman, holm, wilcoxon


# statsmodels collects garbage in every call, which takes a tenth of a second of all that other tests left behind.
@patch("gc.collect", lambda: 0)
@settings(deadline=None, max_examples=40)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_holm_is_that_of_statsmodels(p_values):
    np.testing.assert_allclose(holm(p_values), multipletests(p_values, method="holm")[1], atol=1e-12)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(-40, 40).filter(bool), min_size=2, max_size=50, unique_by=abs))
def test_wilcoxon_is_that_of_scipy(differences):
    assert wilcoxon(differences) == pytest.approx(stats.wilcoxon(differences, method="exact").pvalue, abs=1e-12)


def test_wilcoxon_with_ties_is_the_exact_permutation_test():
    for differences in ([1] * 5, [1, 1, -1, 2, 2, 3], [0, 0, 2, -2, 1, 1, 4]):
        nonzero = [d for d in differences if d]
        wanted = stats.wilcoxon(nonzero, method=stats.PermutationMethod(n_resamples=np.inf)).pvalue
        assert wilcoxon(differences) == pytest.approx(wanted)
    assert wilcoxon([1] * 5) == pytest.approx(0.0625)
    assert wilcoxon([0, 0]) == 1.0
    many = np.random.default_rng(0).normal(0.2, 1, 128)
    assert wilcoxon(many) == pytest.approx(stats.wilcoxon(many, method="approx").pvalue)


def test_friedman_is_that_of_scipy():
    values = random_values(10, 4)
    wanted = stats.friedmanchisquare(*values.to_numpy().T)
    assert friedman(values) == pytest.approx((wanted.statistic, wanted.pvalue))


@pytest.mark.parametrize("k", range(2, 21))
def test_critical_distance_is_the_quantile_of_the_range_of_normals(k):
    # The chance that k standard normals lie within q of each other: k int phi(z) (Phi(z) - Phi(z - q))^(k-1) dz.
    q = critical_distance(k, 30) * np.sqrt(6 * 30 / (k * (k + 1))) * np.sqrt(2)
    within, _ = quad(lambda z: k * stats.norm.pdf(z) * (stats.norm.cdf(z) - stats.norm.cdf(z - q)) ** (k - 1), -9, 9)
    assert within == pytest.approx(0.95, abs=1e-6)


def test_critical_values_are_those_printed_by_demsar():
    # Table 5a of Demšar (2006), k = 2..10, printed with three digits and the last one not always rounded.
    printed = [1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164]
    found = [critical_distance(k, 1) / np.sqrt(k * (k + 1) / 6) for k in range(2, 11)]
    assert found == pytest.approx(printed, abs=0.0015)


def test_nemenyi_by_hand():
    # Demšar's four ways on 14 data sets: the critical distance is 2.569 sqrt(4 * 5 / (6 * 14)) = 1.25.
    assert critical_distance(4, 14) == pytest.approx(1.25, abs=0.005)
    values = random_values(40, 5)
    values["m1"] += 0.4
    found = compare(tidy(values), "knn")
    p, ranks = found.nemenyi(), found.summary["mean_rank"]
    for a, b in combinations(ranks.index, 2):
        assert (p.loc[a, b] < 0.05) == (abs(ranks[a] - ranks[b]) > found.critical_distance())
    assert (compare(tidy(random_values(8, 4) * 0), "knn").nemenyi() == 1).all().all()
