"""Checking a store: every flipped bit is found, bad files are set aside, and what to run again is listed."""

import contextlib
import hashlib
import io
import os
import shutil
import subprocess

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rows import job_row, reference_row, score_row

from ucrbench.results import ResultStore, ScoreRow, StoreError, check
from ucrbench.results.processes import identity
from ucrbench.results.records import to_table

JOBS = [f"{number:04x}" for number in range(70)]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A store with parts, shards of single writes, artifacts, references and a checkpoint."""
    store = ResultStore(tmp_path_factory.mktemp("whole") / "out", create=True)
    for job in JOBS[:-2]:
        store.write_success(job_row(job), [score_row(job), score_row(job, "fid")])
    store.compact()
    store.write_references([reference_row()])
    for job in JOBS[-2:]:
        store.save_arrays(job, "latents", train=np.arange(12.0).reshape(3, 4), y_train=np.arange(3))
        store.save_curves(job, pd.DataFrame({"stage": ["a"], "step": [1], "name": ["loss"], "value": [0.5]}))
        store.save_artifact(job, "weights.pt", lambda file: file.write(b"weights"))
        store.write_success(job_row(job), [score_row(job), score_row(job, "fid")])
    store.save_checkpoint("eeee", "prior", lambda file: file.write(b"half way"))
    return store.path


@pytest.fixture
def store(whole, tmp_path):
    return ResultStore(shutil.copytree(whole, tmp_path / "out"), create=True)


def content(store):
    return {
        path.relative_to(store.path): path.read_bytes()
        for path in sorted(store.path.rglob("*"))
        if path.is_file() and path.name not in (".lock", "ucrbench.json")
    }


def test_nothing_is_wrong_with_a_whole_store(store):
    before = content(store)
    found = check(store.path)
    assert found.ok
    assert found.again == ()
    assert found.files == len(before)
    assert content(store) == before
    for folder in (store.path / "artifacts").iterdir():
        subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=folder, check=True)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_flipped_bit_in_any_file_is_found(whole, data):
    store = ResultStore(whole)
    path, before = data.draw(st.sampled_from(sorted(content(store).items())))
    place = data.draw(st.integers(0, len(before) - 1) | st.integers(max(0, len(before) - 40), len(before) - 1))
    after = bytearray(before)
    after[place] ^= 1 << data.draw(st.integers(0, 7))
    (whole / path).write_bytes(after)
    try:
        found = check(whole, mend=False)
        if path.name == "SHA256SUMS":  # the checksum, a line that is none, or an artifact that has none now
            assert not found.ok or b"  " in bytes(after)
        else:
            assert ("damaged", path.as_posix()) in {(f.kind, f.where) for f in found.findings}
        if path.suffix == ".parquet" and path.parts[0] in ("scores", "jobs"):
            with pytest.raises(StoreError, match=r"ucrbench check") as caught:
                store.scores(), store.jobs()
            assert "\n" not in str(caught.value)
            with pytest.raises(StoreError, match=r"ucrbench check"):
                store.finished()
    finally:
        (whole / path).write_bytes(before)


@pytest.mark.parametrize("table", ["scores", "jobs"])
@pytest.mark.parametrize("kept", [0.0, 0.5, 0.99])
def test_a_truncated_part_is_set_aside_and_its_jobs_are_listed(store, table, kept):
    (part,) = (store.path / table).glob("part-*")
    bad = part.read_bytes()[: int(kept * part.stat().st_size)]
    part.write_bytes(bad)
    found = check(store.path, wanted=dict.fromkeys(JOBS, ("knn", "fid")))
    assert found.again == tuple(JOBS[:-2])
    assert (store.path / "set-aside" / table / part.name).read_bytes() == bad
    assert set(store.finished()) == set(JOBS[-2:] if table == "jobs" else JOBS)
    assert check(store.path, wanted=dict.fromkeys(JOBS[-2:], ("knn",))).again == (
        () if table == "scores" else tuple(JOBS[:-2])
    )
    for job in JOBS[:-2]:
        store.write_success(job_row(job), [score_row(job), score_row(job, "fid")])
    assert check(store.path, wanted=dict.fromkeys(JOBS, ("knn", "fid"))).ok


def test_rows_that_fit_nothing_and_scores_that_lack(store):
    add = ResultStore._add
    store.write_success(job_row("aaaa"), [score_row("aaaa")])
    add(store, "scores", "bbbb", to_table(ScoreRow, [score_row("bbbb")]))
    add(store, "scores", "cccc", to_table(ScoreRow, [score_row("../../etc")]))
    found = check(store.path)
    assert {(f.kind, f.where) for f in found.findings if f.kind != "malformed"} == {
        ("missing", "aaaa"),
        ("orphan", "bbbb"),
    }
    assert [f.what for f in found.findings if f.kind == "malformed"] == ["has '../../etc' for a key"]
    assert found.again == ("aaaa", "bbbb")
    assert "../../etc" not in set(store.scores()["job"])


def test_leftovers_go(store):
    dead = subprocess.Popen(["sleep", "0"])
    host = identity().split("-")[0]
    dead.wait()
    (store.path / ".tmp").mkdir(exist_ok=True)
    gone = store.path / ".tmp" / f"{host}-{dead.pid}-1-00.tmp"
    alive = store.path / ".tmp" / f"{identity()}-00.tmp"
    for path in (gone, alive):
        path.write_bytes(b"half")
    store.save_checkpoint(JOBS[0], "prior", lambda file: file.write(b"late"))
    assert {f.where for f in check(store.path).findings} == {f".tmp/{gone.name}", f"checkpoints/{JOBS[0]}.prior"}
    assert not gone.exists()
    assert alive.exists()
    assert store.load_checkpoint(JOBS[0], "prior") is None
    assert store.load_checkpoint("eeee", "prior") == b"half way"


def test_a_folder_that_is_no_store(tmp_path):
    with pytest.raises(StoreError, match="no results"):
        check(tmp_path / "absent")
    assert not (tmp_path / "absent").exists()


@settings(max_examples=150, deadline=None)
@given(junk=st.binary(max_size=400), head=st.sampled_from([b"", b"PAR1", b"PK\x03\x04", b"\x93NUMPY\x01\x00"]))
def test_arbitrary_bytes_are_one_line(whole, junk, head):
    store, junk = ResultStore(whole), head + junk + (b"PAR1" if head == b"PAR1" else b"")
    named = f"abcd-{0:016x}-{hashlib.sha256(junk).hexdigest()[:16]}.parquet"
    for place, read in [
        ("scores/abcd.parquet", store.scores),
        (f"jobs/{named}", store.finished),
        ("artifacts/abcd/latents.npz", lambda: store.latents("abcd")),
        ("artifacts/abcd/curves.parquet", lambda: store.curves("abcd")),
        ("artifacts/real/Own.npz", lambda: store.real("Own")),
    ]:
        path = whole / place
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(junk)
        try:
            with pytest.raises(StoreError) as caught:
                read()
            assert "\n" not in str(caught.value)
        finally:
            path.unlink()


@settings(max_examples=100, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), cut=st.booleans(), kind=st.booleans())
def test_mutated_files_without_a_checksum_are_read_or_one_line(whole, place, bit, cut, kind):
    """Such as other programs write: a shard without checksum in its name, arrays without SHA256SUMS."""
    store = ResultStore(whole)
    if kind:
        source = next((whole / "scores").glob(f"{JOBS[-1]}-*"))
        path, before, read = whole / "scores" / "abcd.parquet", source.read_bytes(), store.scores
    else:
        buffer = io.BytesIO()
        np.savez_compressed(buffer, train=np.arange(12.0))
        path, before, read = whole / "artifacts/abcd/latents.npz", buffer.getvalue(), lambda: store.latents("abcd")
    path.parent.mkdir(exist_ok=True)
    after = bytearray(before)
    after[int(place * len(before))] ^= 1 << bit
    path.write_bytes(after[: int(place * len(before))] if cut else after)
    try:
        with contextlib.suppress(StoreError):
            read()
    finally:
        path.unlink()


def test_checkpoints(store):
    assert store.load_checkpoint("abcd", "prior") is None
    for state in (b"", b"one", os.urandom(10**5)):
        store.save_checkpoint("abcd", "prior", lambda file, state=state: file.write(state))
        assert store.load_checkpoint("abcd", "prior") == state
    path = store.checkpoint_path("abcd", "prior")
    path.write_bytes(path.read_bytes()[:-1])
    assert store.load_checkpoint("abcd", "prior") is None
    store.save_checkpoint("abcd", "prior", lambda file: file.write(b"one"))
    store.write_failure(job_row("abcd", "timeout"))
    assert store.load_checkpoint("abcd", "prior") == b"one"
    store.write_success(job_row("abcd"), [])
    assert not path.exists()
    with pytest.raises(StoreError, match="no key"):
        store.save_checkpoint("../x", "prior", lambda file: file.write(b""))
    with pytest.raises(StoreError, match="for reading"):
        ResultStore(store.path).save_checkpoint("abcd", "prior", lambda file: file.write(b""))


def test_a_part_of_many_jobs_is_read_by_others(store):
    (part,) = (store.path / "scores").glob("part-*")
    assert pq.read_table(part).num_rows == 2 * len(JOBS[:-2])
