"""The recipes of CONTRIBUTING, followed to the letter in a copy of the tree."""

import os
import re
import shutil
import subprocess
import sys
import textwrap
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


def change(path, *changes):
    """Replace texts that occur once in a file."""
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, (path, old)
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def ucrbench(copy, *arguments):
    environment = {**os.environ, "PYTHONPATH": str(copy.parent), "COLUMNS": "200"}
    command = [sys.executable, "-m", "ucrbench.bench", *arguments]
    ran = subprocess.run(command, cwd=copy.parent, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_a_score_is_a_row_and_a_function(copy):
    table, functions = copy / "results/scores.py", copy / "bench/scores/generation.py"
    change(table, (")\n\nSCORES", f"    {fragment('results/scores.py').strip()},\n)\n\nSCORES"))
    code = fragment("bench/scores/generation.py")
    functions.write_text(f"{functions.read_text(encoding='utf-8')}\n\n{code}", encoding="utf-8")
    assert re.search(r"roughness\W+lower\W+Mean squared step", ucrbench(copy, "list", "scores"))
    sweep = ("-d", "ItalyPowerDemand", "-v", "ae,vae,raw", "--preset", "smoke", "--device", "cpu")
    only = ("--scores", "knn,roughness", "--backend", "inline")
    ucrbench(copy, "run", "out", *sweep, *only)
    ucrbench(copy, "report", "out", "--to", "site", "--paper", "paper")
    scores = (copy.parent / "site/tables/roughness.csv").read_text(encoding="utf-8")
    assert scores.startswith("dataset,AE,VAE\nItalyPowerDemand,")
    assert all(float(value) > 0 for value in scores.split()[1].split(",")[1:])
    page = (copy.parent / "site/scores.html").read_text(encoding="utf-8")
    assert "Mean squared step between neighbouring values" in page
    assert r"\caption{Roughness on the test split." in (copy.parent / "paper/tables/roughness.tex").read_text()


def test_a_picture_is_drawn_once_for_paper_and_site(copy):
    drawing, paper, site = "reports/draw/series.py", "reports/paper/manuscript.py", "reports/site/pictures.py"
    with (copy / drawing).open("a", encoding="utf-8") as file:
        file.write(f"\n\n{fragment(drawing)}")
    imported = "import real_against_generated\n", "import class_means, real_against_generated\n"
    call = textwrap.indent(fragment(paper), " " * 8)
    change(copy / paper, imported, ("        drawn += 1\n", f"{call}        drawn += 1\n"))
    change(copy / site, imported, ("    ]\n    return [group", f"{fragment(site).strip()},\n    ]\n    return [group"))
    sweep = ("-d", "ItalyPowerDemand", "-v", "ae", "--preset", "smoke", "--device", "cpu", "--backend", "inline")
    ucrbench(copy, "run", "out", *sweep, "--scores", "fid")
    ucrbench(copy, "report", "out", "--to", "site", "--paper", "paper")
    page = (copy.parent / "site/datasets/ItalyPowerDemand.html").read_text(encoding="utf-8")
    assert '<svg role="img" aria-label="Class means"' in page
    assert (copy.parent / "site/datasets/ItalyPowerDemand-means.pdf").is_file()
    assert (copy.parent / "paper/figures/means-0.pdf").is_file()
    assert "ItalyPowerDemand: class means." in (copy.parent / "paper/main.tex").read_text(encoding="utf-8")
