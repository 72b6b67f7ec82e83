"""From a store to a report: the page, the tables and the figures, in one folder."""

import json
import os
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from ..results import ResultStore
from .canvas import save
from .diagram import write_diagram
from .errors import ReportError
from .figures import real_against_generated
from .latex import leaderboard_latex, score_table_latex
from .page import Section, page
from .palette import ordered
from .selection import Selection, select
from .statistics import GAPS, Comparison
from .tables import ScoreTable, compare_all, coverage, failures, leaderboard, score_names, score_table

_MARKER = "report.json"


def report(out: str | Path, dest: str | Path | None = None, preset: str | None = None, gaps: str = "refuse") -> Path:
    """Write the report of a store.

    The report is made beside its place and put there whole; one that was there before is replaced.

    Args:
        out: Folder of the store.
        dest: Folder of the report, `out`/report if not given.
        preset: The preset to report on; needed where the store holds several.
        gaps: What to do where a method lacks a data set: "refuse" to rank that score (the page says why), or
            rank on the data sets "common" to all.

    Returns:
        Path of the page, `dest`/index.html; beside it are tables/*.csv and *.tex, figures/*.pdf and *.svg.

    Raises:
        StoreError: `out` is no store, or cannot be read.
        ReportError: Nothing to report, results that must not be mixed, or a `dest` that cannot be used.
    """
    if gaps not in GAPS:
        raise ReportError(f"unknown policy for gaps {gaps!r}; there are: {', '.join(GAPS)}")
    store = ResultStore(out)
    dest = Path(dest) if dest is not None else store.path / "report"
    _check_free(dest)
    selection = select(store, preset)
    work = dest.parent / f".{dest.name}.{uuid.uuid4().hex}"
    try:
        work.mkdir(parents=True)
        try:
            _write(store, selection, gaps, work)
            _swap(work, dest)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    except OSError as error:
        why = (error.strerror or str(error)).splitlines()[0].lower()
        raise ReportError(f"cannot write the report to {dest}: {why}; choose another folder") from error
    return dest / "index.html"


def _check_free(dest: Path) -> None:
    try:
        if dest.exists() and not dest.is_dir():
            raise ReportError(f"{dest} is a file; name a folder")
        if dest.is_dir() and any(dest.iterdir()) and not (dest / _MARKER).is_file():
            raise ReportError(f"{dest} holds something else than a report; name a new or empty folder")
    except OSError as error:
        raise ReportError(f"cannot look into {dest}: {error.strerror}; choose another folder") from error


def _swap(work: Path, dest: Path) -> None:
    # A folder cannot replace a full one in one step; the old one steps aside for the blink of a rename.
    aside = work.with_name(work.name + ".old")
    if dest.exists():
        os.replace(dest, aside)
    try:
        os.replace(work, dest)
    except OSError:
        if aside.exists():
            os.replace(aside, dest)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _write(store: ResultStore, selection: Selection, gaps: str, work: Path) -> None:
    tables, figures = work / "tables", work / "figures"
    tables.mkdir()
    figures.mkdir()
    comparisons = compare_all(selection.scores, gaps, selection.datasets)
    sections = []
    for score in score_names(selection.scores):
        table = score_table(selection.scores, score, selection.references, selection.datasets)
        _write_score(table, tables)
        comparison = comparisons.get(score)
        diagram = None
        if isinstance(comparison, Comparison):
            diagram = _write_diagram(comparison, figures)
        sections.append(Section(table, comparison, diagram))
    board = leaderboard(selection.scores, gaps, selection.datasets)
    _write_overview(selection, board, gaps, tables)
    _write_tests(comparisons, tables)
    pictures = _write_pictures(store, selection, figures)
    (work / "index.html").write_text(page(selection, board, sections, pictures, gaps), encoding="utf-8")
    about = {"format": 1, "rows": selection.rows_hash, "preset": selection.preset, "gaps": gaps}
    (work / _MARKER).write_text(json.dumps(about) + "\n", encoding="utf-8")


def _write_score(table: ScoreTable, folder: Path) -> None:
    columns = table.mean.copy()
    for method in table.mean.columns:
        if table.std[method].notna().any():
            columns[f"{method} std"] = table.std[method]
    if table.real is not None:
        columns["real data"] = table.real
    columns.to_csv(folder / f"{_stem(table.score)}.csv")
    (folder / f"{_stem(table.score)}.tex").write_text(score_table_latex(table), encoding="utf-8")


def _write_diagram(comparison: Comparison, folder: Path) -> str:
    return write_diagram(comparison, folder / f"{_stem(comparison.score)}-cd")


def _write_tests(comparisons: Mapping[str, Comparison | str], folder: Path) -> None:
    rows = []
    for score, found in comparisons.items():
        if isinstance(found, str):
            rows.append({"score": score, "refused": found})
            continue
        chi2, p = found.friedman or (None, None)
        rows.append(
            {
                "score": score,
                "gaps": found.gaps,
                "datasets": found.n_datasets,
                "left_out": " ".join(found.left_out),
                "friedman_chi2": chi2,
                "friedman_p": p,
                "smallest_p_possible": found.smallest_p,
            }
        )
    pd.DataFrame(rows).to_csv(folder / "tests.csv", index=False)


def _write_overview(selection: Selection, board: pd.DataFrame, gaps: str, folder: Path) -> None:
    flat = board.copy()
    flat.columns = [f"{score} {statistic}" for score, statistic in board.columns]
    flat.dropna(axis=1, how="all").to_csv(folder / "leaderboard.csv")
    caption = (
        f"Mean score (and mean rank, 1 is best) over {len(selection.datasets)} data sets, "
        f"preset {selection.preset}; policy for gaps: {gaps}."
    )
    (folder / "leaderboard.tex").write_text(leaderboard_latex(board, caption), encoding="utf-8")
    coverage(selection.scores, selection.jobs).to_csv(folder / "coverage.csv")
    failures(selection.jobs).to_csv(folder / "failures.csv", index=False)
    selection.scores.to_csv(folder / "scores.csv", index=False)
    selection.references.to_csv(folder / "references.csv", index=False)


def _write_pictures(store: ResultStore, selection: Selection, folder: Path) -> dict[str, str]:
    pictures = {}
    done = selection.jobs[selection.jobs["status"] == "ok"].sort_values("seed")
    for number, dataset in enumerate(selection.datasets):
        real = store.real(dataset)
        if real is None:
            continue
        # One job per method: that of its first seed.
        jobs = done[done["dataset"] == dataset].drop_duplicates("method").set_index("method")["job"]
        samples = {method: store.samples(jobs[method]) for method in ordered(jobs.index)}
        generated = {method: arrays for method, arrays in samples.items() if arrays}
        if generated:
            pictures[dataset] = save(
                real_against_generated(real, generated), folder / f"samples-{_stem(dataset, number)}"
            )
    return pictures


def _stem(name: str, number: int | None = None) -> str:
    """A name as part of a file name; a number keeps names apart that differ in other letters only."""
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name)[:60]
    return plain if number is None or (name.isascii() and name.isalnum()) else f"{plain}-{number}"
