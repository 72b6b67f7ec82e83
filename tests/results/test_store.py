"""The store: what goes in comes out, whole, in any order, and readable without this package."""

import itertools
import os
import tempfile
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rows import job_row, reference_row, score_row

from ucrbench.results import SCORES, JobRow, ReferenceRow, ResultStore, ScoreRow, StoreError


def shard(store, table, key):
    """The one shard of a table with this key in its name."""
    (path,) = (store.path / table).glob(f"{key}-*.parquet")
    return path


def as_rows(frame, record):
    frame = frame.astype(object).where(frame.notna(), None)
    return {record(**row) for row in frame.to_dict("records")}


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
jobs = st.text("0123456789abcdef", min_size=4, max_size=8)
score_rows = st.builds(
    score_row,
    job=jobs,
    score=st.sampled_from(list(SCORES)),
    value=st.floats(allow_nan=False),
    dataset=texts,
    higher_is_better=st.none() | st.booleans(),
    n_samples=st.none() | st.integers(-(2**63), 2**63 - 1),
    classifier=st.none() | texts,
    seed=st.integers(-(2**63), 2**63 - 1),
)


@settings(max_examples=25)
@given(rows=st.lists(score_rows, max_size=6, unique_by=lambda row: (row.job, row.score)), order=st.randoms())
def test_round_trip_in_any_order(rows, order):
    by_job = {job: [r for r in rows if r.job == job] for job in {r.job for r in rows}}
    with tempfile.TemporaryDirectory() as folder:
        frames = []
        for name in ("a", "b"):
            store = ResultStore(Path(folder) / name, create=True)
            keys = sorted(by_job)
            if name == "b":
                order.shuffle(keys)
            for job in keys:
                store.write_success(job_row(job), by_job[job])
            frames.append(store.scores().drop(columns="attempt"))
            assert as_rows(frames[-1].assign(attempt=None), ScoreRow) == set(rows)
            assert store.finished() == {job: {r.score for r in group} for job, group in by_job.items()}
        pd.testing.assert_frame_equal(*frames)


@settings(max_examples=25)
@given(batches=st.lists(st.dictionaries(st.sampled_from(list(SCORES)), st.floats(0, 1)), min_size=1, max_size=4))
def test_later_scores_join_and_replace(batches):
    with tempfile.TemporaryDirectory() as folder:
        store = ResultStore(Path(folder), create=True)
        wanted = {}
        for batch in batches:
            store.write_success(job_row(), [score_row(score=name, value=value) for name, value in batch.items()])
            wanted |= batch
        scores = store.scores()
        assert dict(zip(scores["score"], scores["value"], strict=True)) == wanted
        assert len(scores) == len(wanted)
        assert store.finished() == {"ab12": set(wanted)}


@settings(max_examples=25)
@given(attempts=st.lists(st.tuples(st.sampled_from(["ab12", "cd34"]), st.sampled_from(["ok", "failed"])), max_size=6))
def test_failures_never_finish_a_job(attempts):
    with tempfile.TemporaryDirectory() as folder:
        store = ResultStore(Path(folder), create=True)
        for job, status in attempts:
            if status == "ok":
                store.write_success(job_row(job), [score_row(job)])
            else:
                store.write_failure(job_row(job, "failed", error="no", traceback="Traceback\nno"))
        assert store.finished() == {job: {"knn"} for job, status in attempts if status == "ok"}
        assert sorted(zip(store.jobs()["job"], store.jobs()["status"], strict=True)) == sorted(attempts)


def test_round_trip_of_attempts_and_references(store):
    row = job_row(seconds_fit=1.5, peak_memory_bytes=2**40, commit="a" * 40, overrides='{"lr": 1}')
    store.write_success(row, [])
    assert as_rows(store.jobs(), JobRow) == {row}
    references = [reference_row(), reference_row(score="fcn_accuracy", value=1.0)]
    store.write_references(references)
    store.write_references([reference_row(value=0.3)])
    assert as_rows(store.references(), ReferenceRow) == {reference_row(value=0.3), references[1]}


def test_cut_off_between_scores_and_attempt_is_unfinished(store, monkeypatch):
    class Killed(BaseException):
        pass

    def killed(*_):
        raise Killed

    with monkeypatch.context() as patch:
        add = ResultStore._add
        patch.setattr(
            ResultStore, "_add", lambda self, name, *rest: killed() if name == "jobs" else add(self, name, *rest)
        )
        with pytest.raises(Killed):
            store.write_success(job_row(), [score_row()])
    assert len(store.scores()) == 1
    assert store.finished() == {}
    store.write_success(job_row(), [score_row(value=0.7)])
    assert store.finished() == {"ab12": {"knn"}}
    assert store.scores()["value"].tolist() == [0.7]


def test_cut_off_within_a_write_leaves_nothing_to_see(store, monkeypatch):
    store.write_success(job_row(), [score_row()])

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        store.write_success(job_row("cd34"), [score_row("cd34")])
    assert len(pd.read_parquet(store.path / "scores")) == 1
    assert list((store.path / ".tmp").iterdir()) == []


def test_read_without_our_code(store):
    store.write_success(job_row(), [score_row(), score_row(score="fid", n_samples=256, higher_is_better=False)])
    store.write_success(job_row("cd34", seed=1), [score_row("cd34", seed=1)])
    frame = pd.read_parquet(store.path / "scores")
    assert frame.groupby("score").size().to_dict() == {"knn": 2, "fid": 1}
    assert len(pd.read_parquet(store.path / "jobs")) == 2
    found = duckdb.sql(
        f"select score, count(*), max(n_samples) from '{store.path}/scores/*.parquet' group by 1 order by 1"
    )
    assert found.fetchall() == [("fid", 1, 256), ("knn", 2, None)]
    kinds = duckdb.sql(f"select distinct typeof(finished_at) from '{store.path}/jobs/*.parquet'")
    assert kinds.fetchall() == [("TIMESTAMP WITH TIME ZONE",)]


def test_columns_of_nothing_but_nulls_keep_their_type(store):
    store.write_success(job_row(), [score_row(higher_is_better=None)])
    schema = pq.read_schema(shard(store, "scores", "ab12"))
    assert [str(schema.field(name).type) for name in ("n_samples", "classifier", "higher_is_better")] == [
        "int64",
        "string",
        "bool",
    ]


def test_empty_store_gives_empty_typed_frames(store):
    empty = store.scores(), store.jobs(), store.references()
    assert [len(frame) for frame in empty] == [0, 0, 0]
    assert not store.path.exists()
    assert store.finished() == {}
    store.write_success(job_row(), [score_row()])
    store.write_references([reference_row()])
    for before, after in zip(empty, (store.scores(), store.jobs(), store.references()), strict=True):
        assert before.dtypes.to_dict() == after.dtypes.to_dict()


def test_folders_that_are_no_store(tmp_path):
    (tmp_path / "file").write_text("x")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.tex").write_text("x")
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "ucrbench.json").write_text('{"format": 99}')
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "ucrbench.json").write_text("[")
    for name, create, words in [
        ("absent", False, "no results"),
        ("file", True, "is a file"),
        ("other", True, "holds something else"),
        ("other", False, "holds something else"),
        ("new", True, "layout 99"),
        ("broken", True, "cannot be read"),
    ]:
        with pytest.raises(StoreError, match=words) as caught:
            ResultStore(tmp_path / name, create=create)
        assert "\n" not in str(caught.value)


def test_folder_left_by_a_run_cut_off_at_its_start(tmp_path):
    (tmp_path / ".tmp").mkdir()
    ResultStore(tmp_path, create=True).prepare()
    assert ResultStore(tmp_path).finished() == {}


def test_unwritable_place_is_one_line(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError) as caught:
        ResultStore(tmp_path / "file" / "out", create=True).prepare()
    assert "\n" not in str(caught.value)
    with pytest.raises(StoreError, match="cannot write"):
        ResultStore("/proc/out", create=True).prepare()


def test_a_store_opened_for_reading_is_not_written(store):
    store.prepare()
    with pytest.raises(StoreError, match="for reading"):
        ResultStore(store.path).write_failure(job_row(status="failed"))


def test_rows_that_do_not_fit(store):
    for write in [
        lambda: store.write_success(job_row(status="failed"), []),
        lambda: store.write_failure(job_row()),
        lambda: store.write_success(job_row(), [score_row("cd34")]),
        lambda: store.write_success(job_row(), [score_row(), score_row()]),
        lambda: store.write_success(job_row(), [score_row(value="high")]),
        lambda: store.write_success(job_row(), [score_row(seed=1.5)]),
        lambda: store.write_success(job_row(), [score_row(dataset=None)]),
        lambda: store.write_success(job_row("../x"), []),
        lambda: store.write_failure(job_row(status="failed", attempt="../x")),
        lambda: store.write_references([score_row()]),
        lambda: store.artifact_path("ab12", "../x"),
        lambda: store.save_arrays("ab12", "samples", names=np.array(["a", None])),
    ]:
        with pytest.raises(StoreError) as caught:
            write()
        assert "\n" not in str(caught.value)
    assert not store.path.exists()


def test_artifacts(store):
    assert store.samples("ab12") is store.latents("ab12") is store.curves("ab12") is store.real("GunPoint") is None
    series = np.random.default_rng(0).normal(size=(4, 10)).astype("float32")
    store.save_arrays("ab12", "samples", unconditional=series, conditional=series[:2])
    store.save_arrays("ab12", "latents", train=series, y_train=np.arange(4))
    found = store.samples("ab12")
    np.testing.assert_array_equal(found["unconditional"], series)
    assert found["unconditional"].dtype == np.float32
    np.testing.assert_array_equal(store.latents("ab12")["y_train"], np.arange(4))

    curves = pd.DataFrame({"stage": ["prior"], "step": [10], "name": ["loss"], "value": [0.5]})
    store.save_curves("ab12", curves)
    assert store.curves("ab12").to_dict("list") == curves.to_dict("list")
    with pytest.raises(StoreError, match="lack the column value"):
        store.save_curves("ab12", curves.drop(columns="value"))

    for name in ("GunPoint", "../../<script>", "😀" * 80):
        store.save_real(name, series, np.arange(4))
        np.testing.assert_array_equal(store.real(name)[0], series)
    assert len(list((store.path / "artifacts" / "real").glob("*.npz"))) == 3

    store.artifact_path("ab12", "samples.npz").write_bytes(b"PK")
    with pytest.raises(StoreError, match=r"samples\.npz cannot be read"):
        store.samples("ab12")
    store.save_artifact("ab12", "weights.pt", lambda file: file.write(b"w"))
    assert store.artifact_path("ab12", "weights.pt").read_bytes() == b"w"


def test_older_shards_lack_columns(store):
    store.write_success(job_row(), [score_row(classifier="trained:1")])
    table = pq.read_table(shard(store, "scores", "ab12"))
    job = table.column_names.index("job")
    table = table.set_column(job, "job", [["cd34"]]).drop_columns(["classifier", "attempt"])
    pq.write_table(table, store.path / "scores" / "cd34.parquet")
    assert store.scores()["classifier"].isna().tolist() == [False, True]
    assert store.scores()["attempt"].isna().tolist() == [False, True]


def test_names_and_directions():
    assert not SCORES["fid"].higher_is_better
    assert SCORES["inception_score_std"].higher_is_better is None
    for first, second in itertools.pairwise(s.title for s in SCORES.values()):
        assert first != second
