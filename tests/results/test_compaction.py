"""Compaction: the same rows, in few files, whatever happens in between."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rows import job_row, reference_row, score_row

from ucrbench.results import ResultStore, StoreError, compaction
from ucrbench.results import store as store_module

HERE = Path(__file__).parent


@pytest.fixture
def eager(monkeypatch):
    """Compaction every 8 jobs, in parts of 8."""
    make_eager(monkeypatch)


def make_eager(patch):
    patch.setattr(compaction, "FEW", 4)
    for module in (compaction, store_module):
        patch.setattr(module, "JOBS_PER_PART", 8)


def without_our_code(store):
    """(job, score) -> value, and attempts, as pandas reads them; rows that are there twice are an error."""
    scores, jobs = pd.read_parquet(store.path / "scores"), pd.read_parquet(store.path / "jobs")
    assert not scores.duplicated(["job", "score"]).any()
    assert not jobs.duplicated("attempt").any()
    return dict(zip(zip(scores["job"], scores["score"], strict=True), scores["value"], strict=True)), len(jobs)


jobs = st.integers(0, 20).map(lambda number: f"{number:04x}")
writes = st.tuples(jobs, st.sampled_from(["knn", "fid", "cas"]), st.sampled_from(["ok", "ok", "ok", "failed"]))
steps = st.lists(writes | st.sampled_from(["compact", "reopen"]), min_size=1, max_size=60)


@settings(max_examples=25)
@given(steps=steps, back=st.booleans())
def test_the_last_write_counts_whatever_was_compacted(steps, back):
    """Also when the clock is set back between two writes."""
    expected, attempts, clock = {}, 0, time.time_ns()
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        make_eager(patch)
        patch.setattr(os, "fsync", lambda _: None)
        store = ResultStore(folder, create=True)
        for value, step in enumerate(steps):
            clock += -(10**12) if back else 1
            patch.setattr(time, "time_ns", lambda clock=clock: clock)
            if step == "compact":
                store.compact()
            elif step == "reopen":
                store = ResultStore(folder, create=True)
            else:
                job, score, status = step
                attempts += 1
                if status == "ok":
                    store.write_success(job_row(job), [score_row(job, score, value)])
                    expected[job, score] = value
                else:
                    store.write_failure(job_row(job, status))
            scores = store.scores()
            assert {(r.job, r.score): r.value for r in scores.itertuples()} == expected
            assert len(scores) == len(expected)
            assert len(store.jobs()) == attempts
        store.compact()
        if attempts and expected:
            assert without_our_code(store) == (expected, attempts)
        assert list(store.scratch.iterdir()) == []


def test_what_a_part_replaces_counts_no_more_though_it_is_still_there(eager, tmp_path, monkeypatch):
    """A compaction that is killed before it deletes leaves older values beside the part that holds the newest."""
    store = ResultStore(tmp_path, create=True)
    for value in (1.0, 2.0):
        store.write_success(job_row("ab12"), [score_row("ab12", value=value)])
    first, second = sorted((tmp_path / "scores").iterdir(), key=lambda path: path.name)
    monkeypatch.setattr(compaction, "_delete", lambda folder, names: None)
    store.compact()
    second.unlink()
    assert first.exists()
    assert store.scores()["value"].tolist() == [2.0]


def test_many_shards_become_few(eager, tmp_path):
    store = ResultStore(tmp_path, create=True)
    for number in range(100):
        store.write_success(job_row(f"{number:04x}"), [score_row(f"{number:04x}")])
    for table in ("scores", "jobs"):
        assert len(list((tmp_path / table).iterdir())) <= 100 / 8 + 8
    store.compact()
    before = {path.name for path in tmp_path.rglob("*.parquet")}
    store.compact()
    assert {path.name for path in tmp_path.rglob("*.parquet")} == before
    assert without_our_code(store)[1] == 100


class Killed(BaseException):
    pass


@pytest.mark.parametrize("call", ["replace", "unlink"])
def test_killed_at_every_step_of_a_compaction(eager, tmp_path, monkeypatch, call):
    real, number = getattr(os, call), 0
    while True:
        store = ResultStore(tmp_path / f"{number}", create=True)
        for job in [*range(7), *range(7)]:  # each twice, and a part that is there already
            store.write_success(job_row(f"{job:04x}"), [score_row(f"{job:04x}", value=job)])
        store.write_references([reference_row()])
        expected, left = store.scores(), [number]

        def killed(*arguments, left=left):
            left[0] -= 1
            if left[0] < 0:
                raise Killed
            return real(*arguments)

        done = False
        with monkeypatch.context() as patch:
            patch.setattr(os, call, killed)
            try:
                store.compact()
                done = True
            except Killed:
                pass
        for later in range(2):
            pd.testing.assert_frame_equal(ResultStore(store.path).scores(), expected)
            assert len(store.jobs()) == 14
            if later == 0:
                ResultStore(store.path, create=True).compact()
        assert len(without_our_code(store)[0]) == 7
        if done:
            break
        number += 1
    assert number >= 2


def test_readers_beside_writers_and_compaction_see_whole_tables(eager, tmp_path):
    store = ResultStore(tmp_path, create=True)
    store.prepare()
    acknowledged, wrong, ended = [0], [], threading.Event()

    def read():
        reader = ResultStore(tmp_path)
        while not ended.is_set():
            before = acknowledged[0]
            scores, finished = reader.scores(), reader.finished()
            if len(scores) < before or len(finished) < before or scores.duplicated(["job", "score"]).any():
                wrong.append((before, len(scores), len(finished)))

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(80):
        store.write_success(job_row(f"{number:04x}"), [score_row(f"{number:04x}")])
        acknowledged[0] = number + 1
        if number % 25 == 0:
            store.compact()
    ended.set()
    for reader in readers:
        reader.join()
    assert wrong == []


# Imports once, and forks a writer for each line it is told.
WRITERS = """
    import os, sys
    from rows import job_row, score_row
    from ucrbench.results import ResultStore, compaction
    from ucrbench.results import store as store_module
    compaction.FEW = 4
    compaction.JOBS_PER_PART = store_module.JOBS_PER_PART = 8

    def write(start):
        store = ResultStore(sys.argv[1], create=True)
        for number in range(start, start + 10**6):
            job = f"{number:06x}"
            store.save_checkpoint(job, "prior", lambda file: file.write(b"half way"))
            store.write_success(job_row(job), [score_row(job), score_row(job, "fid", number)])
            os.write(1, job.encode() + b"\\n")
            if number % 20 == 0:
                store.compact()

    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            write(int(line))
        os.write(1, b"pid %d\\n" % pid)
        os.waitpid(pid, 0)
        os.write(1, b"gone\\n")
"""


def kill_writers(path, times, seconds):
    chance, acknowledged = random.Random(0), []
    writers = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(WRITERS), str(path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        env={**os.environ, "PYTHONPATH": str(HERE)},
    )  # fmt: skip
    for round_number in range(times):
        print(round_number * 10**4, file=writers.stdin)
        told = [writers.stdout.readline().strip() for _ in range(2)]  # the pid and a first job, in either order
        (pid,) = (int(line.removeprefix("pid ")) for line in told if line.startswith("pid "))
        time.sleep(chance.uniform(0, seconds))
        os.kill(pid, signal.SIGKILL)
        told += iter(lambda: writers.stdout.readline().strip(), "gone")
        acknowledged += [line for line in told if not line.startswith("pid ")]
        store = ResultStore(path)
        scores, finished, attempts = store.scores(), store.finished(), store.jobs()
        assert set(acknowledged) <= set(finished)
        assert all(finished[job] == {"knn", "fid"} for job in acknowledged)
        assert not scores.duplicated(["job", "score"]).any()
        assert not attempts.duplicated("job").any()
        # At most the job that each was at is there without having been told.
        assert len(finished) <= len(acknowledged) + round_number + 1
    writers.stdin.close()
    assert writers.wait(10) == 0
    assert len(acknowledged) > times
    store = ResultStore(path, create=True)
    store.compact()
    assert list(store.scratch.iterdir()) == []
    assert len(without_our_code(store)[0]) == len(store.scores())


def test_twenty_kills_lose_nothing(tmp_path):
    kill_writers(tmp_path, 20, 0.3)


@pytest.mark.soak
def test_three_hundred_kills_lose_nothing(tmp_path):
    kill_writers(tmp_path, 300, 3.0)


def small_file_system(path, options):
    path.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(path)], capture_output=True)
    if made.returncode:
        pytest.skip("file systems cannot be mounted here")


@pytest.fixture
def tmpfs(tmp_path):
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root can mount a file system")
    path = tmp_path / "small"
    small_file_system(path, "size=400k")
    yield path
    subprocess.run(["umount", str(path)], check=True)


def write_until_refused(store):
    """The jobs that were acknowledged before a write was refused."""
    done = []

    def write():
        for number in range(10**5):
            store.write_success(job_row(f"{number:06x}"), [score_row(f"{number:06x}")])
            done.append(f"{number:06x}")

    with pytest.raises(StoreError, match="cannot write") as caught:
        write()
    assert "\n" not in str(caught.value)
    return done


def test_a_full_disk_ends_in_one_line_and_loses_nothing(eager, tmpfs):
    store = ResultStore(tmpfs / "out", create=True)
    done = write_until_refused(store)
    assert len(done) > 8
    assert set(done) <= set(ResultStore(store.path).finished())
    assert list(store.scratch.iterdir()) == []
    subprocess.run(["mount", "-o", "remount,size=4m", str(tmpfs)], check=True)
    store.write_success(job_row("ffff"), [score_row("ffff")])
    store.compact()
    assert without_our_code(store)[1] >= len(done) + 1


def test_a_folder_made_read_only_half_way(tmpfs):
    store = ResultStore(tmpfs / "out", create=True)
    store.write_success(job_row(), [score_row()])
    subprocess.run(["mount", "-o", "remount,ro", str(tmpfs)], check=True)
    assert write_until_refused(store) == []
    with pytest.raises(StoreError, match="cannot write"):
        store.compact()
    assert set(ResultStore(store.path).finished()) == {"ab12"}
