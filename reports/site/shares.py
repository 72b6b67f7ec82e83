"""Generation scores between nothing and real series: what pages show of `ucrbench.reports.normalised`."""

import pandas as pd

from ...results import score_of
from ..stats.shares import share_summary
from .content import Content


def shares_of_dataset(name: str, content: Content) -> dict[tuple[str, str], float]:
    """Share of the distance that each method covers on a data set: (score, method) -> share, NaN where unknown."""
    rows = content.shares[content.shares["dataset"] == name]
    return {(row.score, row.method): row.share for row in rows.itertuples()}


def levels_of_dataset(name: str, content: Content) -> dict[str, dict[str, object]]:
    """Where 0 % and 100 % lie on a data set: score -> nothing, real, nothing_is, and whether there is a distance."""
    found = {}
    for row in content.levels[content.levels["dataset"] == name].itertuples():
        low, high = (row.nothing, row.real) if score_of(row.score).higher_is_better else (row.real, row.nothing)
        found[row.score] = {"nothing": row.nothing, "real": row.real, "nothing_is": row.nothing_is, "apart": high > low}
    return found


def summary(content: Content) -> dict[str, object] | None:
    """Medians over data sets: heads (name, title, way) and a line of cells per method; None where no share is known."""
    if content.shares["share"].notna().sum() == 0:
        return None
    table = share_summary(content.shares)
    names = [section.name for section in content.sections if section.name in table]
    lines = [
        {"method": method, "cells": [_cell(table, method, name) for name in names]}
        for method in content.methods
        if method in table.index
    ]
    return {
        "heads": [{"name": name, "title": score_of(name).title, "way": score_of(name).scale.way} for name in names],
        "lines": lines,
    }


def summary_of_score(name: str, whole: dict[str, object] | None) -> dict[str, object] | None:
    """What `summary` says of one score."""
    names = [head["name"] for head in whole["heads"]] if whole else []
    if name not in names:
        return None
    place = names.index(name)
    lines = [{"method": line["method"], "cells": [line["cells"][place]]} for line in whole["lines"]]
    return {"heads": [whole["heads"][place]], "lines": lines}


def shares_of_method(method: str, content: Content) -> dict[str, dict[str, float]]:
    """Of one method: score -> median over data sets, and the number of those; where there is any."""
    table = share_summary(content.shares[content.shares["method"] == method])
    cells = {name: _cell(table, method, name) for name in table.columns.unique("score")} if len(table) else {}
    return {name: cell for name, cell in cells.items() if cell["datasets"]}


def _cell(table: pd.DataFrame, method: str, name: str) -> dict[str, float]:
    return {"median": table.loc[method, (name, "median")], "datasets": table.loc[method, (name, "datasets")]}
