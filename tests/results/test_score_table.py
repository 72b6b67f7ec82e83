"""The table of scores: ends of scales, and a row for what the suite does not know."""

import pytest

from ucrbench.results import SCORES, judged_scores, label_curves, score_of


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
    assert (score_of("cas").reference, score_of("cas").floor) == ("fcn_accuracy", "cas_floor")
    assert SCORES["cas"].scale.way.startswith("from always giving the most frequent class to the accuracy")
    with pytest.raises(AttributeError):
        unknown.title = "mine"
