"""A report of some data sets, variants and scores alone, from Python and from the command line."""

import json

import pandas as pd
import pytest
from synthetic_store import build

from ucrbench.reports import Reading, ReportError, check, compare, report, select_stores
from ucrbench.results import ResultStore, Statement, publish

DATASETS = ["ECG200", "ECG5000", "GunPoint", "Own1"]
NAMES = ["knn", "knn_continuous", "fid"]


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("narrow") / "out"
    build(folder, DATASETS, ("ae", "vae", "vqvae"), samples=False, failed=[("Own1", "vae")], names=NAMES)
    return folder


def test_the_statistics_are_those_of_the_rows_that_are_left(out):
    reading = Reading(datasets=("ECG200", "GunPoint"), variants=("ae", "vqvae"), scores=("knn_continuous",))
    found = select_stores(out, reading=reading)
    assert found.datasets == ["ECG200", "GunPoint"]
    assert set(found.scores["score"]) == {"knn_continuous"}  # AE's is its plain one, by then
    rows = ResultStore(out).scores()
    rows = rows[rows["dataset"].isin(found.datasets) & rows["variant"].isin(("ae", "vqvae"))]
    wanted = compare(rows[(rows["score"] == "knn")], "knn").values
    pd.testing.assert_series_equal(compare(found.scores, "knn_continuous").values["ae"], wanted["ae"])
    assert set(found.references["dataset"]) == {"ECG200", "GunPoint"}
    assert "Of the results 2 of 4 data sets and 2 of 3 variants are shown." in found.notes
    assert found.rows_hash != select_stores(out).rows_hash
    assert select_stores(out, reading=Reading(datasets=tuple(DATASETS))).notes == ()


def test_check_knows_what_was_left_out(out, tmp_path):
    site = report(out, tmp_path / "site", reading=Reading(datasets=("GunPoint",), scores=("fid", "knn"))).parent
    assert check(site) == []
    assert [path.name for path in (site / "datasets").glob("*.html")] == ["GunPoint.html"]
    manifest = json.loads((site / "lineage.json").read_text(encoding="utf-8"))
    assert manifest["chosen"] == {"datasets": ["GunPoint"], "variants": None, "scores": ["fid", "knn"]}


def test_what_one_store_lacks_another_may_have(out, tmp_path):
    build(tmp_path / "other", ["Wine"], ("raw",), samples=False, names=["knn"])
    stores = {"a": out, "b": tmp_path / "other"}
    found = select_stores(stores, reading=Reading(variants=("raw", "ae"), datasets=("Wine", "Own1")))
    assert sorted(found.scores["method"].unique()) == ["ae [a]", "raw [b]"]
    assert list(select_stores(stores, reading=Reading(variants=("raw",))).stores) == ["b"]
    with pytest.raises(ReportError, match="no job of vae on Own1 has finished"):
        select_stores(stores, reading=Reading(variants=("vae",), datasets=("Own1",)))


def test_results_from_elsewhere_come_as_they_are_asked_for(out, tmp_path):
    (tmp_path / "theirs.csv").write_text("dataset,flow\nECG200,0.5\nGunPoint,0.75\n", encoding="utf-8")
    spec = f"knn={tmp_path / 'theirs.csv'}"
    reading = Reading(variants=("ae",), datasets=("GunPoint",))
    found = select_stores(out, against=spec, reading=reading)
    assert sorted(found.scores[found.scores["score"] == "knn"]["method"]) == ["ae", "flow [theirs]"]
    alone = select_stores({}, against=spec, reading=Reading(datasets=("ECG200",)))
    assert alone.scores["value"].tolist() == [0.5]


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("vqvae",), ["vqvae"]),
        (("vqvae[*]",), ["vqvae[codebook.codes=16]", "vqvae[codebook.codes=8]"]),
        (("vqvae[codebook.codes=8]", "ae"), ["ae[training.lr=0.1]", "vqvae[codebook.codes=8]"]),
        (("vq*", "m:C"), ["m:C(dim=2)", "vqvae", "vqvae[codebook.codes=16]", "vqvae[codebook.codes=8]"]),
    ],
)
def test_a_variant_is_meant_by_its_name_its_base_or_a_pattern(tmp_path, names, found):
    there = ("ae[training.lr=0.1]", "vqvae", "vqvae[codebook.codes=8]", "vqvae[codebook.codes=16]", "m:C(dim=2)")
    build(tmp_path, ["GunPoint"], there, samples=False, names=["knn", "knn_continuous"])
    selection = select_stores(tmp_path, reading=Reading(variants=names))
    assert sorted(selection.jobs["variant"].unique()) == found
    continuous = selection.scores[selection.scores["score"] == "knn_continuous"]
    assert ("ae[training.lr=0.1]" in set(continuous["method"])) == ("ae" in names)  # AE's is its plain one
    with pytest.raises(ReportError, match=r"there is no variant 'vqvae_\*' in these results"):
        select_stores(tmp_path, reading=Reading(variants=("vqvae_*",)))


def test_main_means_the_main_variants_with_settings_too(call, tmp_path):
    build(tmp_path / "out", ["GunPoint"], ("ae[training.lr=0.1]", "vqvae", "raw"), samples=False, names=["knn"])
    status, said, _ = call("table", tmp_path / "out", "--score", "knn", "-v", "main", "--to", tmp_path)
    assert status == 0
    assert list(pd.read_csv(said.strip(), index_col=0)) == ["AE (lr 0.1)", "VQVAE"]


def test_names_between_commas_or_spaces_and_terms(call, out, tmp_path):
    site = tmp_path / "site"
    status, *_ = call("report", out, "--to", site, "-d", "ECG*", "-d", "Own1", "-v", "main", "--scores", "knn fid")
    assert status == 0
    scores = pd.read_csv(site / "tables/scores.csv")
    assert set(scores["dataset"]) == {"ECG200", "ECG5000", "Own1"}
    assert set(scores["score"]) == {"knn", "fid"}
    status, said, _ = call("table", out, "--score", "knn", "-v", "vqvae ae", "-d", "type:ECG", "--to", tmp_path)
    table = pd.read_csv(said.strip(), index_col=0)
    assert (list(table.columns), list(table.index)) == (["AE", "VQVAE"], ["ECG200", "ECG5000", "mean rank"])


def test_terms_select_from_published_files_too(call, out, tmp_path):
    statement = Statement(
        title="Ours", authors="A. Uthor", contact="a@example.org", code="https://example.org", licence="CC BY 4.0",
        uses_test="none",
    )  # fmt: skip
    file = publish(out, tmp_path / "ours.parquet", statement).path
    status, said, _ = call("table", file, "--score", "knn", "-d", "type:ECG", "-v", "main", "--to", tmp_path)
    assert status == 0
    assert list(pd.read_csv(said.strip(), index_col=0).index) == ["ECG200", "ECG5000", "mean rank"]
    status, _, error = call("report", "--against", file, "--to", tmp_path / "site", "-d", "type:ECG")
    assert (status, error.count("\n"), "write plain names" in error) == (2, 1, True), error
    assert call("report", "--against", file, "--to", tmp_path / "site", "-d", "ECG200", "--scores", "knn")[0] == 0
    assert set(pd.read_csv(tmp_path / "site/tables/scores.csv")["dataset"]) == {"ECG200"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("-v", "vqvea"), "there is no variant 'vqvea' in these results; did you mean vqvae"),
        (("-d", "gunpoint"), "there is no data set 'gunpoint' in these results; did you mean GunPoint?"),
        (("--scores", "knn,fidd"), "there is no score 'fidd' in these results; did you mean fid?"),
        (("-d", "xyz"), "there is no data set 'xyz' in these results; there are: ECG200, ECG5000, GunPoint, Own1"),
        (("-d", "Sony*"), "Sony*: the results have nothing of it; they have ECG200, ECG5000, GunPoint, Own1"),
        (("-d", "type:EC"), "did you mean ECG?"),
        (("--columns", "2"), "--columns are those of a paper; name its folder with --paper"),
        (("--rename", "ae=A", "--rename", "ae=B"), "--rename 'ae=B': ae is called 'A' already; give it one name"),
        (("-v", " , "), "--variants names nothing; leave it out for all"),
    ],
)
def test_wrong_names_are_told_in_a_line(call, out, tmp_path, given, said):
    status, _, error = call("report", out, "--to", tmp_path / "site", *given)
    assert (status, error.count("\n"), said in error) == (2, 1, True), error
    assert not (tmp_path / "site").exists()
