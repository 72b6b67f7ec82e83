"""Generation scores between nothing and real series, as pages show them."""

import pandas as pd

from ...results import score_of
from ..data.methods import suffix
from ..stats.shares import range_text, share_summary, ways_text
from .content import Content


def shares_of_dataset(name: str, content: Content) -> dict[tuple[str, str], float]:
    """Return the share of the distance that each method covers on a data set: (score, method) -> share, or NaN."""
    rows = content.shares[content.shares["dataset"] == name]
    return {(row.score, row.method): row.share for row in rows.itertuples()}


def levels_of_dataset(name: str, content: Content) -> dict[str, dict[str, dict[str, object]]]:
    """Return the ends of the scale on a data set, for each store where its judges differ.

    Returns:
        "", or a store's label as in " [A]" -> score -> nothing, real, and whether they lie apart.
    """
    rows = content.levels[content.levels["dataset"] == name]
    apart = "store" in rows and (rows.groupby("score")["real"].nunique() > 1).any()
    found: dict[str, dict[str, dict[str, object]]] = {}
    for row in rows.itertuples():
        low, high = (row.nothing, row.real) if score_of(row.score).higher_is_better else (row.real, row.nothing)
        level = {"nothing": row.nothing, "real": row.real, "apart": high > low}
        found.setdefault(suffix(row.store) if apart else "", {}).setdefault(row.score, level)
    return found


def summary(content: Content) -> dict[str, object] | None:
    """Return medians and ranges over data sets: heads (name, title), ways in words, a line per method; or None."""
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
        "heads": [{"name": name, "title": score_of(name).title} for name in names],
        "ways": ways_text(names),
        "lines": lines,
    }


def summary_of_score(name: str, whole: dict[str, object] | None) -> dict[str, object] | None:
    """Return what `summary` says of one score."""
    names = [head["name"] for head in whole["heads"]] if whole else []
    if name not in names:
        return None
    place = names.index(name)
    lines = [{"method": line["method"], "cells": [line["cells"][place]]} for line in whole["lines"]]
    return {"heads": [whole["heads"][place]], "ways": score_of(name).scale.way, "lines": lines}


def shares_of_method(method: str, content: Content) -> dict[str, dict[str, object]]:
    """Return, of one method, score -> median and range over data sets, and the number of those; where there is any."""
    table = share_summary(content.shares[content.shares["method"] == method])
    cells = {name: _cell(table, method, name) for name in table.columns.unique("score")} if len(table) else {}
    return {name: cell for name, cell in cells.items() if cell["datasets"]}


def _cell(table: pd.DataFrame, method: str, name: str) -> dict[str, object]:
    median, low, high, count = table.loc[method, name][["median", "low", "high", "datasets"]]
    return {"median": median, "range": range_text(low, high), "datasets": int(count)}
