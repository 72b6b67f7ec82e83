"""From a store to a report: the site, the tables and the figures, in one folder."""

import json
import os
import shutil
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from ...results import label_curves, score_of
from ..data.comparing import select_stores
from ..data.errors import ReportError
from ..data.frames import score_names
from ..data.levels import reading_levels
from ..data.lineage import Lineage, Source
from ..data.rows import TABLES
from ..data.selection import AS_IT_IS, Reading, Selection
from ..data.shown import shown
from ..draw.charts import label_chart
from ..draw.diagram import write_diagram
from ..draw.files import save, stem_of
from ..paper.latex import leaderboard_latex, score_table_latex
from ..stats.comparison import GAPS, Comparison, NotCompared
from ..stats.effects import pairwise
from ..stats.findings import find
from ..stats.labels import accuracy_by_labels
from ..stats.shares import normalised
from ..stats.tables import ScoreTable, board_of, board_places, compare_all, coverage, failures, score_table
from .about import hardware
from .content import Content, Ranking, Section
from .findings import write_findings
from .names import file_names
from .paths import hide_paths
from .write import write_site

_MARKER = "report.json"
_MAY_HOLD_PATHS = ("error", "traceback", "config", "overrides")


def report(
    stores: Mapping[str, str | Path] | str | Path,
    dest: str | Path | None = None,
    preset: str | None = None,
    gaps: str = "refuse",
    types: Mapping[str, str] | None = None,
    against: Sequence[str] = (),
    protocol: int | None = None,
    reading: Reading = AS_IT_IS,
) -> Path:
    """Write the report of a store, or of several side by side.

    The report is made beside its place and put there whole; one that was there before is replaced.

    Args:
        stores: A store's folder, or several by their labels.
        dest: Folder of the report; `report` in the folder of a single store if not given.
        preset: The preset to report on; needed where a store holds several.
        gaps: Policy for a data set that a method lacks: "refuse" to rank that score (the site says why), rank on
            the data sets "common" to all, or give it the "worst" rank.
        types: Type of each data set, such as "ECG", by which the leaderboard can be filtered.
        against: Other results to compare with, see `select_stores`.
        protocol: The version of the protocol to report on; needed where a store holds several.
        reading: How the rows are read: which of them, names of methods, and whether judges are mixed.

    Returns:
        Path of the first page, `dest`/index.html; beside it are the other pages, tables/*.csv and *.tex,
        figures/*.pdf and *.svg, and lineage.json for `check`.

    Raises:
        StoreError: A folder is no store, or cannot be read.
        ReportError: Nothing to report, results that must not be mixed, or a `dest` that cannot be used.
    """
    if gaps not in GAPS:
        raise ReportError(f"unknown policy for gaps {gaps!r}; there are: {', '.join(GAPS)}")
    if dest is None and isinstance(stores, Mapping):
        raise ReportError("a report of several stores needs a folder of its own; name one")
    dest = Path(stores) / "report" if dest is None else Path(dest)
    _check_free(dest)
    selection = select_stores(stores, preset, against, protocol, reading)
    work = dest.parent / f".{dest.name}.{uuid.uuid4().hex}"
    try:
        work.mkdir(parents=True)
        try:
            lineage = Lineage(selection)
            _write(_publishable(shown(selection)), lineage, gaps, types or {}, work)
            _write_lineage(selection, lineage, work, dest)
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


def _publishable(selection: Selection) -> Selection:
    """Return the selection without paths of the machine, which are nobody's business."""
    jobs = selection.jobs.copy()
    for column in _MAY_HOLD_PATHS:
        jobs[column] = jobs[column].map(hide_paths, na_action="ignore")
    scores = selection.scores.assign(overrides=selection.scores["overrides"].map(hide_paths, na_action="ignore"))
    return replace(selection, jobs=jobs, scores=scores)


def _write(selection: Selection, lineage: Lineage, gaps: str, types: Mapping[str, str], work: Path) -> None:
    tables, figures = work / "tables", work / "figures"
    tables.mkdir()
    figures.mkdir()
    mixed = selection.reading.mix_judges
    comparisons = compare_all(selection.scores, gaps, selection.datasets, mixed)
    sections = []
    for score in score_names(selection.scores):
        table = score_table(selection.scores, score, selection.references, selection.datasets, mixed)
        rows = lineage.rows(_source(score))
        _write_score(table, tables, rows)
        ranking = comparisons[score]
        if isinstance(ranking, Comparison):
            pairs = pairwise(ranking)
            diagram = write_diagram(ranking, figures / f"{stem_of(score)}-cd", rows, pairs=pairs)
            ranking = Ranking(ranking, pairs, diagram)
        sections.append(Section(table, ranking, _write_labels(selection, score, figures, lineage.rows(Source(TABLES)))))
    board = board_of(comparisons, selection.scores, selection.datasets)
    _write_overview(selection, board, gaps, tables, lineage.rows(Source(TABLES)))
    _write_tests(comparisons, tables)
    levels = reading_levels(selection.references)
    shares = normalised(selection.scores, levels, selection.datasets)
    shares.to_csv(tables / "generation.csv", index=False)
    findings = find(selection, comparisons)
    diagrams = write_findings(findings, work, lineage.rows(Source(TABLES)))
    rows_of = {name: lineage.rows(Source(TABLES, datasets=(name,))) for name in selection.datasets}
    content = Content(selection, board, tuple(sections), levels, shares, gaps, types, findings, diagrams, rows_of)
    hardware(selection.jobs).to_csv(tables / "hardware.csv", index=False)
    write_site(content, work)
    about = {"format": 1, "rows": selection.rows_hash, "preset": selection.preset, "gaps": gaps}
    (work / _MARKER).write_text(json.dumps(about) + "\n", encoding="utf-8")


def _source(score: str) -> Source:
    """Return the source of the tables and figures of a score."""
    return Source(("scores", "references"), scores=(score,))


def _write_score(table: ScoreTable, folder: Path, rows: str) -> None:
    columns = table.mean.copy()
    for method in table.mean.columns:
        if table.std[method].notna().any():
            columns[f"{method} std"] = table.std[method]
    if table.real is not None:
        columns[[f"real data{of}" for of in table.real]] = table.real
    columns.to_csv(folder / f"{stem_of(table.score)}.csv")
    (folder / f"{stem_of(table.score)}.tex").write_text(score_table_latex(table, rows=rows), encoding="utf-8")


def _write_labels(selection: Selection, score: str, folder: Path, rows: str) -> str:
    """Draw a score by the share of the training labels, and return the SVG; nothing of a score without."""
    if score not in label_curves():
        return ""
    try:
        table, datasets = accuracy_by_labels(selection.scores, score, selection.datasets)
    except ReportError:  # no method has been given few labels yet
        return ""
    drawn = label_chart(table, f"{score_of(score).title}, mean over {datasets} data sets")
    return save(drawn, folder / f"{stem_of(score)}-labels", rows)


def _write_tests(comparisons: Mapping[str, Comparison | NotCompared], folder: Path) -> None:
    rows = []
    for score, found in comparisons.items():
        if isinstance(found, NotCompared):
            rows += [{"score": score, "refused": found.why}] if found.refused else []
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


def _write_overview(selection: Selection, board: pd.DataFrame, gaps: str, folder: Path, rows: str) -> None:
    flat = board.copy()
    flat.columns = [f"{score} {statistic}" for score, statistic in board.columns]
    flat.dropna(axis=1, how="all").to_csv(folder / "leaderboard.csv")
    caption = (
        "Mean score (and mean rank, 1 is best; of each, bold: best, underlined: second best) over "
        f"{len(selection.datasets)} data sets{', preset ' * bool(selection.preset)}{selection.preset}; "
        f"policy for gaps: {gaps}."
    )
    places = board_places(board, selection.scores)
    (folder / "leaderboard.tex").write_text(leaderboard_latex(board, places, caption, rows), encoding="utf-8")
    coverage(selection.scores, selection.jobs).to_csv(folder / "coverage.csv")
    failures(selection.jobs).to_csv(folder / "failures.csv", index=False)
    # Columns that scores and jobs both have are written once, with the jobs; `job` joins them.
    twice = ["data_hash", "treatment", "archive", "device", "overrides"]
    selection.scores.drop(columns=twice).to_csv(folder / "scores.csv", index=False)
    selection.jobs.drop(columns=["config", "traceback"]).to_csv(folder / "jobs.csv", index=False)
    selection.references.to_csv(folder / "references.csv", index=False)


def _write_lineage(selection: Selection, lineage: Lineage, work: Path, dest: Path) -> None:
    datasets = {
        f"datasets/{file.removesuffix('.html')}{end}": name
        for name, file in file_names(selection.datasets).items()
        for end in (".html", "-scores.csv", "-seeds.csv", "-jobs.csv", "-series.pdf")
    }
    scores = {stem_of(name): name for name in score_names(selection.scores)}
    for path in sorted(work.rglob("*")):
        name = path.relative_to(work).as_posix()
        # Of figures and tables of a score, the name begins with the score's: fid.csv, fid-cd-ranks.csv.
        score = scores.get(path.stem.split("-cd")[0]) if "/" in name else None
        if name in datasets:
            lineage.record(name, Source(TABLES, datasets=(datasets[name],)))
        elif score is not None and name.startswith(("tables/", "figures/")):
            lineage.record(name, _source(score))
        elif path.is_file() and not name.startswith("assets/"):
            lineage.record(name, Source(TABLES))
    lineage.write(work, dest)
