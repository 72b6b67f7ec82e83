"""Rows that are not mixed in one report, and what is chosen among them."""

import pytest
from synthetic_store import build
from test_report import TWO, Page

from ucrbench.reports import (
    ReportError,
    check,
    report,
    select,
)
from ucrbench.results import ResultStore


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"protocol": 2}, "protocol versions 1, 2, .* such as --protocol 2"),
        ({"score_version": 2}, "score_version for"),
        ({"overrides": '{"training.lr": 0.1}'}, "settings for ae"),
        ({"data_hash": "other"}, "data_hash for A"),
        ({"classifier": "trained:9"}, r"classifier for A, fid"),
        ({"device": "other"}, "comes from several jobs"),
    ],
)
def test_what_was_made_differently_is_not_mixed(tmp_path, changes, words):
    build(tmp_path, ["A"], samples=False)
    build(tmp_path, ["A"], samples=False, variants=["ae"], **changes)
    with pytest.raises(ReportError, match=words) as caught:
        report(tmp_path)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "report").exists()


def test_one_version_of_the_protocol_is_chosen_and_reported_alone(tmp_path):
    for version in (1, 2):
        build(tmp_path / "out", ["A", "B"], TWO, samples=False, names=["knn"], protocol=version)
    page = report(tmp_path / "out", tmp_path / "first", protocol=1)
    selection = select(ResultStore(tmp_path / "out"), protocol=2)
    assert set(selection.scores["protocol_version"]) == {2}
    assert set(selection.references["protocol_version"]) == {2}
    assert len(selection.jobs) == 4
    assert check(page.parent) == []
    with pytest.raises(ReportError, match="no job of protocol version 3; it holds 1, 2"):
        report(tmp_path / "out", tmp_path / "third", protocol=3)


def test_presets_are_not_mixed(tmp_path):
    build(tmp_path, ["A"], samples=False)
    build(tmp_path, ["A"], preset="smoke", samples=False, names=["knn"])
    with pytest.raises(ReportError, match="presets quick, smoke; choose"):
        report(tmp_path)
    assert "preset smoke" in Page(report(tmp_path, preset="smoke")).text
    with pytest.raises(ReportError, match="no job of preset thesis"):
        report(tmp_path, preset="thesis")
    with pytest.raises(ReportError, match="unknown policy"):
        report(tmp_path, preset="smoke", gaps="impute")
