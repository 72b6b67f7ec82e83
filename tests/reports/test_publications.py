"""Published files read in place of a store, and beside one."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from synthetic_store import build

from ucrbench.reports import ReportError, check, compare, reading_levels, report, score_table, select_stores
from ucrbench.results import Statement, StoreError, publish
from ucrbench.results import published as package

SETS = ["ECG5000", "FordA", "GunPoint"]
OPTIONS = {"variants": ("ae", "vqvae"), "samples": False, "names": ["knn", "fid"]}


def stated(title):
    return Statement(
        title=title, authors="A. Uthor", contact="a@example.org", code="https://example.org", licence="CC BY 4.0",
        uses_test="series",
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("published")
    build(folder / "out", SETS, failed={("FordA", "vqvae")}, **OPTIONS)
    build(folder / "theirs", [*SETS[1:], "Beef"], classifier="trained:99", **OPTIONS)
    for name, title in (("out", "Ours"), ("theirs", "Theirs")):
        publish(folder / name, folder / f"{name}.parquet", stated(title))
    return folder


@pytest.fixture
def shipped(folder, tmp_path, monkeypatch):
    """A package whose own results are the file `theirs`."""
    table = package._FOLDER / "thesis.parquet"
    monkeypatch.setattr(package, "_FOLDER", tmp_path)
    (tmp_path / table.name).write_bytes(table.read_bytes())
    return tmp_path / "quick-cpu.parquet", (folder / "theirs.parquet").read_bytes()


def same(one, other):
    pd.testing.assert_frame_equal(one.scores, other.scores)
    pd.testing.assert_frame_equal(one.references, other.references)
    private = ["error", "traceback"]
    pd.testing.assert_frame_equal(one.jobs.drop(columns=private), other.jobs.drop(columns=private))
    pd.testing.assert_frame_equal(reading_levels(one.references), reading_levels(other.references))
    assert one.rows_hash == other.rows_hash


def test_a_file_alone_is_read_as_its_store(folder, tmp_path):
    store = select_stores(folder / "out")
    file = select_stores({}, against=[str(folder / "out.parquet")])
    same(file, store)
    same(select_stores(folder / "out.parquet"), store)
    assert "[Ours]: published by A. Uthor on " in file.notes[0]
    assert "with test series without their labels in training; 5 jobs finished, 1 failed" in file.notes[0]
    with_store, alone = tmp_path / "store", tmp_path / "alone"
    report(folder / "out", with_store, gaps="common")
    report({}, alone, gaps="common", against=[str(folder / "out.parquet")])
    assert check(alone) == []
    assert ">nan<" not in (alone / "failures.html").read_text(encoding="utf-8")
    for name in ("scores", "references", "leaderboard", "generation", "fid"):
        assert (alone / f"tables/{name}.csv").read_bytes() == (with_store / f"tables/{name}.csv").read_bytes()


def test_a_file_beside_a_store_keeps_its_own_judge(folder):
    both = select_stores(folder / "out", against=[str(folder / "theirs.parquet"), "published:thesis"])
    theirs = both.scores[both.scores["method"] == "ae [Theirs]"]
    assert set(theirs["dataset"]) == {"FordA", "GunPoint"}
    assert {"ae", "vqvae", "ae [Theirs]", "vqvae [Theirs]"} < set(both.scores["method"])
    assert "Of its 3 data sets 1 are not here." in both.notes[0]
    with pytest.raises(ReportError, match=r"different judges on 1 data set .GunPoint: trained:1f2e, trained:99"):
        compare(both.scores[both.scores["source"].isna()], "fid", gaps="common")
    build(folder / "judged", SETS, **OPTIONS)
    publish(folder / "judged", folder / "judged.parquet", stated("Same judge"))
    pair = select_stores(folder / "judged", against=[str(folder / "judged.parquet")])
    ranks = compare(pair.scores, "fid").values
    assert np.array_equal(ranks["ae"], ranks["ae [Same judge]"])
    assert list(score_table(pair.scores, "fid", pair.references).real) == [""]
    levels = reading_levels(pair.references).groupby("store")[["nothing", "real"]].sum()
    assert levels.loc[""].tolist() == levels.loc["Same judge"].tolist()


def test_references_that_differ_stand_behind_their_titles(folder, tmp_path):
    store = build(tmp_path / "other", SETS, classifier="trained:99", **OPTIONS)
    rows = store.table("references").to_pandas()
    changed = rows.assign(value=rows["value"] + 1, classifier="trained:99")
    schema = store.table("references").schema
    store.write_tables({"references": pa.Table.from_pandas(changed, schema=schema, preserve_index=False)})
    publish(store.path, tmp_path / "other.parquet", stated("Other"))
    both = select_stores(folder / "out", against=[str(tmp_path / "other.parquet")])
    assert both.stores.keys() == {"", "Other"}
    real = score_table(both.scores, "fid", both.references).real
    assert list(real) == ["", " [Other]"]
    assert (real[" [Other]"] - real[""]).tolist() == [1.0, 1.0, 1.0]


def test_the_package_ships_its_own(shipped, folder):
    path, content = shipped
    with pytest.raises(ReportError, match="ships no results of its own"):
        select_stores({}, against=["published:ucrbench"])
    path.write_bytes(content)
    assert set(package.published()["source"]) == {"thesis"}
    found = select_stores(folder / "out", against=["knn=published:ucrbench/ae"]).scores
    theirs = found[found["method"].str.endswith("[Theirs]")]
    assert set(zip(theirs["variant"], theirs["score"], strict=True)) == {("ae", "knn")}
    with pytest.raises(ReportError, match="there is no method 'vae'; there are: ae, vqvae"):
        select_stores(folder / "out", against=["published:ucrbench/vae"])
    with pytest.raises(ReportError, match="the file has no cas"):
        select_stores(folder / "out", against=["cas=published:ucrbench"])
    (path.parent / "standard-cuda.parquet").write_bytes((folder / "out.parquet").read_bytes())
    same(select_stores({}, against=["published:ucrbench-standard"]), select_stores(folder / "out"))


def test_what_cannot_stand_beside_is_said(folder, tmp_path):
    file = str(folder / "theirs.parquet")
    with pytest.raises(ReportError, match="two results called 'Theirs'"):
        select_stores({"Theirs": folder / "out"}, against=[file])
    build(tmp_path / "beef", ["Beef"], **OPTIONS)
    with pytest.raises(ReportError, match="no data set in common: ECG5000 there, Beef here"):
        select_stores(tmp_path / "beef", against=[str(folder / "out.parquet")])
    with pytest.raises(ReportError, match=r"theirs\.parquet: the store holds no job of preset standard"):
        select_stores({}, "standard", against=[file])
    with pytest.raises(StoreError, match="there is no file"):
        select_stores(folder / "out", against=["nowhere.parquet"])
