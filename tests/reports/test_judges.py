"""Two stores whose FCNs differ: real runs at `smoke`, whose judges saw another number of training steps."""

import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ucrbench.bench import Execution, Sweep, run
from ucrbench.reports import (
    Reading,
    ReportError,
    compare,
    gaps_text,
    leaderboard,
    normalised,
    paper,
    reading_levels,
    report,
    score_table,
    select_stores,
)
from ucrbench.results import ResultStore

SWEEP = Sweep(("GunPoint", "ItalyPowerDemand"), ("ae",), (0,), "smoke", (), ("fid", "inception_score", "cas", "knn"))
OVERRIDE = "classifier.training.max_steps=40"


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    folder = tmp_path_factory.mktemp("judges")
    for label, overrides in (("A", ()), ("B", (OVERRIDE,))):
        run(folder / label, replace(SWEEP, device="cpu", overrides=overrides), Execution(backend="inline"))
    return {label: folder / label for label in "AB"}


@pytest.fixture(scope="module")
def both(stores):
    return select_stores(stores)


def reference(stores, label, dataset, score):
    rows = ResultStore(stores[label]).references()
    return rows[(rows["dataset"] == dataset) & (rows["score"] == score)]["value"].item()


def test_each_row_is_read_beside_the_real_series_of_its_own_judge(stores, both):
    shares = normalised(both.scores, reading_levels(both.references)).set_index(["dataset", "method", "score"])
    for label in "AB":
        one = select_stores(stores[label])
        alone = normalised(one.scores, reading_levels(one.references)).set_index(["dataset", "score"])
        for (dataset, score), row in alone.iterrows():
            found = shares.loc[(dataset, f"ae [{label}]", score)]
            columns = ["value", "nothing", "real", "share"]
            np.testing.assert_array_equal(found[columns].to_numpy(float), row[columns].to_numpy(float))
    table = score_table(both.scores, "fid", both.references)
    assert list(table.real) == [" [A]", " [B]"]
    for label in "AB":
        expected = [reference(stores, label, name, "fid") for name in table.mean.index]
        assert table.real[f" [{label}]"].tolist() == expected
    assert not table.place.to_numpy().any()


def test_judged_scores_of_different_judges_are_ranked_on_request_alone(both):
    with pytest.raises(ReportError) as caught:
        compare(both.scores, "fid")
    said = str(caught.value)
    judges = sorted(set(both.scores.query("dataset == 'GunPoint' and score == 'fid'")["classifier"]))
    assert len(judges) == 2
    assert f"GunPoint: {judges[0]}, {judges[1]}" in said
    assert "--fcn-weights" in said
    assert "--mix-judges" in said
    assert "\n" not in said
    board = leaderboard(both.scores)
    assert board["fid"].isna().all().all()
    assert board["inception_score"].isna().all().all()
    # An FCN of the job's own gives CAS, and nobody 5-NN.
    assert board["cas", "mean_rank"].notna().all()
    assert board["knn", "mean_rank"].tolist() == [1.5, 1.5]
    mixed = compare(both.scores, "fid", mix_judges=True)
    # The judge of A, which has seen next to nothing, finds everything near everything.
    assert mixed.summary["mean_rank"].to_dict() == {"ae [A]": 1.0, "ae [B]": 2.0}
    assert "Different judges on 2 of 2 data sets" in gaps_text(mixed)
    assert compare(both.scores, "fid", methods=["ae [A]", "ae [B]"], mix_judges=True).mixed == (
        "GunPoint",
        "ItalyPowerDemand",
    )


def test_one_judge_in_two_stores_ranks(stores, tmp_path):
    run(tmp_path / "C", replace(SWEEP, device="cpu", variants=("vae",)), Execution(backend="inline"))
    found = select_stores({"A": stores["A"], "C": tmp_path / "C"})
    assert set(compare(found.scores, "fid").values) == {"ae [A]", "vae [C]"}
    table = score_table(found.scores, "fid", found.references)
    assert list(table.real) == [""]
    assert table.place.to_numpy().any()
    assert not any("judge" in note for note in found.notes)


def test_values_of_an_unknown_judge_are_not_ranked_beside_ours(stores, tmp_path):
    path = tmp_path / "theirs.csv"
    rows = pd.DataFrame({"dataset": SWEEP.datasets, "method": "m", "score": "fid", "value": [0.1, 0.2]})
    rows.to_csv(path, index=False)
    found = select_stores(stores["A"], against=[str(path)])
    with pytest.raises(ReportError, match=r"GunPoint: trained:\w+, unknown \[theirs\]"):
        compare(found.scores, "fid")
    shares = normalised(found.scores, reading_levels(found.references)).set_index("method")
    assert shares.loc["m [theirs]", "real"].isna().all()
    ours = ResultStore(stores["A"]).scores().query("score == 'fid'").set_index("dataset")["classifier"]
    rows.assign(classifier=rows["dataset"].map(ours)).to_csv(path, index=False)
    found = select_stores(stores["A"], against=[str(path)])
    assert compare(found.scores, "fid").summary.loc["m [theirs]", "wins"] == 2
    shares = normalised(found.scores, reading_levels(found.references)).set_index(["method", "score"])
    found = shares.loc[("m [theirs]", "fid")].sort_index().set_index("dataset")["real"]
    assert found["GunPoint"] == reference(stores, "A", "GunPoint", "fid")


@pytest.mark.parametrize("mix", [False, True])
def test_site_and_paper_say_so(stores, tmp_path, mix):
    reading = Reading(mix_judges=mix)
    page = report(stores, tmp_path / "site", reading=reading)
    note = "ranked across judges all the same" if mix else "are not ranked there"
    assert note in page.read_text(encoding="utf-8")
    numbers = json.loads(re.search(r'id="data">(.*?)</script>', page.read_text(encoding="utf-8"), re.DOTALL)[1])
    fid = next(score for score in numbers["scores"] if score["name"] == "fid")
    assert (fid["judges"] is None) == mix
    if not mix:
        assert all(first != second for first, second in fid["judges"])
    assert (tmp_path / "site" / "figures" / "fid-cd.svg").exists() == mix
    dataset = (tmp_path / "site" / "datasets" / "GunPoint.html").read_text(encoding="utf-8")
    for label in "AB":
        assert f"{reference(stores, label, 'GunPoint', 'fid'):.3f}" in dataset
        assert f"real series [{label}]" in dataset
    if not mix:
        paper(stores, tmp_path / "paper", reading=reading)
        assert note in (tmp_path / "paper" / "tables" / "fid.tex").read_text(encoding="utf-8")
        assert not (tmp_path / "paper" / "figures" / "fid-matrix.pdf").exists()
