"""The start of the command line and of the package: what is imported, and what the help says."""

import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from ucrbench.bench.cli.demo import FIXED
from ucrbench.bench.planning.expansion import methods_of
from ucrbench.bench.planning.presets import PRESETS
from ucrbench.datasets import select
from ucrbench.models.variants import MAIN_VARIANTS
from ucrbench.results import JobRow, ResultStore, ScoreRow, versions


@pytest.mark.parametrize("command", ["list", "plan", "run", "status", "merge", "publish", "report", "demo"])
def test_help_shows_an_example(call, command):
    status, said, _ = call(command, "--help")
    assert (status, f"Example: ucrbench {command}" in said) == (0, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("--version",),
        ("run", "--help"),
        ("list", "datasets"),
        ("list", "scores"),
        ("status", "OUT"),
        ("check", "OUT"),
        ("merge", "OUT", "-o", "OTHER"),
    ],
    ids=" ".join,
)
def test_light_commands_import_nothing_heavy(tmp_path, arguments):
    out, other = tmp_path / "out", tmp_path / "other"
    now = datetime.now(UTC)
    row = JobRow(
        job="0123abcd", attempt="4567abcd", dataset="GunPoint", variant="ae", views="none", preset="smoke", seed=0,
        status="ok", started_at=now, finished_at=now, device="cpu", protocol_version=2, **versions(),
    )  # fmt: skip
    score = ScoreRow(
        dataset="GunPoint", variant="ae", views="none", preset="smoke", seed=0, score="knn", value=0.5,
        higher_is_better=True, score_version=1, protocol_version=2, data_hash="", treatment="", archive="2018",
        device="cpu", job="0123abcd",
    )  # fmt: skip
    ResultStore(out, create=True).write_success(row, [score])
    words = [str({"OUT": out, "OTHER": other}.get(word, word)) for word in arguments]
    code = f"""
import sys
from ucrbench.bench.cli import main
sys.argv = ["ucrbench", *{words}]
try:
    main()
finally:
    print(*sys.modules, file=sys.stderr)
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stderr
    heavy = {"torch", "aeon", "sklearn", "matplotlib", "scipy", "loky", "distributed"}
    assert not heavy & set(ended.stderr.split())


def test_public_names_are_imported_when_they_are_used():
    from ucrbench import bench
    from ucrbench.bench.planning.plan import plan
    from ucrbench.bench.sweep.run import run

    assert bench.run is run
    assert bench.plan is plan
    assert bench.scores.knn
    assert all(getattr(bench, name) for name in bench.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        bench.nothing  # noqa: B018


def test_the_help_names_every_preset(call):
    said = call("run", "--help")[1]
    assert all(name in said for name in PRESETS)


def test_the_module_is_the_command(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "ucrbench.bench", "status", str(tmp_path)],
        capture_output=True, text=True, env=os.environ | {"COLUMNS": "200"}, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def test_a_matplotlib_that_cannot_be_imported_is_told_in_a_line(tmp_path):
    command = [sys.executable, "-m", "ucrbench.bench", "report", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"MPLBACKEND": "nothing"})
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith("ucrbench: matplotlib cannot be imported: ValueError: Key backend: 'nothing'")
    assert "mend MPLBACKEND" in done.stderr


def test_the_demo_has_the_untrained_encoder_and_the_series_as_they_are_and_needs_no_network():
    found = methods_of(FIXED["variants"], PRESETS[FIXED["preset"]], {}, {})
    assert [one.name for one in found] == [*MAIN_VARIANTS, "random", "raw"]
    assert set(FIXED["datasets"]) <= set(select("bundled"))
