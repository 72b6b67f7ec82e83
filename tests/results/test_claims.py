"""Claims: real processes that share jobs, holders that are killed, clocks that are wrong."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest
from rows import job_row, score_row

from ucrbench.results import Claims, ResultStore, StoreError
from ucrbench.results import claims as claims_module

HERE = Path(__file__).parent


def start(code: str, *arguments: object, **options) -> subprocess.Popen:
    environment = {**os.environ, "PYTHONPATH": str(HERE), "OMP_NUM_THREADS": "1"}
    code = textwrap.dedent(code)
    return subprocess.Popen([sys.executable, "-c", code, *map(str, arguments)], env=environment, **options)


WORKER = """
    import random, sys, time
    from rows import job_row, score_row
    from ucrbench.results import Claims, ResultStore
    out, jobs, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    store = ResultStore(out, create=True)
    watch = store.watch()
    print("ready", flush=True)
    while not (store.path / "go").exists():
        time.sleep(0.01)
    done = store.finished()
    left = [job for job in (f"{number:06x}" for number in range(jobs)) if job not in done]
    random.Random(seed).shuffle(left)
    with Claims(out) as claims:
        while left:
            held = []
            for job in left:
                if not claims.claim(job):
                    held.append(job)
                    continue
                if not watch.attempted(job):
                    print(job, flush=True)
                    store.write_success(job_row(job), [score_row(job)])
                claims.release(job)
            left = held
            time.sleep(0.01)
    store.compact()
"""


def test_eight_processes_share_400_jobs(tmp_path):
    store = ResultStore(tmp_path / "out", create=True)
    store.prepare()
    workers = [start(WORKER, store.path, 400, seed, stdout=subprocess.PIPE, text=True) for seed in range(8)]
    # All start at once, however long a busy machine takes to load some of them.
    assert [worker.stdout.readline() for worker in workers] == ["ready\n"] * 8
    (store.path / "go").touch()
    done = [worker.communicate(timeout=300)[0].split() for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * 8
    assert Counter(job for jobs in done for job in jobs) == Counter(f"{number:06x}" for number in range(400))
    assert sum(map(bool, done)) > 1  # shared, not done by the first
    assert len(store.jobs()) == len(store.scores()) == len(store.finished()) == 400
    assert not (store.path / ".claims").exists()


HOLDER = """
    import sys, time
    from ucrbench.results import Claims
    claims = Claims(sys.argv[1])
    print(claims.claim("ab12"), flush=True)
    time.sleep(60)
"""


def test_a_holder_killed_here_is_known_at_once(tmp_path):
    holder = start(HOLDER, tmp_path, stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "True\n"
    with Claims(tmp_path) as claims:
        assert not claims.claim("ab12")
        holder.send_signal(signal.SIGSTOP)  # one that only stands still is not gone
        assert not claims.claim("ab12")
        holder.kill()
        assert psutil.wait_procs([psutil.Process(holder.pid)], timeout=10)[0] or holder.wait(10)
        assert claims.claim("ab12")
    assert not (tmp_path / ".claims").exists()


class Clock:
    """A clock that only the test moves."""

    now = 1000.0

    def __call__(self):
        return self.now


def elsewhere(path, monkeypatch, **options):
    """The claims of a process on another host, which gives signs of life only when told to."""
    with monkeypatch.context() as patch:
        patch.setattr(claims_module, "identity", lambda: "0" * 12 + "-1-1")
        return Claims(path, beat=False, **options)


def test_a_lease_runs_out_by_the_clock_of_who_waits(tmp_path, monkeypatch):
    holder, clock = elsewhere(tmp_path, monkeypatch), Clock()
    assert holder.claim("ab12")
    waiting = Claims(tmp_path, lease=60, clock=clock, beat=False)
    for wrong in (0, 10**9, -(10**9)):  # the times of the files do not count
        for path in (tmp_path / ".claims").rglob("*"):
            os.utime(path, (max(0, time.time() + wrong),) * 2)
        assert not waiting.claim("ab12")
    clock.now += 59
    assert not waiting.claim("ab12")
    holder.renew()
    clock.now += 59
    assert not waiting.claim("ab12")
    clock.now += 59
    assert not waiting.claim("ab12")
    clock.now += 1
    assert waiting.claim("ab12")
    assert not holder.holds("ab12")
    assert waiting.holds("ab12")
    holder.release("ab12")  # takes nothing that is not its own
    assert waiting.holds("ab12")


def test_one_of_many_takes_what_a_dead_holder_had(tmp_path, monkeypatch):
    holder = elsewhere(tmp_path, monkeypatch)
    jobs = [f"{number:04x}" for number in range(50)]
    assert all(holder.claim(job) for job in jobs)
    taker = """
        import sys, time
        from pathlib import Path
        from ucrbench.results import Claims
        stop, end = (Path(sys.argv[1]) / name for name in ("stop", "end"))
        with Claims(sys.argv[1], lease=0.5) as claims:
            mine = set()
            while not stop.exists():
                mine |= {job for job in (f"{n:04x}" for n in range(50)) if job not in mine and claims.claim(job)}
            print(*mine, flush=True)
            while not end.exists():
                time.sleep(0.01)
    """
    takers = [start(taker, tmp_path, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    deadline = time.monotonic() + 60
    while any(holder.holds(job) for job in jobs) and time.monotonic() < deadline:
        time.sleep(0.05)
    (tmp_path / "stop").touch()
    taken = [taker.stdout.readline().split() for taker in takers]
    (tmp_path / "end").touch()
    assert [taker.wait(30) for taker in takers] == [0] * 4
    assert sorted(job for mine in taken for job in mine) == jobs


def test_a_claim_is_given_back_and_can_be_repeated(tmp_path):
    with Claims(tmp_path) as one, Claims(tmp_path) as other:
        assert one.claim("ab12")
        assert one.claim("ab12")
        assert not other.claim("ab12")
        one.release("ab12")
        assert not one.holds("ab12")
        assert other.claim("ab12")
        assert other.claim("cd34")
    assert not (tmp_path / ".claims").exists()
    with Claims(tmp_path) as claims, pytest.raises(StoreError, match="no key"):
        claims.claim("../ab12")
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="cannot write"):
        Claims(tmp_path / "file")


def test_a_folder_left_by_one_killed_between_two_steps(tmp_path):
    (tmp_path / ".claims" / "jobs" / "ab12").mkdir(parents=True)
    with Claims(tmp_path) as claims:
        assert claims.claim("ab12")


def test_claims_are_cheap(tmp_path):
    with Claims(tmp_path) as claims:
        begin = time.process_time()
        for number in range(1000):
            assert claims.claim(f"{number:04x}")
            claims.release(f"{number:04x}")
        assert time.process_time() - begin < 1.0


def test_watch_sees_what_others_write_and_through_compaction(tmp_path):
    store = ResultStore(tmp_path / "out", create=True)
    store.write_success(job_row("aaaa"), [])
    watch = ResultStore(store.path).watch()
    assert not watch.attempted("aaaa")
    store.write_failure(job_row("bbbb", "failed"))
    for number in range(300):
        store.write_success(job_row(f"{number:05x}"), [score_row(f"{number:05x}")])
    store.compact()
    assert watch.attempted("bbbb")
    assert watch.attempted("0012b")
    assert not watch.attempted("aaaa")
    store.write_success(job_row("aaaa"), [])
    assert watch.attempted("aaaa")
