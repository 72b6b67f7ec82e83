"""A page per variant (with its views, if it ran with several): its ranks, and its duels with the others."""

import json

import numpy as np
import pandas as pd
from markupsafe import Markup

from ...results import score_of
from ..data.frames import higher_is_better
from ..draw.bars import rank_bars
from ..draw.web import picture
from ..stats.comparison import ALPHA, NotCompared
from .content import Content, Ranking, Section
from .shares import shares_of_method

_COUNTS = (
    ("Jobs", "jobs"),
    ("Finished", "ok"),
    ("Parameters", "parameters"),
    ("Mean seconds of a job", "seconds"),
    ("Highest memory, MB", "memory"),
)


def variant_page(method: str, jobs: pd.DataFrame, content: Content) -> dict[str, object]:
    """Return what the template of a variant's page needs.

    Args:
        method: The method.
        jobs: Its jobs.
        content: The whole.
    """
    good = jobs[jobs["status"] == "ok"]
    sections = [section for section in content.sections if method in section.table.mean]
    shares = shares_of_method(method, content)
    return {
        "method": method,
        "facts": _facts(jobs, good),
        "standing": [_standing(method, section, shares.get(section.name), content) for section in sections],
        "shares": bool(shares),
        "against": _against(method, content),
        "alpha": ALPHA,
        "heads": [_head(section, content) for section in sections],
        "rows": [
            {"dataset": name, "cells": [_cell(method, name, section) for section in sections]}
            for name in content.facts.index
        ],
        "settings": _settings(good if len(good) else jobs),
        "failed": jobs[jobs["status"] != "ok"].sort_values(["dataset", "seed"]).to_dict("records"),
    }


def _facts(jobs: pd.DataFrame, good: pd.DataFrame) -> list[tuple[str, str]]:
    parameters = good["n_parameters"].dropna()
    memory = good["peak_memory_bytes"].dropna()
    values = {
        "jobs": f"{len(jobs):,}",
        "ok": f"{len(good):,}",
        "parameters": _span(parameters),
        "seconds": f"{good['seconds_total'].mean():,.1f}" if good["seconds_total"].notna().any() else "",
        "memory": f"{memory.max() / 1e6:,.0f}" if len(memory) else "",
    }
    return [(title, values[key]) for title, key in _COUNTS if values[key]]


def _span(values: pd.Series) -> str:
    if values.empty:
        return ""
    low, high = int(values.min()), int(values.max())
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _head(section: Section, content: Content) -> dict[str, object]:
    up = higher_is_better(section.name, content.selection.scores)
    return {"name": section.name, "title": score_of(section.name).title, "up": up}


def _standing(method: str, section: Section, share: dict[str, object] | None, content: Content) -> dict[str, object]:
    found = {
        **_head(section, content),
        "digits": min(score_of(section.name).decimals, 3),
        "refusal": "",
        "share": share,
    }
    if isinstance(section.ranking, NotCompared):
        return {
            **found,
            "refusal": section.ranking.why,
            "mean": content.board[section.name, "mean"].get(method, np.nan),
        }
    comparison = section.ranking.comparison
    line = comparison.summary.loc[method]
    counts = _counts(comparison.ranks[method], comparison.ranks.shape[1])
    return {
        **found,
        "mean": line["mean"],
        "median": line["median"],
        "rank": line["mean_rank"],
        "wins": int(line["wins"]),
        "place": int((comparison.summary["mean_rank"] < line["mean_rank"]).sum()) + 1,
        "of": len(comparison.summary),
        "n_datasets": comparison.n_datasets,
        "ranks": _bars(counts, content.colours[method]),
    }


def _counts(ranks: pd.Series, n_methods: int) -> list[int]:
    """Count how often each rank was taken; a shared one counts as the better of the two it lies between."""
    return np.bincount(np.floor(ranks.to_numpy()).astype(int), minlength=n_methods + 1)[1:].tolist()


def _bars(counts: list[int], colour: str) -> Markup:
    spoken = "How often each rank: " + ", ".join(f"{place + 1}: {count}" for place, count in enumerate(counts))
    return picture(rank_bars(counts, colour), spoken, "bars")


def _against(method: str, content: Content) -> dict[str, object]:
    """Return wins, ties and losses against every other method, by score, and whether the test tells them apart."""
    compared = [
        section
        for section in content.sections
        if isinstance(section.ranking, Ranking) and method in section.ranking.comparison.ranks
    ]
    duels = [_duels(section.ranking.comparison.pairs, method) for section in compared]
    rows = []
    for other in content.methods:
        cells = [of.get(other) for of in duels]
        if any(cells):
            rows.append({"method": other, "cells": cells})
    return {"heads": [score_of(section.name).title for section in compared], "rows": rows}


def _duels(pairs: pd.DataFrame, method: str) -> dict[str, dict[str, object]]:
    """Return by the other method: data sets won, tied and lost, p, and which of the two is better."""
    found = {}
    for row in pairs[(pairs["first"] == method) | (pairs["second"] == method)].to_dict("records"):
        straight = row["first"] == method
        win, loss = (row["win"], row["loss"]) if straight else (row["loss"], row["win"])
        apart = row["p_holm"] <= ALPHA and win != loss
        found[row["second"] if straight else row["first"]] = {
            "win": win,
            "tie": row["tie"],
            "loss": loss,
            "p": row["p_holm"],
            "verdict": ("better" if win > loss else "worse") if apart else "",
        }
    return found


def _cell(method: str, dataset: str, section: Section) -> dict[str, object]:
    table = section.table
    return {
        "text": table.text.loc[dataset, method],
        "mean": table.mean.loc[dataset, method],
        "place": int(table.place.loc[dataset, method]),
    }


def _settings(jobs: pd.DataFrame) -> list[dict[str, object]]:
    """Return each configuration the method ran with, and on how many jobs."""
    found = []
    for (config, overrides), rows in jobs.groupby(["config", "overrides"]):
        found.append(
            {"jobs": len(rows), "config": _pretty(config), "overrides": overrides if overrides != "{}" else ""}
        )
    return found


def _pretty(config: str) -> str:
    try:
        return json.dumps(json.loads(config), indent=2, ensure_ascii=False)
    except ValueError:
        return config
