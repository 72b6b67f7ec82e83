"""Publishing a result folder as one file, and the refusal of one that was altered or is incomplete."""

import dataclasses
import getpass
import json
import socket
import uuid
from datetime import timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rows import NOW, job_row, reference_row, score_row

from ucrbench.results import Publication, ResultStore, Statement, StoreError, open_results, publish
from ucrbench.results.packing import rows_hash
from ucrbench.results.publication import KEY

STATED = Statement(
    title="Ours", authors="A. Uthor", contact="a@example.org", code="https://example.org/code", licence="CC BY 4.0",
    uses_test="none",
)  # fmt: skip
TRACE = 'Traceback\n  File "/home/somebody/secret/run.py", line 3'


@pytest.fixture
def store(tmp_path):
    store = ResultStore(tmp_path / "out", create=True)
    for number, job in enumerate(("ab12", "ab13", "ab14")):
        for name in ("fid", "knn"):
            store.write_success(job_row(job, seed=number, n_classes=2), [score_row(job, name, number / 3, seed=number)])
    store.write_failure(job_row("cd00", "timeout", dataset="Beef", error=f"{TRACE} on {socket.gethostname()}"))
    store.write_failure(job_row("cd00", "failed", dataset="Beef", traceback=TRACE, finished_at=NOW + timedelta(1)))
    store.write_references([reference_row(), reference_row(score="fcn_accuracy", value=0.9)])
    return store


def same(path, store):
    published = Publication(path)
    pd.testing.assert_frame_equal(published.scores(), store.scores())
    pd.testing.assert_frame_equal(published.references(), store.references())
    private = ["error", "traceback"]
    pd.testing.assert_frame_equal(published.jobs().drop(columns=private), store.jobs().drop(columns=private))
    assert published.jobs()[private].isna().all(axis=None)
    return published


def test_a_part_is_published(store, tmp_path):
    store.write_success(job_row("ee00", variant="vae"), [score_row("ee00", "fid", 2.0, variant="vae")])
    store.write_references([dataclasses.replace(reference_row(), dataset="Beef")])
    one = publish(store.path, tmp_path / "one.parquet", STATED, variants=["vae"])
    assert set(one.scores()["job"]) == set(one.jobs()["job"]) == {"ee00"}
    other = publish(store.path, tmp_path / "other.parquet", STATED, datasets=["GunPoint"])
    assert set(store.jobs()["dataset"]) - set(other.jobs()["dataset"]) == {"Beef"}
    assert set(other.references()["dataset"]) == {"GunPoint"}
    assert Publication(tmp_path / "other.parquet").about["facts"]["failed"] == {}
    with pytest.raises(StoreError, match="no finished job"):
        publish(store.path, tmp_path / "none.parquet", STATED, datasets=["Beef"])


_NUMBER = st.floats(allow_nan=True, allow_infinity=True)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(_NUMBER, _NUMBER, st.none() | st.integers(0, 9), st.text(st.characters(codec="utf-8"), max_size=5)),
        min_size=1,
        max_size=6,
    )
)
def test_what_is_read_is_what_the_folder_holds(tmp_path_factory, values):
    folder = tmp_path_factory.mktemp("any")
    store = ResultStore(folder / "out", create=True)
    for seed, (knn, fid, n, text) in enumerate(values):
        rows = [
            score_row(f"ab{seed:02}", "knn", knn, seed=seed, higher_is_better=None),
            score_row(f"ab{seed:02}", "fid", fid, seed=seed, n_samples=n, classifier=text),
        ]
        store.write_success(job_row(f"ab{seed:02}", seed=seed, n_parameters=n, seconds_fit=knn), rows)
        store.write_references([reference_row(f"0f{seed:02}", value=fid)])
    published = same(publish(store.path, folder / "any.parquet", STATED).path, store)
    whole = pq.ParquetFile(published.path).read()
    shuffled = whole.take(np.random.default_rng(len(values)).permutation(whole.num_rows))
    assert rows_hash(shuffled.select(whole.column_names[::-1])) == rows_hash(whole) == published.about["rows_sha256"]


def test_a_file_tells_what_is_in_it_and_nothing_of_the_machine(store, tmp_path):
    published = same(publish(store.path, tmp_path / "ours.parquet", STATED).path, store)
    about = published.about["facts"]
    assert (about["finished"], about["failed"], about["scores"], about["datasets"]) == (3, {"failed": 1}, 6, 2)
    assert published.statement == STATED
    content = b"".join(
        json.dumps(row, default=str).encode() for row in pq.ParquetFile(published.path).read().to_pylist()
    )
    for text in (published.path.read_bytes(), content):
        for private in ("/home/", "secret", "Traceback", str(tmp_path), socket.gethostname(), f"/{getpass.getuser()}/"):
            # In compressed bytes two or three letters in a row, as short hosts have, are chance.
            assert private.encode() not in text or (len(private) < 6 and text is not content), private
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["ours.parquet"]
    whole = [pq.ParquetFile(publish(store.path, tmp_path / f"{n}.parquet", STATED).path).read() for n in (1, 2)]
    assert whole[0].equals(whole[1])
    assert isinstance(open_results(published.path), Publication)
    assert isinstance(open_results(store.path), ResultStore)


def test_scores_of_a_job_that_was_cut_off_are_left_out(store, tmp_path):
    cut = store.table("scores").slice(0, 1)
    cut = cut.set_column(cut.column_names.index("job"), cut.schema.field("job"), pa.array(["ee11"]))
    store.write_tables({"scores": cut})
    assert "ee11" in set(store.scores()["job"])
    assert "ee11" not in set(publish(store.path, tmp_path / "a.parquet", STATED).scores()["job"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows, about: rows.update(rows[["value"]] * (1 + 1e-15)), "not those that were"),
        (lambda rows, about: rows.drop(index=0, inplace=True), "not those that were"),
        (lambda rows, about: about["facts"].update(failed={}), "tells other jobs"),
        (lambda rows, about: about.pop("uses_test"), "the statement lacks uses_test"),
        (lambda rows, about: about.update(authors=" "), "the statement lacks authors"),
        (lambda rows, about: about.update(uses_test="maybe"), "there are none, series, labels"),
        (lambda rows, about: about.update(format=1), "format 1, this version reads 2; publish it anew"),
    ],
)
def test_an_altered_or_incomplete_file_is_refused(store, tmp_path, change, message):
    path = publish(store.path, tmp_path / "ours.parquet", STATED).path
    table = pq.ParquetFile(path).read()
    rows, about = table.to_pandas(types_mapper=pd.ArrowDtype), json.loads(table.schema.metadata[KEY])
    change(rows, about)
    schema = table.schema.with_metadata({KEY: json.dumps(about).encode()})
    pq.write_table(pa.Table.from_pandas(rows, schema=schema, preserve_index=False), path)
    with pytest.raises(StoreError, match=message) as refused:
        Publication(path).scores()
    assert "\n" not in str(refused.value)


def test_jobs_that_lack_scores_are_neither_published_nor_read(store, tmp_path):
    path = publish(store.path, tmp_path / "ours.parquet", STATED).path
    table = pq.ParquetFile(path).read()
    fewer = table.filter(pa.array([row["value"] != 1 / 3 or row["score"] != "fid" for row in table.to_pylist()]))
    about = json.loads(table.schema.metadata[KEY])
    about["facts"]["scores"] -= 1
    about["rows_sha256"] = rows_hash(fewer)
    pq.write_table(fewer.replace_schema_metadata({KEY: json.dumps(about).encode()}), path)
    with pytest.raises(StoreError, match="1 finished job lacks scores, such as ae on GunPoint, seed 1: fid"):
        Publication(path).jobs()
    store.write_success(job_row("ab15", seed=3), [score_row("ab15", "fid", 0.1, seed=3)])
    with pytest.raises(StoreError, match="ae on GunPoint, seed 3: knn; run them again"):
        publish(store.path, path, STATED)


def test_what_is_no_published_file_is_said(store, tmp_path):
    pq.write_table(pa.table({"a": [1]}), tmp_path / "other.parquet")
    (tmp_path / "text.parquet").write_text("none")
    for name, message in {"other": "no published file", "text": "cannot be read", "nix": "there is no file"}.items():
        with pytest.raises(StoreError, match=message):
            open_results(tmp_path / f"{name}.parquet")
    with pytest.raises(StoreError, match=r"ends in .parquet; write ours\.parquet"):
        publish(store.path, tmp_path / "ours.csv", STATED)
    ResultStore(tmp_path / "empty", create=True).write_failure(job_row("ab12", "failed"))
    with pytest.raises(StoreError, match="no finished job"):
        publish(tmp_path / "empty", tmp_path / "e.parquet", STATED)


def test_nine_hundred_jobs_fit_in_five_megabytes(tmp_path):
    store = ResultStore(tmp_path / "out", create=True)
    rng = np.random.default_rng(0)
    attempts = []
    for number in range(900):
        job, same = uuid.uuid4().hex[:20], {"dataset": f"Set{number % 128}", "variant": f"v{number // 128}"}
        rows = [score_row(job, f"score{n}", rng.normal(), **same) for n in range(14)]
        attempts.append((job_row(job, **same, config=json.dumps({"settings": "x" * 1000})), rows))
    store.write_attempts(attempts)
    assert publish(store.path, tmp_path / "all.parquet", STATED).path.stat().st_size < 5e6
