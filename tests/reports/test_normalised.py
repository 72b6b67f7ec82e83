"""Generation scores between nothing and real series, by hand."""

import numpy as np
import pandas as pd
import pytest
from synthetic_store import build

from ucrbench.reports import normalised, reading_levels, select, share_summary
from ucrbench.reports.stats.shares import range_text, share_text
from ucrbench.results import scaled_scores

LEVELS = pd.DataFrame(
    [
        ("A", "inception_score", 1.0, 3.0),
        ("A", "fid", 10.0, 2.0),
        ("A", "cas", 0.5, 0.9),
        ("B", "inception_score", 1.0, 1.0),
        ("B", "fid", np.nan, 0.5),
        ("B", "cas", 0.5, 0.4),
    ],
    columns=["dataset", "score", "nothing", "real"],
)


def scores(**values):
    rows = [
        {"dataset": dataset, "variant": variant, "views": "none", "seed": 0, "score": score, "value": value}
        for (dataset, variant), of in {("A", "x"): values, ("B", "x"): values}.items()
        for score, value in of.items()
    ]
    return pd.DataFrame(rows).assign(higher_is_better=True)


def test_shares_by_hand():
    found = normalised(scores(inception_score=2.5, fid=4.0, cas=0.4), LEVELS).set_index(["dataset", "score"])
    assert found.loc[("A", "inception_score"), "share"] == 0.75
    assert found.loc[("A", "fid"), "share"] == 0.75
    assert found.loc[("A", "fid"), "ratio"] == 2.0
    assert found.loc[("A", "cas"), "share"] == pytest.approx(-0.25)
    # No distance, not known, and real series worse than chance.
    assert found.loc["B", "share"].isna().all()
    assert found.loc[("B", "fid"), "ratio"] == 8.0


@pytest.mark.parametrize("score", ["inception_score", "fid", "cas"])
def test_the_levels_are_nothing_and_one(score):
    of = LEVELS[(LEVELS["dataset"] == "A") & (LEVELS["score"] == score)].iloc[0]
    for level, share in ((of["nothing"], 0.0), (of["real"], 1.0)):
        found = normalised(scores(**{score: level}), LEVELS)
        assert found.loc[found["dataset"] == "A", "share"].item() == share


def test_gaps_and_other_scores_have_no_share():
    assert normalised(scores(knn=0.5), LEVELS).empty
    found = normalised(scores(fid=np.inf), LEVELS)
    assert found[["value", "share", "ratio"]].isna().all().all()


def test_summary_is_the_median_over_data_sets_with_a_share():
    found = share_summary(normalised(scores(inception_score=2.5, fid=4.0), LEVELS))
    assert found.loc["x", ("fid", "median")] == 0.75
    assert found.loc["x", ("fid", "datasets")] == 1


def test_a_median_that_hides_extremes_stands_beside_its_range():
    rows = pd.DataFrame({"dataset": list("ABCD"), "method": "x", "score": "fid", "share": [-15.84, 0.9, 0.5, np.nan]})
    found = share_summary(rows).loc["x", "fid"]
    assert found[["median", "low", "high", "datasets"]].tolist() == [0.5, -15.84, 0.9, 3]
    assert range_text(found["low"], found["high"]).replace("\u202f", " ") == "< -100 % to 90 %"
    assert range_text(0.5, 0.5) == range_text(-7, -9) == range_text(np.nan, np.nan) == ""


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.754, "75 %"),
        (-0.001, "0 %"),
        (-1, "-100 %"),
        (-1.01, "< -100 %"),
        (2, "200 %"),
        (9, "> 200 %"),
        (np.nan, "–"),
    ],
)
def test_shares_are_told_up_to_the_whole_way_beyond_an_end(share, text):
    assert share_text(share).replace("\u202f", " ") == text


def test_levels_come_from_the_references(tmp_path):
    store = build(tmp_path / "out", ["A", "B"], ("ae",), samples=False, lacking=[("B", "cas_floor"), ("A", "kid")])
    levels = reading_levels(select(store).references).set_index(["dataset", "score"])
    assert levels.loc[("A", "fid"), ["nothing", "real", "classifier"]].tolist() == [2.25, 0.25, "trained:1f2e"]
    assert levels.loc[("B", "inception_score"), ["nothing", "real"]].tolist() == [1.0, 2.1]
    assert levels.loc[("A", "cas"), ["nothing", "real"]].tolist() == [0.34, 0.94]
    assert levels.loc[("B", "cas"), "real"] == 0.94
    assert np.isnan(levels.loc[("B", "cas"), "nothing"])
    assert ("A", "kid") not in levels.index
    assert levels.loc["B"].index.tolist() == list(scaled_scores())
