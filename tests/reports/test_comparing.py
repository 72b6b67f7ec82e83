"""Several stores side by side, and beside results from elsewhere."""

import numpy as np
import pandas as pd
import pytest
from synthetic_store import build

from ucrbench.reports import (
    ReportError,
    check,
    compare,
    coverage,
    leaderboard,
    paper,
    report,
    score_table,
    select,
    select_stores,
)
from ucrbench.reports.draw.palette import colours
from ucrbench.results import ResultStore

OPTIONS = {"variants": ("ae", "vqvae"), "samples": False, "names": ["knn", "fid"]}


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stores")
    for label in "AB":
        build(folder / label, ["ECG5000", "FordA", "GunPoint"], **OPTIONS)
    return {label: folder / label for label in "AB"}


def test_one_store_is_what_select_gives(stores):
    one, plain = select_stores(stores["A"]), select(ResultStore(stores["A"]))
    pd.testing.assert_frame_equal(one.scores, plain.scores)
    assert one.rows_hash == plain.rows_hash
    assert one.notes == ()
    assert one.open().path == stores["A"]


def test_same_variant_in_two_stores_is_two_methods(stores):
    both = select_stores(stores)
    methods = ["ae [A]", "ae [B]", "vqvae [A]", "vqvae [B]"]
    assert sorted(set(both.scores["method"])) == methods
    found = compare(both.scores, "knn")
    assert list(found.values) == methods
    # The stores are alike: each variant ties with itself.
    pair = found.pairs.set_index(["first", "second"]).loc[("ae [A]", "ae [B]")]
    assert (pair["win"], pair["tie"], pair["loss"]) == (0, 3, 0)
    assert both.datasets == ["ECG5000", "FordA", "GunPoint"]
    assert both.open("B").path == stores["B"]
    assert len(set(colours(methods).values())) == 4
    assert colours(methods)["ae [A]"] == colours(["ae"])["ae"]
    assert (coverage(both.scores, both.jobs)["ok"] == 3).all()


def test_what_differs_between_stores_is_told_or_refused(stores, tmp_path):
    build(tmp_path / "other", ["ECG5000", "FordA", "GunPoint"], preset="standard", classifier="trained:99", **OPTIONS)
    both = select_stores({"A": stores["A"], "other": tmp_path / "other"})
    assert both.preset == "quick [A], standard [other]"
    assert both.notes[0] == "The stores differ in the preset (A: quick; other: standard)."
    assert "On 3 of 3 data sets the methods had different FCNs" in both.notes[1]
    build(tmp_path / "data", ["ECG5000"], data_hash="ffff", **OPTIONS)
    with pytest.raises(ReportError, match="different data_hash for ECG5000"):
        select_stores({"A": stores["A"], "data": tmp_path / "data"})
    build(tmp_path / "score", ["ECG5000"], score_version=2, **OPTIONS)
    with pytest.raises(ReportError, match="different score_version for fid"):
        select_stores({"A": stores["A"], "score": tmp_path / "score"})
    with pytest.raises(ReportError, match="a label each"):
        select_stores({"A": stores["A"], "": stores["B"]})


def test_against_published(stores):
    found = select_stores(stores["A"], against=["published:thesis"])
    theirs = "vqvae_barlow (slice) [thesis]"
    assert theirs in set(found.scores["method"])
    assert {"ae", "vqvae"} <= set(found.scores["method"])
    assert "not as a reproduction" in found.notes[0]
    with pytest.raises(ReportError, match="lacks 7 of 27"):
        compare(found.scores, "fid")
    with pytest.raises(ReportError, match=r"ECG5000: trained:1f2e, unknown \[thesis\]"):
        compare(found.scores, "fid", gaps="common")
    common = compare(found.scores, "fid", gaps="common", mix_judges=True)
    assert common.left_out == ("GunPoint",)
    assert common.values.loc["ECG5000", theirs] == 2.555
    table = score_table(found.scores, "fid")
    assert table.text.loc["ECG5000", theirs] == "2.555 ± 0.220"
    assert table.seeds.loc["ECG5000", theirs] == 4
    assert coverage(found.scores, found.jobs).loc[theirs, ["jobs", "fid"]].tolist() == [0, 2]
    assert theirs in leaderboard(found.scores, "common").index
    assert len(select_stores(stores["A"], against=["published:thesis"]).scores) == len(found.scores)


def test_accuracies_of_classifiers_stand_beside_a_probe(stores):
    found = select_stores(stores["A"], against=["knn=published:tsml/hc2,MR-Hydra", "published:archive/1NN-ED"])
    table = score_table(found.scores, "knn")
    assert {"HC2 [tsml]", "MR-Hydra [tsml]", "vqvae"} <= set(table.mean.columns)
    assert "1NN-ED [archive]" not in table.mean.columns
    assert score_table(found.scores, "linear_probe").mean.loc["ECG5000", "1NN-ED [archive]"] == pytest.approx(
        0.9249, abs=1e-4
    )
    assert "Its accuracies stand beside 5-NN." in found.notes[0]
    assert compare(found.scores, "knn").left_out == ()
    judged = select_stores(stores["A"], against=["fid=published:timevqvae/TimeVQVAE"])
    assert set(judged.scores.query("method == 'TimeVQVAE [timevqvae]'")["score"]) == {"fid"}
    with pytest.raises(ReportError, match=r"trained:1f2e, unknown \[timevqvae\]"):
        compare(judged.scores, "fid")
    assert compare(judged.scores, "fid", mix_judges=True).values.shape[0] == 3


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("published:nobody", "no published table 'nobody'; there are: archive, dl4tsc, thesis, timevqvae, tloss, tsml"),
        ("published:tsm", "no published table 'tsm'; near: tsml"),
        ("published:tsml/HC3", "no method of published:tsml 'HC3'; near: HC2, HC1"),
        ("fid=published:tsml", "cannot stand beside fid"),
        ("knn=published:timevqvae", "has no knn"),
    ],
)
def test_published_tables_that_cannot_be(stores, spec, said):
    with pytest.raises(ReportError, match=said):
        select_stores(stores["A"], against=[spec])


def test_against_a_csv(stores, tmp_path):
    wide, long = tmp_path / "wide.csv", tmp_path / "tidy.csv"
    values = pd.DataFrame(
        {"ROCKET": [0.9, 0.8, 0.7], "1-NN": [0.5, np.nan, 0.7]}, index=["ECG5000", "FordA", "GunPoint"]
    )
    values.rename_axis("problem").to_csv(wide)
    tidy_rows = values.rename_axis("dataset").reset_index().melt("dataset", var_name="method").assign(score="knn")
    tidy_rows.to_csv(long, index=False)
    found = select_stores(stores["A"], against=[f"knn={wide}", str(long)])
    common = compare(found.scores, "knn", gaps="common")
    assert common.left_out == ("FordA",)
    assert common.values["ROCKET [wide]"].tolist() == common.values["ROCKET [tidy]"].tolist() == [0.9, 0.7]
    assert "made elsewhere" in found.notes[0]


@pytest.mark.parametrize(
    ("text", "spec", "said"),
    [
        ("dataset,m\nA,0.5\n", "{}", "lacks the column method"),
        ("dataset,m\nA,0.5\n", "accuracy={}", "there is no score 'accuracy'"),
        ("dataset,m\nFordA,high\n", "knn={}", "'high' is no number"),
        ("dataset,m\nFordA,85.2\n", "knn={}", "85.2 of m on FordA is no value of knn, which is between 0 and 1; if it"),
        ("dataset,m\nFordA,0.5\n", "inception_score={}", "no value of inception_score, which is at least 1"),
        ("dataset\nFordA\n", "knn={}", "no column of values"),
        ("dataset,m\nNothing,0.5\n", "knn={}", "no data set in common: Nothing there, ECG5000 here"),
        ("dataset,m\nFordA,0.5\nFordA,0.6\n", "knn={}", "several rows of FordA"),
        ("dataset,method,value\nFordA,m,0.5\nFordA,m,0.6\n", "knn={}", "several rows of knn of m on FordA"),
        ("dataset,m\nFordA,90%\n", "knn={}", "'90%' is no number; give shares, not percent"),
        ('dataset,m\nFordA,"0,5"\n', "knn={}", "'0,5' is no number; write decimals with a point"),
        ("dataset,m\nFordA,0,5\n", "knn={}", "line 2 has 3 cells, and the head has 2"),
        ("dataset,m,n\nFordA,0.5\n", "knn={}", "line 2 has 2 cells, and the head has 3"),
        ("dataset,m,n\nFordA,0.5,0.6\nGunPoint,0.5,0.6,0.7\n", "knn={}", "line 3 has 4 cells"),
        ("dataset,m,m\nFordA,0.5,0.6\n", "knn={}", "2 columns called 'm'"),
        ("dataset,m,\nFordA,0.5,0.6\n", "knn={}", "column 3 has values and no name"),
        ("dataset,m,n\nFordA,0.5,\n", "knn={}", "the column 'n' has no value"),
        ("FordA,0.5\nGunPoint,0.6\n", "knn={}", "has no head"),
        ("FordA;0,5\nGunPoint;0,6\n", "knn={}", "has no head"),
        ("method,FordA,GunPoint\nm,0.5,0.6\n", "knn={}", "data sets in its columns"),
        ("dataset,m\nFordA,0.9\nGun_Point,0.5\n", "knn={}", "no data set 'Gun_Point'; did you mean GunPoint?"),
        ("dataset,m\nforda,0.9\nGunPoint,0.5\n", "knn={}", "no data set 'forda'; did you mean FordA?"),
        ("dataset,m\nGunPiont,0.9\nFordA,0.5\n", "knn={}", "did you mean GunPoint?"),
        ("dataset,error\nFordA,0.1\n", "knn={}", "'error' sounds like error rates"),
        ("dataset,method,score,value\nFordA,m,error_rate,0.1\n", "{}", "give accuracies, which are 1 - error"),
        ("dataset,m\nFordA,0.1\nGunPoint,0.2\n", "knn={}", "0.1 of m on FordA is far below guessing among its 3"),
        ("dataset,method,value\nFordA,m,0.5\n", "{}", "lacks the column score"),
        ("dataset,method,score,value,seed\nFordA,m,knn,0.5,\n", "{}", "'' is no seed; give each row a whole number"),
        ("dataset,method,score,value,seed\nFordA,m,knn,0.5,inf\n", "{}", "'inf' is no seed"),
        ("dataset,m\nFordA,inf\n", "knn={}", "inf of m on FordA is no value of knn"),
        ("dataset,m\nFordA,inf\n", "fid={}", "inf of m on FordA is no value of fid, which is at least 0"),
        ("dataset,m\nFordA,0.9 ± 0.1\n", "knn={}", "'0.9 ± 0.1' is no number; give the mean alone"),
        ("dataset,m,m_std\nFordA,0.9,0.1\n", "knn={}", "'m_std' sounds like standard deviations"),
        ("error rate,m\nFordA,0.4\n", "knn={}", "'error rate' sounds like error rates"),
        ("dataset,m\nFordA,0.9\nGunPoint,0.7\nAverage,0.8\n", "knn={}", "the row 'Average' is of all data sets"),
        ("dataset,m\nFordA,0.9\nMean rank,1.0\n", "knn={}", "the row 'Mean rank' is of all data sets"),
        ("dataset,m\nGunPoint,0.9\nGun_Point,0.5\n", "knn={}", "rows of Gun_Point and of GunPoint"),
        ("method,forda,Gun_Point\nm,0.5,0.6\n", "knn={}", "data sets in its columns"),
        ("dataset|m\nFordA|0.5\n", "knn={}", "commas, semicolons or tabs stand between them"),
        ("", "knn={}", "cannot be read as CSV"),
        (None, "knn={}", "there is no file"),
    ],
)
def test_a_csv_that_cannot_be_used(stores, tmp_path, text, spec, said):
    path = tmp_path / "file.csv"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ReportError, match=said.replace("[", r"\[").replace("]", r"\]")) as caught:
        select_stores(stores["A"], against=[spec.format(path)])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "method"),
    [
        ("dataset;m\nFordA;0,5\nGunPoint;0,75\n", "m"),
        ("dataset\tm\nFordA\t0.5\nGunPoint\t0.75\n", "m"),
        ("\ufeffdataset,m\r\nFordA,0.5\r\n\r\nGunPoint,0.75\r\n", "m"),
        ("dataset,m,\nFordA,0.5,\nGunPoint,0.75,\n", "m"),
        ("dataset,m\nFordA,0.5,\nGunPoint,0.75,\n", "m"),
        (",m\nFordA,0.5\nGunPoint,0.75\n", "m"),
        ("dataset,method\nFordA,0.5\nGunPoint,0.75\n", "method"),
        ("dataset,value\nFordA,0.5\nGunPoint,0.75\n", "value"),
        ("dataset,score\nFordA,0.5\nGunPoint,0.75\n", "score"),
        (",dataset,m\n0,FordA,0.5\n1,GunPoint,0.75\n", "m"),
        ("sep=;\ndataset;m\nFordA;0,5\nGunPoint;0,75\n", "m"),
        ("# of last year\ndataset,m\nFordA,0.5\nGunPoint,0.75\n", "m"),
        ("Dataset,Method,Value\nFordA,m,0.5\nGunPoint,m,0.75\n", "m"),
        ("dataset,m\nFordA,0.5\nGunPoint,0.75\nFordB,0.9\nGunPointAgeSpan,0.9\n", "m"),
    ],
)
def test_a_csv_as_people_export_it(stores, tmp_path, text, method):
    path = tmp_path / "theirs.csv"
    path.write_bytes(text.encode())
    found = select_stores(stores["A"], against=[f"knn={path}"])
    rows = found.scores[found.scores["method"] == f"{method} [theirs]"].set_index("dataset")["value"]
    assert rows.to_dict() == {"FordA": 0.5, "GunPoint": 0.75}
    assert ("Of its 4 data sets 2 are not here." in found.notes[0]) == ("FordB" in text)


def test_columns_called_as_those_of_a_tidy_table_are_methods_too(stores, tmp_path):
    path = tmp_path / "theirs.csv"
    path.write_text("dataset,method,score,views\nFordA,0.5,0.6,0.7\n")
    found = select_stores(stores["A"], against=[f"knn={path}"])
    rows = found.scores[found.scores["source"] == "theirs"]
    assert dict(zip(rows["method"], rows["value"], strict=True)) == {
        "method [theirs]": 0.5,
        "score [theirs]": 0.6,
        "views [theirs]": 0.7,
    }


def test_results_from_elsewhere_need_no_store(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("dataset,A,B\nGunPoint,0.9,0.8\nArrowHead,0.85,0.75\nFordA,0.7,0.9\n")
    found = select_stores({}, against=f"linear_probe={path}")
    assert compare(found.scores, "linear_probe").summary["wins"].to_dict() == {"A [mine]": 2, "B [mine]": 1}
    page = report({}, tmp_path / "site", against=[f"linear_probe={path}"])
    table = pd.read_csv(page.parent / "tables" / "linear-probe.csv", index_col=0)
    assert table.loc["FordA"].tolist() == [0.7, 0.9]
    assert check(page.parent) == []
    main = paper({}, tmp_path / "paper", against=[f"linear_probe={path}"])
    assert "0.8500" in (main.parent / "tables" / "linear-probe.tex").read_text()
    with pytest.raises(ReportError, match="name a store to report on, or results from elsewhere"):
        select_stores({})


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("method,GunPoint,FordA\nA,0.9,0.8\n", None, "data sets in its columns and methods in its rows"),
        ("dataset,A\nGunPoint,0.9\ngunpoint,0.8\n", None, "rows of gunpoint and of GunPoint, which are one"),
        ("dataset,A\nGunPoint,0.9\nMine,0.8\n", "dataset,B\nGun_Point,0.9\n", "did you mean GunPoint"),
        ("dataset,A\nMine,0.9\n", "dataset,B\nmine,0.9\n", "no data set 'mine'; did you mean Mine"),
        (b"dataset,\xe9\nGunPoint,0.9\n", None, "no text in UTF-8; export it as such"),
    ],
)
def test_results_from_elsewhere_alone_are_checked_against_each_other(tmp_path, first, second, said):
    for name, text in (("first", first), ("second", second or "dataset,B\nMine,0.5\n")):
        (tmp_path / f"{name}.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ReportError, match=said):
        select_stores({}, against=[f"knn={tmp_path}/first.csv", f"knn={tmp_path}/second.csv"])


def test_methods_without_a_codebook_stand_under_the_continuous_scores(tmp_path):
    names = ["linear_probe", "knn", "linear_probe_continuous"]
    build(tmp_path / "out", ["A", "B"], ("ae", "vqvae", "raw"), samples=False, names=names)
    found = select_stores(tmp_path / "out")
    values = found.scores.set_index(["score", "method", "dataset"])["value"].sort_index()
    for dataset in "AB":
        for plain in ("ae", "raw"):
            assert values[("linear_probe_continuous", plain, dataset)] == values[("linear_probe", plain, dataset)]
        assert values[("linear_probe_continuous", "vqvae", dataset)] != values[("linear_probe", "vqvae", dataset)]
    assert set(compare(found.scores, "linear_probe_continuous").values) == {"ae", "raw", "vqvae"}
    # Nobody has 5-NN before quantisation, so that there is no table to stand in.
    assert "knn_continuous" not in set(found.scores["score"])
    assert found.notes == ()
    assert found.notes_on("knn") == []
    assert found.notes_on("linear_probe_continuous") == found.notes_on()
    assert found.notes_on()[0].startswith("AE and Scaled series have no codebook")
    for path in (report(tmp_path / "out").parent).glob("datasets/*.html"):
        assert "AE and Scaled series have no codebook" in path.read_text(encoding="utf-8")
