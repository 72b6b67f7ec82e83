"""Statistics against known answers, other packages and their own invariants."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import scikit_posthocs
from hypothesis import given, settings
from hypothesis import strategies as st

from ucrbench.reports import ReportError, cliques, compare, score_table
from ucrbench.reports.data.frames import seed_means
from ucrbench.reports.data.methods import name_methods
from ucrbench.reports.stats.comparison import gaps_text
from ucrbench.reports.stats.significance import wilcoxon


def tidy(values, score="knn", seeds=1):
    """Tidy scores from a frame of data sets x variants."""
    long = values.rename_axis("dataset").reset_index().melt("dataset", var_name="variant")
    long = long.assign(score=score, views="none", higher_is_better=True)
    frames = [long.assign(seed=seed) for seed in range(seeds)]
    return pd.concat(frames, ignore_index=True)


def random_values(n_datasets, n_methods, seed=0):
    drawn = np.random.default_rng(seed).random((n_datasets, n_methods)).round(4)
    return pd.DataFrame(
        drawn, index=[f"D{i:02}" for i in range(n_datasets)], columns=[f"m{i}" for i in range(n_methods)]
    )


# By hand: four data sets, three methods, one tie for second place on d2 and one three-way tie on d4.
BY_HAND = pd.DataFrame(
    {"a": [0.9, 0.8, 0.7, 0.5], "b": [0.8, 0.6, 0.9, 0.5], "c": [0.7, 0.6, 0.8, 0.5]},
    index=["d1", "d2", "d3", "d4"],
)


def test_ranks_by_hand():
    found = compare(tidy(BY_HAND), "knn")
    assert found.ranks.to_numpy().tolist() == [[1, 2, 3], [1, 2.5, 2.5], [3, 1, 2], [2, 2, 2]]
    assert found.summary["mean_rank"].to_dict() == {"a": 1.75, "b": 1.875, "c": 2.375}
    assert found.summary["wins"].to_dict() == {"a": 3, "b": 2, "c": 1}
    assert found.summary["median"].round(9).to_dict() == {"a": 0.75, "b": 0.7, "c": 0.65}
    pairs = found.pairs.set_index(["first", "second"])[["win", "tie", "loss"]]
    assert pairs.loc[("a", "b")].tolist() == [2, 1, 1]
    assert pairs.loc[("b", "c")].tolist() == [2, 2, 0]


def test_a_lower_score_can_be_better():
    up, down = compare(tidy(BY_HAND), "knn"), compare(tidy(BY_HAND, "fid"), "fid")
    assert (up.ranks + down.ranks == 4).all().all()


def _tie_sizes(row):
    return np.unique(row, return_counts=True)[1]


def test_demsars_example():
    # Table 6 of Demšar (2006): AUC of C4.5 with four ways of pruning on 14 data sets. On the one before last
    # his third and fourth are not tied, though they are printed alike; hence the 9751.
    auc = pd.DataFrame(
        {
            "c45": [7630, 5990, 9540, 6280, 8820, 9360, 6610, 5830, 7750, 10000, 9400, 6190, 9720, 9570],
            "m": [7680, 5910, 9710, 6610, 8880, 9310, 6680, 5830, 8380, 10000, 9620, 6660, 9810, 9780],
            "cf": [7710, 5900, 9680, 6540, 8860, 9160, 6090, 5630, 8660, 10000, 9650, 6140, 9751, 9460],
            "mcf": [7980, 5690, 9670, 6570, 8980, 9310, 6850, 6250, 8750, 10000, 9620, 6690, 9750, 9700],
        },
        index=[f"d{i:02}" for i in range(14)],
    )
    found = compare(tidy(auc / 10000), "knn")
    ranks = found.summary["mean_rank"].round(3).to_dict()
    assert ranks == {"c45": 3.143, "m": 2.0, "cf": 2.893, "mcf": 1.964}
    # His 9.28 is without the correction for ties, which scipy makes by dividing by 1 - T / (N k (k^2 - 1)).
    ties = sum((sizes**3 - sizes).sum() for sizes in map(_tie_sizes, auc.to_numpy()))
    assert found.friedman[0] * (1 - ties / (14 * 4 * 15)) == pytest.approx(9.28, abs=0.005)


def test_all_pairs_are_those_of_scikit_posthocs():
    values = random_values(30, 4)
    found = compare(tidy(values), "knn")
    wanted = scikit_posthocs.posthoc_wilcoxon(values.to_numpy().T, p_adjust="holm", method="exact")
    order = list(values.columns)
    np.testing.assert_allclose(found.p_matrix().loc[order, order], wanted, atol=1e-12)


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10**6), n=st.integers(2, 12), k=st.integers(2, 5))
def test_order_of_rows_changes_nothing(seed, n, k):
    scores = tidy(random_values(n, k, seed).round(1), seeds=3)
    scores["value"] += np.random.default_rng(seed).normal(0, 0.1, len(scores))
    first, second = (compare(frame, "knn") for frame in (scores, scores.sample(frac=1, random_state=seed)))
    pd.testing.assert_frame_equal(first.summary, second.summary, check_exact=True)
    pd.testing.assert_frame_equal(first.pairs, second.pairs, check_exact=True)
    assert first.friedman == second.friedman
    assert first.ranks.sum(axis=1).to_numpy() == pytest.approx(k * (k + 1) / 2)


def test_two_methods_have_wilcoxon_only():
    found = compare(tidy(random_values(12, 2)), "knn")
    assert found.friedman is None
    assert len(found.pairs) == 1
    assert found.pairs["p"].tolist() == found.pairs["p_holm"].tolist()


def test_all_ties_are_p_one_and_not_nan():
    values = random_values(8, 4) * 0 + 0.5
    found = compare(tidy(values), "knn")
    assert found.friedman == (0.0, 1.0)
    assert (found.pairs[["p", "p_holm"]] == 1).all().all()
    assert (found.ranks == 2.5).all().all()
    assert found.summary["wins"].tolist() == [8, 8, 8, 8]


def test_float_noise_is_a_tie():
    values = pd.DataFrame({"a": [0.1 + 0.2] * 6, "b": [0.3] * 6}, index=list("uvwxyz"))
    assert values["a"].iloc[0] != values["b"].iloc[0]
    found = compare(tidy(values), "knn")
    assert (found.ranks == 1.5).all().all()
    assert found.pairs["tie"].tolist() == [6]


def test_seeds_are_averaged_within_a_data_set():
    scores = tidy(BY_HAND, seeds=2)
    scores.loc[(scores["seed"] == 1), "value"] += 0.1
    assert compare(scores, "knn").values.loc["d1", "a"] == pytest.approx(0.95)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_gaps_are_refused_or_left_out_by_name(bad):
    scores = tidy(random_values(6, 3), seeds=2)
    cell = (scores["dataset"] == "D01") & (scores["variant"] == "m1")
    holed = scores[~cell]
    spoilt = scores.assign(value=scores["value"].mask(cell & (scores["seed"] == 0), bad))
    for frame in (holed, spoilt):
        with pytest.raises(ReportError, match=r"lacks 1 of 18 values, the first m1 on D01") as caught:
            compare(frame, "knn")
        assert "\n" not in str(caught.value)
        found = compare(frame, "knn", gaps="common")
        assert found.left_out == ("D01",)
        assert found.n_datasets == 5
    with pytest.raises(ReportError, match="lacks 3 of 21"):
        compare(scores, "knn", datasets=["D99"])
    with pytest.raises(ReportError, match="unknown policy"):
        compare(scores, "knn", gaps="impute")


def test_what_cannot_be_compared():
    with pytest.raises(ReportError, match="one method only"):
        compare(tidy(BY_HAND[["a"]]), "knn")
    with pytest.raises(ReportError, match="no direction"):
        compare(tidy(BY_HAND, "codebook_perplexity"), "codebook_perplexity")
    with pytest.raises(ReportError, match="there is no score 'cas'"):
        compare(tidy(BY_HAND), "cas")
    nothing = BY_HAND.copy()
    nothing["a"] = np.nan
    with pytest.raises(ReportError, match="no data set has"):
        compare(tidy(nothing), "knn", gaps="common")


def test_views_tell_methods_apart_where_there_are_several():
    scores = pd.concat([tidy(BY_HAND[["a", "b"]]), tidy(BY_HAND[["a"]]).assign(views="slice")])
    assert sorted(set(name_methods(scores)["method"])) == ["a (none)", "a (slice)", "b"]
    assert list(seed_means(scores, "knn").columns) == ["a (none)", "a (slice)", "b"]


def test_smallest_p_says_what_can_be_shown():
    assert compare(tidy(random_values(5, 2)), "knn").smallest_p == 0.0625
    assert compare(tidy(random_values(9, 5)), "knn").smallest_p == pytest.approx(10 / 256)


def test_a_seed_that_lacks_on_one_data_set_is_a_gap():
    scores = tidy(random_values(6, 3), seeds=3)
    lacking = (scores["dataset"] == scores["dataset"].iloc[0]) & (scores["variant"] == "m0") & (scores["seed"] == 2)
    assert lacking.sum() == 1
    with pytest.raises(ReportError, match="lacks 1 of 18 values"):
        compare(scores[~lacking], "knn")
    assert compare(scores[~lacking], "knn", gaps="common").left_out == (scores["dataset"].iloc[0],)


def test_methods_may_have_different_seeds():
    scores = tidy(random_values(6, 3), seeds=3)
    once = scores[(scores["variant"] != "m0") | (scores["seed"] == 0)]
    assert compare(once, "knn").left_out == ()


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10**6), n=st.integers(2, 12), k=st.integers(2, 5), score=st.sampled_from(["knn", "fid"]))
def test_worst_is_a_value_below_all_others(seed, n, k, score):
    values = random_values(n, k, seed).round(1)
    holes = np.random.default_rng(seed).random((n, k)) < 0.2
    holed = values.mask(holes)
    below = 9.0 if score == "fid" else -9.0
    if not np.isfinite(holed).any().all():
        return
    found = compare(tidy(holed, score), score, gaps="worst")
    wanted = compare(tidy(values.mask(holes, below)[~holes.all(axis=1)], score), score)
    pd.testing.assert_frame_equal(found.ranks, wanted.ranks)
    counts = ["first", "second", "win", "tie", "loss"]
    pd.testing.assert_frame_equal(found.pairs[counts], wanted.pairs[counts])
    # How far below says nothing: all such differences are equally the largest.
    clipped = [wilcoxon(np.clip(wanted.differences(a, b), -5, 5)) for a, b in combinations(found.values, 2)]
    assert found.pairs["p"].tolist() == pytest.approx(clipped)
    assert found.summary["mean_rank"].to_dict() == wanted.summary["mean_rank"].to_dict()
    assert found.summary["wins"].to_dict() == wanted.summary["wins"].to_dict()
    assert set(found.left_out) == set(values.index[holes.all(axis=1)])
    assert len(found.missing) == holes[~holes.all(axis=1)].sum()


def test_three_policies_by_hand():
    holed = BY_HAND.copy()
    holed.loc["d1", "a"] = np.nan
    scores = tidy(holed)
    with pytest.raises(ReportError, match="the first a on d1"):
        compare(scores, "knn")
    common = compare(scores, "knn", gaps="common")
    assert common.left_out == ("d1",)
    assert common.summary["mean_rank"].round(4).to_dict() == {"a": 2.0, "b": 1.8333, "c": 2.1667}
    assert gaps_text(common) == (
        'Policy for gaps "common": compared on the 3 data sets that all methods have; left out: d1.'
    )
    worst = compare(scores, "knn", gaps="worst")
    assert worst.ranks.loc["d1"].to_dict() == {"a": 3, "b": 1, "c": 2}
    assert worst.missing == (("d1", "a"),)
    assert np.isnan(worst.summary.loc["a", "mean"])
    assert worst.summary.loc["a", "median"] == pytest.approx(0.6)
    assert gaps_text(worst) == 'Policy for gaps "worst": 1 of 12 values are missing and rank last.'
    assert gaps_text(compare(tidy(BY_HAND), "knn")) == 'Policy for gaps "refuse": none is missing.'


def test_some_of_the_methods():
    whole, some = (compare(tidy(random_values(12, 5)), "knn", methods=m) for m in (None, ["m3", "m1"]))
    assert list(some.values) == ["m1", "m3"]
    assert some.methods == whole.methods
    pair = whole.pairs.set_index(["first", "second"]).loc[("m1", "m3")]
    assert some.pairs["p"].iloc[0] == pair["p"]
    assert some.pairs["p_holm"].iloc[0] == some.pairs["p"].iloc[0]
    with pytest.raises(ReportError, match="no method 'm9'"):
        compare(tidy(random_values(12, 5)), "knn", methods=["m1", "m9"])


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10**6), n=st.integers(1, 12), k=st.integers(2, 6))
def test_won_tied_and_lost_are_those_of_the_pairs(seed, n, k):
    found = compare(tidy(random_values(n, k, seed).round(1)), "knn")
    for name, row in found.summary.iterrows():
        first, second = found.pairs[found.pairs["first"] == name], found.pairs[found.pairs["second"] == name]
        assert row["won"] == first["win"].sum() + second["loss"].sum()
        assert row["tied"] == first["tie"].sum() + second["tie"].sum()
        assert row["lost"] == first["loss"].sum() + second["win"].sum()


def test_linked_to_the_third_and_not_to_the_second():
    # b is always a little behind a; c is mostly behind both, and far ahead on three data sets.
    values = pd.DataFrame({"a": [0.8] * 12, "b": [0.79] * 12, "c": [1.0] * 3 + [0.7] * 9}).set_axis(
        list("defghijklmno")
    )
    found = compare(tidy(values), "knn")
    assert list(found.summary.index) == ["a", "b", "c"]
    p = found.p_matrix()
    assert p.loc["a", "b"] < 0.05 < p.loc["a", "c"]
    assert cliques(p) == [["a", "c"], ["b", "c"]]


def test_a_frame_of_ones_own_needs_three_columns():
    frame = pd.DataFrame({"dataset": list("aabb"), "method": list("xyxy"), "value": [0.9, 0.8, 0.7, 0.6]})
    assert compare(frame, "knn").summary["mean_rank"].to_dict() == {"x": 1.0, "y": 2.0}
    assert score_table(frame, "knn").text.loc["a", "x"] == "0.9000"
    with pytest.raises(ReportError, match="x has several rows on a; tell them apart in a column seed"):
        compare(pd.concat([frame, frame]), "knn")
    seeds = pd.concat([frame.assign(seed=0), frame.assign(seed=1, value=frame["value"] - 0.1)])
    assert compare(seeds, "knn").values.loc["a", "x"] == pytest.approx(0.85)
    for name in frame:
        with pytest.raises(ReportError, match=f"lacks the column {name}"):
            compare(frame.drop(columns=name), "knn")
    with pytest.raises(ReportError, match="mine has no direction"):
        compare(frame, "mine")
