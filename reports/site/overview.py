"""The first page: the leaderboard, and the numbers from which the browser works it out for any subset."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ...results import score_of
from ..data.frames import higher_is_better
from ..data.judges import judge_table
from ..draw.files import stem_of
from ..stats.comparison import GAPS
from ..stats.tables import ScoreTable, board_digits, board_places
from .content import Content, Section
from .pictures import SERIES, Group
from .shares import summary


def overview(content: Content, series: Mapping[str, Group]) -> dict[str, object]:
    """Return what the template of the first page needs.

    Args:
        content: The whole.
        series: Pictures of real and generated series by data set.
    """
    facts = content.facts
    places = board_places(content.board, content.selection.scores)
    return {
        "about": _about(content),
        "scores": [_head(section, content) for section in content.sections],
        "board": [_line(method, content, places) for method in content.methods],
        "rows": [_row(name, content) for name in facts.index],
        "types": facts["type"].value_counts().sort_index().to_dict() if content.types else {},
        "ranges": [
            (name, title, _least(facts[name]), _most(facts[name]))
            for name, title in (("length", "Length"), ("n_train", "Training series"), ("n_classes", "Classes"))
        ],
        "policies": GAPS,
        "shares": summary(content),
        "series": series,
        "series_title": SERIES,
        "widths": _widths(content),
        "data": numbers(content),
    }


def numbers(content: Content) -> dict[str, object]:
    """Return the numbers behind the leaderboard, small enough to be carried by the page.

    Values are means over seeds, rounded to the score's decimals as they are before ranking (three more where a
    score is not ranked); None is a gap: missing, NaN, infinite, or not of every seed.
    """
    return {
        "gaps": content.gaps,
        "methods": content.methods,
        # In addresses, which outlive a change of titles.
        "identifiers": [content.identifier(method) for method in content.methods],
        "datasets": [
            {"name": name, **{column: _plain(value) for column, value in row.items()}}
            for name, row in content.facts.to_dict("index").items()
        ],
        "scores": [_score_numbers(section.table, content) for section in content.sections],
    }


def _score_numbers(table: ScoreTable, content: Content) -> dict[str, object]:
    up = higher_is_better(table.score, content.selection.scores)
    digits = score_of(table.score).decimals
    mean = table.mean.reindex(index=content.facts.index, columns=content.methods)
    # Where stores differ in what real series reach, the pages of data sets say which is whose.
    real = None if table.real is None else table.real.reindex(content.facts.index)
    real = None if real is None else real.iloc[:, 0].where(real.nunique(axis=1) == 1)
    return {
        "name": table.score,
        "table": _table(table.score),
        "up": up,
        "digits": digits,
        "judges": _judges(table, content),
        "has": [method in table.mean for method in content.methods],
        "values": [_rounded(row, digits if up is not None else digits + 3) for row in mean.to_numpy(float)],
        "real": None if real is None else _rounded(real.to_numpy(float), digits),
        "realTitle": None if real is None else score_of(table.score).scale.heading,
    }


def _table(score: str) -> str:
    """Return the path of a score's table without its ending."""
    return f"tables/{stem_of(score)}"


def _judges(table: ScoreTable, content: Content) -> list[list[int]] | None:
    """Return a number per data set and method that tells judges apart; None where values may be ranked together."""
    of = None if content.selection.reading.mix_judges else judge_table(content.selection.scores, table.score)
    if of is None or (of.nunique(axis=1) < 2).all():
        return None
    of = of.reindex(index=content.facts.index, columns=content.methods)
    return pd.factorize(of.to_numpy(object).ravel())[0].reshape(of.shape).tolist()


def _rounded(values: np.ndarray, digits: int) -> list[float | None]:
    # As pandas rounds, so that what ties there ties here.
    return [float(value) if np.isfinite(value) else None for value in np.round(values, digits)]


def _plain(value: object) -> object:
    if pd.isna(value):
        return None
    return value if isinstance(value, str) else int(value)


def _about(content: Content) -> dict[str, object]:
    selection = content.selection
    return {
        "n_datasets": len(selection.datasets),
        "n_methods": len(content.methods),
        "n_jobs": len(selection.jobs),
        "n_failed": int((selection.jobs["status"] != "ok").sum()),
        "n_seeds": int(selection.scores["seed"].nunique()),
        "preset": selection.preset,
        "finished": selection.jobs["finished_at"].max().strftime("%Y-%m-%d %H:%M UTC") if len(selection.jobs) else "",
    }


def _head(section: Section, content: Content) -> dict[str, object]:
    score = score_of(section.name)
    return {
        "name": section.name,
        "table": _table(section.name),
        "title": score.title,
        "up": higher_is_better(section.name, content.selection.scores),
        "description": score.description,
        "digits": score.decimals,
        "board_digits": board_digits(section.name),
        "section": section,
        "refusal": section.refusal,
        "real": None if section.table.real is None else score.scale.heading,
    }


def _line(method: str, content: Content, places: pd.DataFrame) -> dict[str, object]:
    cells = []
    for section in content.sections:
        found = content.board[section.name].loc[method] if method in content.board.index else None
        mean, rank, wins = (np.nan,) * 3 if found is None else (found["mean"], found["mean_rank"], found["wins"])
        cells.append(
            {
                "score": section.name,
                "mean": mean,
                "rank": rank,
                "wins": wins,
                "digits": board_digits(section.name),
                "best": found is not None and places.loc[method, (section.name, "mean")] == 1,
                "first": found is not None and places.loc[method, (section.name, "mean_rank")] == 1,
            }
        )
    return {"method": method, "cells": cells}


def _row(name: str, content: Content) -> dict[str, object]:
    table = content.sections[0].table
    cells = [
        {"value": table.mean.loc[name, method], "place": int(table.place.loc[name, method])}
        if method in table.mean
        else {"value": np.nan, "place": 0}
        for method in content.methods
    ]
    return {"dataset": name, **content.facts.loc[name].to_dict(), "cells": cells}


def _widths(content: Content) -> list[str]:
    """Return the widths of the columns of the table of data sets, in CSS and without spaces."""
    # Heads go on over lines between words; no column is narrower than a word.
    words = [max(map(len, name.split()), default=0) for name in content.methods]
    values = [min(max(5.2, 2.8 + 0.62 * length), 11.0) for length in words]
    facts = [7.5] * bool(content.types) + [4.7] * 4
    return ["min(15.5rem,40vw)", *(f"{width:.1f}rem" for width in [*facts, *values, 7.2])]


def _least(column: pd.Series) -> int | None:
    return None if column.isna().all() else int(column.min())


def _most(column: pd.Series) -> int | None:
    return None if column.isna().all() else int(column.max())
