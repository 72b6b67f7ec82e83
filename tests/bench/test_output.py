"""Output that is closed, full or cannot encode a name: the sweep goes on, and its exit status is the sweep's."""

import os
import re
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from ucrbench.bench.cli.output import print_table
from ucrbench.bench.errors import PoolError
from ucrbench.bench.sweep.backends import Processes
from ucrbench.results import SCORES, ResultStore

HERE = Path(__file__).parent
SWEEP = "-d ItalyPowerDemand -p smoke --device cpu -v raw --scores knn --seeds 0-3 -j 1"
RUN = f"{sys.executable} -m ucrbench.bench run OUT {SWEEP}"


def shell(command: str, out: Path, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", command.replace("OUT", str(out))],
        cwd=HERE, capture_output=True, text=True, timeout=200, env=os.environ | environment,
    )  # fmt: skip


# Workers matter where they inherit closed descriptors; what is full or gone is met by the process that reports.
@pytest.mark.parametrize(("to", "how"), [("> /dev/full", "--backend inline"), (">&- 2>&-", "-j 1")])
def test_a_sweep_goes_on_without_its_output(to, how, tmp_path):
    out = tmp_path / "out"
    ended = shell(f"{RUN.replace('-j 1', how)} {to}", out)
    assert ended.returncode == 0, ended.stderr
    assert "Traceback" not in ended.stderr
    assert ResultStore(out).jobs()["status"].tolist() == ["ok"] * 4
    assert len(ResultStore(out).scores()) == 4
    assert list(out.rglob("*.parquet"))


def test_a_name_that_the_stream_cannot_encode_is_replaced(tmp_path):
    (tmp_path / "modèle.py").write_text(
        "class Élan:\n    def fit(self, x, y):\n        return self\n\n"
        "    def encode(self, x):\n        return x[:, 0]\n",
        encoding="utf-8",
    )
    out = tmp_path / "out"
    command = RUN.replace("-v raw", "-v modèle:Élan").replace("-j 1", "--backend inline")
    ended = shell(command, out, PYTHONIOENCODING="ascii", PYTHONUTF8="0", PYTHONPATH=str(tmp_path))
    assert ended.returncode == 0, ended.stderr
    assert "mod?le:?lan on ItalyPowerDemand" in ended.stdout
    assert set(ResultStore(out).jobs()["variant"]) == {"modèle:Élan"}


@pytest.mark.parametrize(
    "how", ["-j 1 > /dev/full 2>&1", "--backend inline > /dev/full 2>&1", "--backend inline | head -1"]
)
def test_what_a_model_prints_fails_no_job(how, tmp_path):
    out = tmp_path / "out"
    command = RUN.replace("-j 1", how).replace("-v raw", "-v own_models:Chatty").replace("0-3", "0")
    ended = shell(command, out, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert ended.returncode == 0, ended.stderr
    assert ResultStore(out).jobs()["status"].tolist() == ["ok"]


def test_other_commands_say_in_a_line_that_they_cannot_print():
    ended = shell(f"{sys.executable} -m ucrbench.bench list datasets > /dev/full", Path())
    assert (ended.returncode, ended.stderr) == (1, "ucrbench: cannot print: No space left on device\n")


def test_whoever_reads_may_have_enough():
    ended = shell(f"{sys.executable} -m ucrbench.bench list datasets | true", Path())
    assert ended.returncode in (0, 1, 141)  # 0 where all was written before the reader went, 1 where rich noticed
    assert ended.stderr == ""


def test_where_no_worker_can_be_started_a_line_says_why_and_the_way_out(tmp_path):
    ended = shell("ulimit -n 18; " + RUN.replace("OUT", str(tmp_path / "out")), tmp_path)
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith(
        "ucrbench: no worker process can be started here (Too many open files)"
    )
    assert "--backend inline" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("width", [40, 80, 120, None])
def test_tables_cut_nothing_whatever_the_terminal(monkeypatch, capsys, width):
    """In a terminal of so many letters, and in a pipe, where a row is a line."""
    monkeypatch.setenv("COLUMNS", str(width or 80))
    monkeypatch.setenv("FORCE_COLOR", "1" if width else "")
    rows = [(name, "higher", score.description) for name, score in SCORES.items()]
    rows.append(("m:A[b] :smile:", "lower", "x" * 90))
    print_table(("name", "better", "what it is"), rows)
    said = re.sub(r"\x1b\[[\d;]*m", "", capsys.readouterr().out)
    assert "…" not in said
    assert {word for *_, text in rows[:-1] for word in text.split()} <= set(said.split())
    assert said.count("x") >= 90
    lines = said.splitlines()
    for name, better, _ in rows:
        (row,) = [at for at, line in enumerate(lines) if line.startswith(f"{name} ")]
        assert lines[row].removeprefix(name).split()[0] == better
    if width in (80, 120):
        assert max(map(len, lines)) <= width
    else:
        assert len(lines) == len(rows) + 1


def test_where_the_system_shows_no_processes_a_line_says_so(monkeypatch):
    monkeypatch.setattr("psutil.Process.memory_info", lambda self: (_ for _ in ()).throw(psutil.NoSuchProcess(1)))
    with pytest.raises(PoolError, match=r"the system does not show processes, as /proc does.*--backend inline"):
        Processes(1).start("call", len, "")
