"""The standing of jobs after several attempts, and a store of many jobs."""

import time
from datetime import timedelta

import pandas as pd
import pytest
from rows import NOW, job_row, score_row

from ucrbench.results import SCORES, STATUSES, ResultStore


def test_standing_adds_up_over_attempts(store):
    hours = [NOW + timedelta(hours=number) for number in range(4)]
    store.write_failure(job_row("aaaa", "timeout", error="too long", finished_at=hours[0], seconds_fit=2.0))
    store.write_success(job_row("aaaa", finished_at=hours[1], seconds_fit=3.0, seconds_score=1.0), [])
    store.write_failure(job_row("aaaa", "killed", error="gone", finished_at=hours[2], seconds_score=0.5))
    store.write_failure(job_row("bbbb", "diverged", error="NaN", finished_at=hours[2]))
    store.write_failure(job_row("bbbb", "out_of_memory", error="full", finished_at=hours[1], seconds_fit=1.0))
    found = store.standing().set_index("job").to_dict("index")
    assert list(found) == ["aaaa", "bbbb"]
    wanted = {"status": "ok", "attempts": 3, "seconds_fit": 5.0, "seconds_score": 1.5}
    assert wanted.items() <= found["aaaa"].items()
    assert pd.isna(found["aaaa"]["error"])
    wanted = {"status": "diverged", "attempts": 2, "seconds_fit": 1.0, "error": "NaN", "variant": "ae"}
    assert wanted.items() <= found["bbbb"].items()
    assert pd.isna(found["bbbb"]["seconds_score"])
    assert set(STATUSES) >= {row["status"] for row in found.values()}
    assert len(ResultStore(store.path.parent / "empty", create=True).standing()) == 0


def test_seconds_of_an_attempt_that_was_taken_up_again_count_once(store):
    hours = [NOW + timedelta(hours=number) for number in range(3)]
    # Two timeouts of 100 s; 95 s and then 190 s were in checkpoints, and 30 s more ended the job.
    for hour in hours[:2]:
        store.write_failure(job_row("aaaa", "timeout", finished_at=hour, seconds_total=100.0))
    done = job_row("aaaa", finished_at=hours[2], seconds_fit=215.0, seconds_total=220.0, seconds_earlier=190.0)
    store.write_success(done, [])
    # Killed without a row: all there is to know is in the later attempt.
    store.write_success(job_row("bbbb", finished_at=hours[2], seconds_total=50.0, seconds_earlier=40.0), [])
    found = store.standing().set_index("job")
    assert found["seconds_total"].to_dict() == {"aaaa": 230.0, "bbbb": 50.0}
    assert found.loc["aaaa", "seconds_fit"] == 215.0


def rows_of(number):
    key = f"{number:020x}"
    return job_row(key, config="{" + "x" * 1500 + "}"), [score_row(key, score) for score in list(SCORES)[:8]]


@pytest.mark.soak
def test_ten_thousand_jobs(store):
    written = [rows_of(number) for number in range(10_000)]
    begin = time.perf_counter()
    for attempt, scores in written:
        store.write_success(attempt, scores)
    assert 10_000 / (time.perf_counter() - begin) >= 100
    store.compact()
    begin = time.perf_counter()
    scores, attempts, finished = store.scores(), store.jobs(), store.finished()
    assert time.perf_counter() - begin <= 2
    assert (len(scores), len(attempts), len(finished)) == (80_000, 10_000, 10_000)
