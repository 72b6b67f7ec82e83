"""Generation scores on the scale of their data set: 0 is a generator without use, 1 is as good as real series.

They depend on the classes and on the FCN of a data set, so that their values say little across data sets. Between
two levels they do:

| score | 0, "nothing" | 1, "real" |
|---|---|---|
| inception score | 1, its lowest value: every sample looks alike to the FCN | the real test series |
| FID, KID, both on either features | the training series whose features are nearest to the mean of the test series', over and over | all training series |
| CAS | share of the most frequent class of the test split | the FCN trained on real series |

The share of the distance covered is (value - nothing) / (real - nothing). It is negative for what is worse than
nothing and may be above 1: samples spread over the classes more evenly than the test split, say. Where real series
are no better than nothing there is no distance, and the share is NaN.
"""  # noqa: E501, a table

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ...results import scaled_scores, score_of
from ..data.frames import seed_means
from ..data.judges import beside
from ..data.methods import name_methods
from .tables import GAP

# Shares are told up to one whole way beyond either end: FID has no bound, and a generator that leaves the data is not
# the more telling the further it goes.
LEAST, MOST = -1.0, 2.0


def normalised(scores: pd.DataFrame, levels: pd.DataFrame, datasets: Sequence[str] | None = None) -> pd.DataFrame:
    """Return generation scores beside their levels, and the share of the distance covered.

    Args:
        scores: Tidy scores.
        levels: As `reading_levels` gives them; each value is read between those of its own judge.
        datasets: The data sets that ought to be there.

    Returns:
        A row per data set, method and generation score: dataset, method, score, value (mean over seeds, NaN for a
        gap), nothing, real, share, and ratio (value / real, of FID how many times as far as the training series).
    """
    frames = []
    for score in scaled_scores():
        of = levels[levels["score"] == score]
        if of.empty or score not in set(scores["score"]):
            continue
        table = seed_means(scores, score, datasets)
        values = (
            table.where(np.isfinite(table)).round(score_of(score).decimals).stack(future_stack=True).rename("value")
        )
        frame = values.reset_index().assign(score=score)
        named = name_methods(scores)
        ends = beside(named[named["score"] == score], of, score, ("nothing", "real"))
        frames.append(frame.merge(ends.reset_index(), on=["dataset", "method"], how="left"))
    if not frames:
        return pd.DataFrame(columns=["dataset", "method", "score", "value", "nothing", "real", "share", "ratio"])
    rows = pd.concat(frames, ignore_index=True)
    sign = rows["score"].map({name: 1.0 if score_of(name).higher_is_better else -1.0 for name in scaled_scores()})
    distance = sign * (rows["real"] - rows["nothing"])
    share = sign * (rows["value"] - rows["nothing"]) / distance.where(distance > 0)
    ratio = rows["value"] / rows["real"].where(rows["real"] > 0)
    return rows.assign(share=share, ratio=ratio)[
        ["dataset", "method", "score", "value", "nothing", "real", "share", "ratio"]
    ]


def share_summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Return methods x (score, statistic) of what `normalised` gave: median, lowest and highest share over data sets.

    Data sets on which a method has no share are left out; `datasets` says how many are in.
    """
    groups = rows.groupby(["method", "score"], sort=False)["share"]
    statistics = {"median": groups.median(), "low": groups.min(), "high": groups.max(), "datasets": groups.count()}
    table = pd.DataFrame(statistics).unstack("score")
    return table.swaplevel(axis=1).sort_index(axis=1, level=0, sort_remaining=False)


def ways_text(names: Sequence[str]) -> str:
    """Return the ways from nothing to real series in words, those of several scores together where they are alike."""
    ways: dict[str, list[str]] = {}
    for score in map(score_of, names):
        ways.setdefault(score.scale.way, []).append(score.title)
    return "; ".join(f"{', '.join(titles)}: {way}" for way, titles in ways.items())


def share_text(share: float) -> str:
    """Return a share in whole percent, "< -100 %" or "> 200 %" where it lies more than the whole way beyond an end."""
    if pd.isna(share):
        return GAP
    percent = round(100 * min(max(share, LEAST), MOST)) or 0  # rounded to 0, it has no sign
    return f"{'< ' if share < LEAST else '> ' if share > MOST else ''}{percent} %".replace(" ", "\u202f")


def range_text(low: float, high: float) -> str:
    """Return the lowest and the highest share over data sets in words; nothing where they are told alike."""
    ends = share_text(low), share_text(high)
    return "" if ends[0] == ends[1] else " to ".join(ends)
