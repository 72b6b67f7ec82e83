"""Judges: which FCN gave each value, and what real series reach by the same one.

A judged value means something beside values of the same judge alone: another FCN has other features and classes.
"""

from collections.abc import Sequence

import pandas as pd

from ...results import SCORES, judged_scores
from .methods import name_methods

_NAMED = 3


def judge_table(scores: pd.DataFrame, score: str) -> pd.DataFrame | None:
    """Return data sets x methods: the judge of each value of a score, missing where there is no value or none is said.

    Returns:
        None for a score that nobody judges, and for rows that say nothing of judges.
    """
    if score not in judged_scores() or "classifier" not in scores:
        return None
    named = name_methods(scores)
    rows = named[named["score"] == score]
    rows = rows.assign(classifier=rows["classifier"].astype(object).fillna("unknown"))
    return rows.groupby(["dataset", "method"])["classifier"].first().unstack("method")


def mixed_datasets(scores: pd.DataFrame, score: str, values: pd.DataFrame) -> dict[str, list[str]]:
    """Return the data sets on which the values of a score come from different judges, and those judges, sorted.

    Args:
        scores: Tidy scores.
        score: Name of the score.
        values: Data sets x methods; those without a value are not looked at.
    """
    judges = judge_table(scores, score)
    if judges is None:
        return {}
    of = judges.reindex(index=values.index, columns=values.columns).where(values.notna())
    found = {str(name): sorted(row.dropna().unique()) for name, row in of.iterrows()}
    return {name: several for name, several in found.items() if len(several) > 1}


def refusal_text(score: str, mixed: dict[str, list[str]]) -> str:
    """Return why a score is not ranked: the data sets, their judges, and the way out, in one line."""
    named = "; ".join(f"{name}: {', '.join(judges)}" for name, judges in list(mixed.items())[:_NAMED])
    more = f"; and {len(mixed) - _NAMED} more" if len(mixed) > _NAMED else ""
    return (
        f"{score} comes from different judges on {len(mixed)} data set{'s' if len(mixed) > 1 else ''} ({named}{more}), "
        "and is ranked among values of one judge only; run one of the results again with the other's judge "
        "(--fcn-weights), or rank it all the same with --mix-judges"
    )


def judges_note(scores: pd.DataFrame, mix_judges: bool) -> list[str]:
    """Return a sentence for captions where judges differ between methods, or none."""
    tables = {name: judge_table(scores, name) for name in judged_scores() if not SCORES[name].companion}
    there = {name: table for name, table in tables.items() if table is not None and not table.empty}
    if not there:
        return []
    several = pd.concat([table.nunique(axis=1) > 1 for table in there.values()], axis=1).fillna(False).any(axis=1)
    if not several.any():
        return []
    titles = " and ".join(SCORES[name].title for name in there)
    end = "are ranked across judges all the same, as was asked for" if mix_judges else "are not ranked there"
    return [
        f"On {int(several.sum())} of {len(several)} data sets the methods had different FCNs as judges, so that values "
        f"of {titles} differ by the judge too, and {end}."
    ]


def beside(rows: pd.DataFrame, ends: pd.DataFrame, score: str, columns: Sequence[str]) -> pd.DataFrame:
    """Return what belongs to each method on each data set: of a judged score by its judge, of another by its store.

    Args:
        rows: Rows of the score, with the column `method`.
        ends: A row per data set and judge of it: `dataset`, where known `classifier` and `store`, and `columns`.
        score: Name of the score.
        columns: The columns wanted.

    Returns:
        (data set, method) x columns; missing where nothing is there for the row's own judge or store.
    """
    key = "classifier" if score in judged_scores() else "store"
    by = ["dataset", key] if key in rows and key in ends else ["dataset"]
    if "source" in rows and key == "store":
        rows = rows[rows["source"].isna()]  # results from elsewhere have no store, and no real series of their own
    own = rows.drop_duplicates(["dataset", "method"])[["method", *by]]
    found = own.merge(ends.drop_duplicates(by)[[*by, *columns]], on=by, how="left")
    return found.set_index(["dataset", "method"])[list(columns)]
