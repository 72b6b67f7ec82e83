"""The table of scores: floors by hand, and a row for what the suite does not know."""

import numpy as np
import pytest

from ucrbench.results import SCORES, RealSeries, judged_scores, label_curves, score_of


def test_floors_by_hand():
    features = np.array([[0.0, 1.0], [2.0, 1.0], [4.0, 1.0]])
    floors = {
        name: score.scale.floor(RealSeries(features, np.array([0, 1, 1, 1]), 2))
        for name, score in SCORES.items()
        if score.scale and score.scale.floor
    }
    assert {name: floor.value for name, floor in floors.items()} == {"inception_score": 1, "fid": 4, "cas": 0.75}
    assert floors["cas"].generator == "the most frequent class"
    assert SCORES["cas"].scale.floor(RealSeries(n_classes=4)).value == 0.25
    assert np.isnan(SCORES["cas"].scale.floor(RealSeries()).value)
    assert np.isnan(SCORES["fid"].scale.floor(RealSeries(features[:1])).value)


def test_rows_of_the_table():
    assert all(name == score.name for name, score in SCORES.items())
    assert judged_scores() == ("inception_score", "inception_score_std", "fid", "kid")
    companions = {name for name, score in SCORES.items() if score.companion}
    few = {name for names in label_curves().values() for labels, name in names.items() if labels < 1}
    assert companions == few | {"inception_score_std"}
    for score in SCORES.values():
        low, high = score.bounds
        assert low < high
    unknown = score_of("theirs")
    assert (unknown.title, unknown.higher_is_better, unknown.decimals) == ("theirs", None, 4)
    assert score_of("cas").reference == "fcn_accuracy"
    with pytest.raises(AttributeError):
        unknown.title = "mine"
