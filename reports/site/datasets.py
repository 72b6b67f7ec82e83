"""A page per data set: its scores by method and seed, series, latents, training curves and jobs."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from ...results import SCORES, judged_scores, score_of
from ..data.frames import higher_is_better
from ..data.kept import kept_of
from ..data.methods import ordered
from .content import Content
from .pictures import Group, pictures_of
from .shares import levels_of_dataset, shares_of_dataset

_JOB_COLUMNS = (
    "method", "seed", "status", "attempts", "seconds_total", "seconds_fit", "seconds_prior", "seconds_sample",
    "seconds_score", "peak_memory_bytes", "peak_device_memory_bytes", "n_parameters", "finished_at", "job",
)  # fmt: skip


def dataset_page(
    name: str, jobs: pd.DataFrame, scores: pd.DataFrame, content: Content, folder: Path
) -> dict[str, object]:
    """Return what the template of a data set's page needs.

    Args:
        name: The data set.
        jobs: Its jobs.
        scores: Its scores.
        content: The whole.
        folder: Folder of the page, which gets its picture of series as PDF.
    """
    names = list(content.facts.index)
    place = names.index(name)
    good = jobs[jobs["status"] == "ok"]
    return {
        "dataset": name,
        "facts": content.facts.loc[name].to_dict(),
        "before": names[place - 1] if place else None,
        "after": names[place + 1] if place + 1 < len(names) else None,
        "scores": _table(name, content),
        "seeds": _seeds(scores),
        "pictures": _pictures(name, content, folder),
        "jobs": jobs.sort_values(["method", "seed"])[list(_JOB_COLUMNS)].to_dict("records"),
        "provenance": _provenance(good, scores),
        "failed": jobs[jobs["status"] != "ok"].to_dict("records"),
    }


def _table(name: str, content: Content) -> dict[str, object]:
    heads, lines = [], {method: [] for method in content.methods}
    shares = shares_of_dataset(name, content)
    for section in content.sections:
        table = section.table
        up = higher_is_better(table.score, content.selection.scores)
        heads.append({"name": table.score, "title": score_of(table.score).title, "up": up})
        for method, cells in lines.items():
            there = method in table.text
            cells.append(
                {
                    "text": table.text.loc[name, method] if there else "–",
                    "place": int(table.place.loc[name, method]) if there else 0,
                    "mean": table.mean.loc[name, method] if there else np.nan,
                    "share": shares.get((table.score, method), np.nan),
                }
            )
    names = [head["name"] for head in heads]
    real = {of: [_level(score, levels) for score in names] for of, levels in levels_of_dataset(name, content).items()}
    return {"heads": heads, "lines": lines, "real": real}


def _level(name: str, levels: Mapping[str, dict[str, object]]) -> dict[str, object]:
    """Return the ends of a score's scale as a cell of the foot of the table."""
    score = score_of(name)
    level = levels.get(name, {"nothing": np.nan, "real": np.nan, "apart": False})
    ends = {"real_is": score.scale.ceiling, "nothing_is": score.scale.nothing} if score.scale else {}
    return {**level, **ends, "title": score.title, "digits": score.decimals}


def _seeds(scores: pd.DataFrame) -> dict[str, object]:
    """Return every value of every seed: heads and rows."""
    there = set(scores["score"])
    names = [name for name in SCORES if name in there] + sorted(there - set(SCORES))
    known = {(row.method, row.seed, row.score): row.value for row in scores.itertuples()}
    keys = sorted(set(zip(scores["method"], scores["seed"], strict=True)), key=lambda key: key[1])
    order = {method: place for place, method in enumerate(ordered(scores["method"]))}
    rows = [
        {
            "method": method,
            "seed": seed,
            "cells": [(known.get((method, seed, name), np.nan), score_of(name).decimals) for name in names],
        }
        for method, seed in sorted(keys, key=lambda key: (order[key[0]], key[1]))
    ]
    return {"heads": [score_of(name).title for name in names], "rows": rows}


def _pictures(name: str, content: Content, folder: Path) -> list[Group]:
    """Draw what the stores have kept of one job per method."""
    kept = kept_of(content.selection, name)
    curves, latents, samples = kept.curves(), kept.latents(), kept.samples()
    pdf = folder / f"{content.dataset_pages[name].removesuffix('.html')}-series.pdf"
    return pictures_of(curves, latents, kept.real or (), samples, content.methods, pdf, content.rows_of[name])


def _provenance(jobs: pd.DataFrame, scores: pd.DataFrame) -> list[tuple[str, str]]:
    judged = scores[scores["score"].isin(judged_scores())]
    there = [score_of(name).title for name in judged_scores() if not score_of(name).companion]
    titles = " and ".join(there)
    return [
        (title, text)
        for title, text in (
            ("Treatment besides scaling", _values(jobs["treatment"])),
            ("Content hash", _values(jobs["data_hash"])),
            ("Archive", _values(jobs["archive"])),
            (f"FCN behind {titles}", _values(judged["classifier"])),
            (f"Samples for {titles}", _values(judged["n_samples"])),
            ("Device", _values(jobs["device"])),
            ("Commit", _values(jobs["commit"].astype("string").str.slice(0, 12))),
        )
        if text
    ]


def _values(column: pd.Series) -> str:
    return ", ".join(sorted(str(value) for value in column.dropna().unique()))
