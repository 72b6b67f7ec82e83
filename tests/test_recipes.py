"""The recipes of CONTRIBUTING, followed to the letter in a copy of the tree."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from test_docs import blocks

ROOT = Path(__file__).parents[1]
ROOMS = ("bench", "datasets", "models", "reports", "results")


@pytest.fixture
def copy(tmp_path):
    """A copy of the rooms, importable as `ucrbench` where `PYTHONPATH` names the folder above it."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / "ucrbench" / room, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "ucrbench"


def fragment(path):
    """The block of CONTRIBUTING that is to be written into a file, without the line that names it."""
    head = f"# {path}\n"
    (found,) = (block for block in blocks(ROOT / "CONTRIBUTING.md", "python") if block.startswith(head))
    return found.removeprefix(head)


def ucrbench(copy, *arguments):
    environment = {**os.environ, "PYTHONPATH": str(copy.parent), "COLUMNS": "200"}
    command = [sys.executable, "-m", "ucrbench.bench", *arguments]
    ran = subprocess.run(command, cwd=copy.parent, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_a_score_is_a_row_and_a_function(copy):
    table, functions = copy / "results/scores.py", copy / "bench/scores/generation.py"
    text = table.read_text(encoding="utf-8")
    before, after = text.split(")\n\nSCORES", 1)
    table.write_text(f"{before}    {fragment('results/scores.py').strip()},\n)\n\nSCORES{after}", encoding="utf-8")
    code = fragment("bench/scores/generation.py")
    functions.write_text(f"{functions.read_text(encoding='utf-8')}\n\n{code}", encoding="utf-8")
    assert re.search(r"roughness\W+lower\W+Mean squared step", ucrbench(copy, "list", "scores"))
    sweep = ("-d", "ItalyPowerDemand", "-v", "ae,vae,raw", "--preset", "smoke", "--device", "cpu")
    only = ("--scores", "knn,roughness", "--backend", "inline")
    ucrbench(copy, "run", "out", *sweep, *only)
    ucrbench(copy, "report", "out", "--to", "site", "--paper", "paper")
    scores = (copy.parent / "site/tables/roughness.csv").read_text(encoding="utf-8")
    assert scores.startswith("dataset,ae,vae\nItalyPowerDemand,")
    assert all(float(value) > 0 for value in scores.split()[1].split(",")[1:])
    page = (copy.parent / "site/scores.html").read_text(encoding="utf-8")
    assert "Mean squared step between neighbouring values" in page
    assert r"\caption{Roughness on the test split." in (copy.parent / "paper/tables/roughness.tex").read_text()
