"""Lineage: every file knows its rows, and is stale once they change."""

import json
import shutil

import pyarrow as pa
import pytest
from PIL import Image
from synthetic_store import build

from ucrbench.reports import Lineage, ReportError, Source, check, compare, critical_difference, select, select_stores
from ucrbench.reports.draw.files import save
from ucrbench.results import ResultStore

FILES = {
    "all.csv": Source(),
    "knn.csv": Source(scores=("knn",)),
    "A.csv": Source(("scores", "jobs"), datasets=("A",)),
    "ae.csv": Source(("jobs",), methods=("ae",)),
    "references.csv": Source(("references",), datasets=("B",)),
}


def stamped(store, folder, **options):
    lineage = Lineage(select_stores(store, **options))
    folder.mkdir()
    for name, source in FILES.items():
        (folder / name).write_text("x\n")
        assert lineage.record(name, source) == lineage.rows(source)
    lineage.write(folder)
    return folder


@pytest.fixture
def made(tmp_path):
    build(tmp_path / "out", ["A", "B"], variants=("ae", "vae"), samples=False, names=["knn", "fid"])
    return stamped(tmp_path / "out", tmp_path / "report")


def change(path, dataset, score):
    """A score of the first method on a data set comes out a hair otherwise."""
    store = ResultStore(path, create=True)
    table = store.table("scores").to_pandas()
    row = table[(table["dataset"] == dataset) & (table["score"] == score)].iloc[:1]
    changed = row.assign(value=row["value"] + 1e-13)
    store.write_tables({"scores": pa.Table.from_pandas(changed, store.table("scores").schema, preserve_index=False)})


def test_nothing_is_stale_at_first(made):
    assert check(made) == []


def test_what_hangs_on_changed_rows_is_stale(made, tmp_path):
    change(tmp_path / "out", "B", "fid")
    assert [stale.path for stale in check(made)] == ["all.csv"]
    change(tmp_path / "out", "A", "knn")
    assert [stale.path for stale in check(made)] == ["A.csv", "all.csv", "knn.csv"]
    assert {stale.why for stale in check(made)} == {"its rows have changed"}


def test_another_attempt_and_another_job_make_stale(made, tmp_path):
    build(tmp_path / "out", ["A"], variants=("ae",), samples=False, names=["knn", "fid"])
    assert {stale.path for stale in check(made)} >= {"A.csv", "ae.csv"}
    assert "knn.csv" not in {stale.path for stale in check(made)}
    build(tmp_path / "out", ["C"], variants=("ae", "vae"), samples=False, names=["knn", "fid"])
    assert {stale.path for stale in check(made)} == {"A.csv", "ae.csv", "all.csv", "knn.csv"}


def test_changed_by_hand_or_gone(made):
    (made / "knn.csv").write_text("better\n")
    (made / "A.csv").unlink()
    assert [(stale.path, stale.why) for stale in check(made)] == [
        ("A.csv", "the file is gone"),
        ("knn.csv", "the file has been changed since it was made"),
    ]


def test_stores_may_have_moved(made, tmp_path):
    shutil.move(tmp_path / "out", tmp_path / "elsewhere")
    assert check(made, {"": tmp_path / "elsewhere"}) == []
    assert str(tmp_path) not in (made / "lineage.json").read_text()


def test_several_stores_and_others(tmp_path, monkeypatch):
    stores = {}
    for label in "XY":
        build(tmp_path / label, ["A", "B"], variants=("ae", "vae"), samples=False, names=["knn", "fid"])
        stores[label] = tmp_path / label
    csv = tmp_path / "theirs.csv"
    csv.write_text("dataset,ROCKET\nA,0.9\nB,0.8\n")
    monkeypatch.chdir(tmp_path)
    folder = stamped(stores, tmp_path / "report", against="knn=theirs.csv")
    monkeypatch.chdir("/")
    assert check(folder) == []
    assert str(tmp_path) not in (folder / "lineage.json").read_text()
    csv.write_text("dataset,ROCKET\nA,0.9\nB,0.7\n")
    assert [stale.path for stale in check(folder)] == ["all.csv", "knn.csv"]


def test_manifest_that_cannot_be_used(tmp_path, made):
    with pytest.raises(ReportError, match=r"has no lineage\.json"):
        check(tmp_path)
    (made / "lineage.json").write_text(json.dumps({"format": 99}))
    with pytest.raises(ReportError, match="another layout"):
        check(made)
    (made / "lineage.json").write_text("{")
    with pytest.raises(ReportError, match="cannot be read"):
        check(made)


def test_figures_carry_the_hash_of_their_rows(tmp_path):
    store = build(tmp_path / "out", list("ABCDEF"), samples=False, names=["knn"])
    selection = select(store)
    rows = Lineage(selection).rows(Source(scores=("knn",)))
    save(critical_difference(compare(selection.scores, "knn")), tmp_path / "cd", rows, png=True)
    assert rows in (tmp_path / "cd.svg").read_text()
    assert rows.encode() in (tmp_path / "cd.pdf").read_bytes()
    with Image.open(tmp_path / "cd.png") as image:
        assert rows in image.text["Description"]
