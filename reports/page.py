"""The page: one HTML file that needs nothing else, from the frames and pictures of a report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape

from ..results import SCORES, Score
from .canvas import inline
from .diagram import reading, shows_cliques
from .palette import colours
from .selection import Selection
from .statistics import ALPHA, Comparison, decimals, higher_is_better
from .tables import GAP, REAL, ScoreTable, coverage, failures

_TEMPLATES = Path(__file__).parent / "templates"
_VERSIONS = ("ucrbench", "python", "torch", "aeon", "numpy", "scikit_learn")


@dataclass(frozen=True, eq=False)
class Section:
    """What the page shows of one score.

    Attributes:
        table: Data sets x methods.
        comparison: How the methods compare, the reason why they are not compared, or None for a score that
            has no direction.
        diagram: SVG of the critical-difference diagram, where there is a comparison.
    """

    table: ScoreTable
    comparison: Comparison | str | None
    diagram: str | None


def page(
    selection: Selection,
    board: pd.DataFrame,
    sections: Sequence[Section],
    pictures: Mapping[str, str],
    gaps: str = "refuse",
) -> str:
    """Render the page.

    Args:
        selection: What the report is about.
        board: The leaderboard.
        sections: One per score.
        pictures: SVG of real against generated series, by data set.
        gaps: The policy for gaps, named on the page.

    Returns:
        HTML. Whatever came from outside is escaped in it.
    """
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["number"] = _number
    counted = coverage(selection.scores, selection.jobs)
    return environment.get_template("page.html").render(
        about=_about(selection),
        gaps=gaps,
        alpha=ALPHA,
        gap=GAP,
        colours=colours(board.index),
        coverage=counted.reset_index().to_dict("records"),
        coverage_scores=[(name, _score(name).title) for name in counted.columns[4:]],
        failures=failures(selection.jobs).to_dict("records"),
        leaderboard=_board(board),
        sections=[_section(section, selection.scores) for section in sections],
        pictures={
            name: Markup(inline(svg, escape(f"Real and generated series of {name}"))) for name, svg in pictures.items()
        },
        provenance=_provenance(selection),
        datasets=_datasets(selection),
    )


def _score(name: str) -> Score:
    return SCORES.get(name, Score(name, None, 4, ""))


def _number(value: float, digits: int = 3) -> str:
    return GAP if pd.isna(value) else f"{value:.{digits}f}"


def _about(selection: Selection) -> dict[str, object]:
    scores = selection.scores
    return {
        "n_datasets": len(selection.datasets),
        "n_methods": selection.jobs["method"].nunique(),
        "n_jobs": len(selection.jobs),
        "n_failed": int((selection.jobs["status"] != "ok").sum()),
        "seeds": sorted(int(seed) for seed in scores["seed"].unique()),
        "preset": selection.preset,
        "rows_hash": selection.rows_hash,
        "finished": selection.jobs["finished_at"].max().strftime("%Y-%m-%d %H:%M UTC"),
    }


def _board(board: pd.DataFrame) -> dict[str, object]:
    scores = list(dict.fromkeys(board.columns.get_level_values("score")))
    heads = [{"name": name, "title": _score(name).title, "up": _score(name).higher_is_better} for name in scores]
    rows = []
    for method, line in board.iterrows():
        cells = []
        for name in scores:
            mean, rank, wins = (line[name, statistic] for statistic in ("mean", "mean_rank", "wins"))
            best = not pd.isna(rank) and rank == board[name, "mean_rank"].min()
            ranked = not pd.isna(rank)
            cells.append(
                {
                    "mean": _number(mean, min(decimals(name), 3)),
                    "rank": f"rank {rank:.2f}" if ranked else "",
                    "wins": f"{wins:.0f} win{'' if wins == 1 else 's'}" if ranked else "",
                    "sort": rank if ranked else ("" if pd.isna(mean) else mean),
                    "best": best,
                }
            )
        rows.append({"method": method, "cells": cells})
    return {"heads": heads, "rows": rows}


def _section(section: Section, scores: pd.DataFrame) -> dict[str, object]:
    table, comparison = section.table, section.comparison
    score = _score(table.score)
    shown: dict[str, object] = {
        "name": table.score,
        "title": score.title,
        "description": score.description,
        "up": higher_is_better(table.score, scores),
        "digits": decimals(table.score),
        "methods": list(table.text.columns),
        "rows": [
            {
                "dataset": dataset,
                "cells": [
                    {
                        "text": table.text.loc[dataset, method],
                        "sort": table.mean.loc[dataset, method],
                        "place": int(table.place.loc[dataset, method]),
                    }
                    for method in table.text.columns
                ],
                "real": None if table.real is None else table.real[dataset],
            }
            for dataset in table.text.index
        ],
        "real_head": None if table.real is None else REAL[table.score][1],
        "real_is": None if table.real is None else REAL[table.score][2],
        "refusal": comparison if isinstance(comparison, str) else None,
        "comparison": None,
    }
    if isinstance(comparison, Comparison):
        shown["comparison"] = {
            "n_datasets": comparison.n_datasets,
            "left_out": comparison.left_out,
            "summary": comparison.summary.reset_index().to_dict("records"),
            "pairs": comparison.pairs.sort_values("p_holm", kind="stable").to_dict("records"),
            "friedman": comparison.friedman,
            "reading": reading(comparison),
            "cliques": shows_cliques(comparison),
            "diagram": Markup(inline(section.diagram, escape(_spoken(comparison, score.title)))),
        }
    return shown


def _spoken(comparison: Comparison, title: str) -> str:
    ranks = ", ".join(f"{name} {rank:.2f}" for name, rank in comparison.summary["mean_rank"].items())
    return f"Critical-difference diagram of {title}. Mean ranks: {ranks}"


def _provenance(selection: Selection) -> list[tuple[str, str]]:
    jobs, scores = selection.jobs[selection.jobs["status"] == "ok"], selection.scores
    rows = [
        ("Preset", _values(jobs["preset"])),
        ("Changed settings", _values(jobs["overrides"].replace("{}", "none"))),
        ("Protocol version", _values(scores["protocol_version"])),
        ("Archive", _values(scores["archive"])),
        ("Device", _values(jobs["device"])),
        ("Threads per job", _values(jobs["threads"])),
        ("Time in jobs", f"{jobs['seconds_total'].sum() / 3600:.2f} hours"),
    ]
    rows += [(name.replace("_", "-"), _values(jobs[name])) for name in _VERSIONS]
    return [
        *rows,
        ("Commit", _values(jobs["commit"].astype("string").str.slice(0, 12))),
        ("Hash of the rows", selection.rows_hash),
    ]


def _datasets(selection: Selection) -> list[dict[str, object]]:
    jobs, scores = selection.jobs[selection.jobs["status"] == "ok"], selection.scores
    rows = []
    for dataset in selection.datasets:
        job = jobs[jobs["dataset"] == dataset]
        score = scores[(scores["dataset"] == dataset) & scores["score"].isin(["inception_score", "fid"])]
        if job.empty:
            rows.append({"dataset": dataset})
            continue
        sizes = {name: _values(job[name]) for name in ("n_train", "n_test", "length", "n_classes")}
        rows.append(
            {
                "dataset": dataset,
                **sizes,
                "treatment": _values(job["treatment"]),
                "hash": _values(job["data_hash"].astype("string").str.slice(0, 12)),
                "classifier": _values(score["classifier"]),
                "samples": _values(score["n_samples"]),
            }
        )
    return rows


def _values(column: pd.Series) -> str:
    return ", ".join(sorted(str(value) for value in column.dropna().unique())) or GAP
