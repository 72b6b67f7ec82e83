"""Joining stores."""

import itertools
import uuid
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from rows import job_row, score_row

from ucrbench.results import JobRow, ResultStore, ScoreRow, StoreError, merge, versions

NOW = datetime(2024, 5, 1, 12, 30, tzinfo=UTC)


def add(store: ResultStore, job: str, value: float, hours: float = 0, status: str = "ok", protocol: int = 1) -> None:
    shared = {"dataset": "GunPoint", "variant": "ae", "views": "none", "preset": "smoke", "seed": 0, "device": "cpu"}
    when = NOW + timedelta(hours=hours)
    attempt = JobRow(
        **shared, job=job, attempt=uuid.uuid4().hex, status=status, started_at=when, finished_at=when,
        protocol_version=protocol, **versions(),
    )  # fmt: skip
    if status != "ok":
        store.write_failure(attempt)
        return
    score = ScoreRow(
        **shared, job=job, score="knn", value=value, higher_is_better=True, score_version=1,
        protocol_version=protocol, data_hash="d0", treatment="none", archive="2018",
    )  # fmt: skip
    store.save_arrays(job, "latents", train=np.full((1, 1), value))
    store.write_success(attempt, [score])


@pytest.fixture
def stores(tmp_path):
    made = [ResultStore(tmp_path / name, create=True) for name in ("a", "b", "c")]
    a, b, c = made
    add(a, "aaaa", 0.1)
    add(a, "bbbb", 0.2, hours=5)
    add(b, "bbbb", 0.3, hours=9)
    add(b, "cccc", 0.4, status="failed")
    add(c, "cccc", 0.5, hours=1)
    add(c, "bbbb", 0.6, hours=7)
    return [store.path for store in made]


def tables(path) -> tuple[pd.DataFrame, pd.DataFrame]:
    store = ResultStore(path)
    return store.scores(), store.jobs()


def test_newest_success_counts_and_every_attempt_is_kept(stores, tmp_path):
    assert merge(stores, tmp_path / "all") == 3
    scores, jobs = tables(tmp_path / "all")
    assert dict(zip(scores["job"], scores["value"], strict=True)) == {"aaaa": 0.1, "bbbb": 0.3, "cccc": 0.5}
    assert len(jobs) == 6
    store = ResultStore(tmp_path / "all")
    assert {job: store.latents(job)["train"].item() for job in scores["job"]} == {
        "aaaa": 0.1, "bbbb": 0.3, "cccc": 0.5,
    }  # fmt: skip


def test_order_and_repetition_change_nothing(stores, tmp_path):
    merge(stores, tmp_path / "first")
    expected = tables(tmp_path / "first")
    for number, order in enumerate(itertools.permutations(stores)):
        out = tmp_path / f"m{number}"
        merge(order[:1], out)
        merge(order, out)
        merge(order, out)
        for one, other in zip(tables(out), expected, strict=True):
            pd.testing.assert_frame_equal(one, other)


def test_versions_do_not_mix(stores, tmp_path):
    add(ResultStore(tmp_path / "new", create=True), "dddd", 0.5, protocol=2)
    with pytest.raises(StoreError, match="protocol versions"):
        merge([*stores, tmp_path / "new"], tmp_path / "all")
    assert not (tmp_path / "all").exists()


def test_the_target_among_the_sources_changes_nothing(stores, tmp_path):
    merge(stores, tmp_path / "all")
    expected = tables(tmp_path / "all")
    files = sorted(path for path in (tmp_path / "all").rglob("*.parquet"))
    assert merge([tmp_path / "all"], tmp_path / "all") == merge([*stores, tmp_path / "all"], tmp_path / "all") == 3
    for one, other in zip(tables(tmp_path / "all"), expected, strict=True):
        pd.testing.assert_frame_equal(one, other)
    assert sorted(path for path in (tmp_path / "all").rglob("*.parquet")) == files


def test_sources_are_not_touched(stores, tmp_path):
    before = {p: p.stat().st_mtime_ns for s in stores for p in s.rglob("*")}
    merge(stores, tmp_path / "all")
    assert before == {p: p.stat().st_mtime_ns for s in stores for p in s.rglob("*")}


def test_versions_mix_where_that_is_told(stores, tmp_path):
    add(ResultStore(tmp_path / "new", create=True), "dddd", 0.5, protocol=2)
    assert merge([*stores, tmp_path / "new"], tmp_path / "all", mix_versions=True) == 4
    assert set(ResultStore(tmp_path / "all").scores()["protocol_version"]) == {1, 2}


@pytest.mark.parametrize(("changes", "words"), [
    ({"archive": "2025"}, "different versions of the archive"),
    ({"score_version": 2}, "different versions of knn"),
])  # fmt: skip
def test_other_archives_and_scores_do_not_mix(stores, tmp_path, changes, words):
    store = ResultStore(tmp_path / "new", create=True)
    store.write_success(job_row("dddd"), [score_row("dddd", **changes)])
    with pytest.raises(StoreError, match=words) as caught:
        merge([*stores, store.path], tmp_path / "all")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "all").exists()


@pytest.mark.parametrize("place", ["scores", "jobs", "artifacts/bbbb"])
def test_a_damaged_source_is_refused_before_anything_is_written(stores, tmp_path, place):
    path = next(path for path in sorted((stores[1] / place).iterdir()) if path.suffix in (".parquet", ".npz"))
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(StoreError, match=f"{path.name} cannot be read.*ucrbench check"):
        merge(stores, tmp_path / "all")
    assert not (tmp_path / "all").exists()


def test_a_score_that_only_an_older_success_has_stays(tmp_path):
    stores = [ResultStore(tmp_path / name, create=True) for name in ("a", "b")]
    later = NOW + timedelta(hours=1)
    stores[0].write_success(job_row("aaaa", finished_at=NOW), [score_row("aaaa", "fid", 1.0), score_row("aaaa")])
    stores[1].write_success(job_row("aaaa", finished_at=later), [score_row("aaaa", value=0.9)])
    for number, order in enumerate(itertools.permutations(store.path for store in stores)):
        merge(order, tmp_path / f"{number}")
        scores = ResultStore(tmp_path / f"{number}").scores()
        assert dict(zip(scores["score"], scores["value"], strict=True)) == {"fid": 1.0, "knn": 0.9}


def test_equal_times_are_decided_alike_in_any_order(tmp_path):
    for place, value in enumerate((0.1, 0.2, 0.3)):
        store = ResultStore(tmp_path / f"source{place}", create=True)
        store.write_success(job_row("aaaa"), [score_row("aaaa", value=value)])
        store.save_checkpoint("bbbb", "prior", lambda file: file.write(b"half way"))
    found = set()
    for number, order in enumerate(itertools.permutations(range(3))):
        for place in order:
            merge([tmp_path / f"source{place}"], tmp_path / f"all{number}")
        store = ResultStore(tmp_path / f"all{number}")
        found.add(store.scores()["value"].item())
        assert store.load_checkpoint("bbbb", "prior") is None
    assert len(found) == 1


@pytest.mark.parametrize("statuses", [("failed",), ("failed", "failed"), ("ok", "failed")])
def test_stores_without_a_score_join_too(tmp_path, statuses):
    for place, status in enumerate(statuses):
        store = ResultStore(tmp_path / str(place), create=True)
        if status == "ok":
            store.write_success(job_row(f"{place:04x}"), [])
        else:
            store.write_failure(job_row(f"{place:04x}", status=status))
    sources = [tmp_path / str(place) for place in range(len(statuses))]
    assert merge(sources, tmp_path / "all") == statuses.count("ok")
    scores, jobs = tables(tmp_path / "all")
    assert scores.empty
    assert sorted(jobs["status"]) == sorted(statuses)
