"""Equivalence within a margin: that two methods differ by less than matters, which no test of a difference can show."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import nan

import numpy as np
import pandas as pd
from scipy import stats

from ...results import score_of
from ..data.continuous import PLAIN_OF
from ..data.frames import seed_means
from .comparison import ALPHA, FEWEST_DATASETS, Comparison

MARGIN = 0.01  # one point of accuracy
VERDICTS = {
    "better": "better by more than the margin",
    "worse": "worse by more than the margin",
    "equivalent": "different by less than the margin",
    "not worse": "better, or worse by less than the margin",
    "not better": "worse, or better by less than the margin",
    "open": "not decided by these data sets",
}


@dataclass(frozen=True)
class Equivalence:
    """The mean of paired differences, held against a margin.

    Attributes:
        difference: Mean over data sets.
        low: Lower end of its interval of 1 - 2 alpha.
        high: Upper end.
        p: Of the two one-sided t-tests, the larger p-value: small where the mean lies within the margin.
        verdict: One of `VERDICTS`, by where the interval lies.
    """

    difference: float
    low: float
    high: float
    p: float
    verdict: str


def tost(differences: Sequence[float], margin: float = MARGIN, alpha: float = ALPHA) -> Equivalence:
    """Test by two one-sided t-tests whether a mean lies between -margin and margin (Schuirmann 1987).

    The mean is within the margin at level alpha exactly where its interval of 1 - 2 alpha is.

    Args:
        differences: One per data set. An infinite one, of a method that lacks a value, leaves all open.
        margin: Above 0, in units of the score.
        alpha: Level of each of the two tests.
    """
    values = np.asarray(differences, dtype=float)
    if len(values) < 2 or not np.isfinite(values).all():
        return Equivalence(nan, nan, nan, nan, "open")
    mean, error = float(values.mean()), float(stats.sem(values))
    reach = float(stats.t.ppf(1 - alpha, len(values) - 1)) * error
    with np.errstate(divide="ignore", invalid="ignore"):  # differences that are all alike have no error
        nearest_end = np.divide(margin - abs(mean), error)
    p = float(stats.t.sf(nearest_end, len(values) - 1)) if not np.isnan(nearest_end) else 0.5
    return Equivalence(mean, mean - reach, mean + reach, p, _verdict(mean - reach, mean + reach, margin))


def equivalence(comparison: Comparison, margin: float = MARGIN, alpha: float = ALPHA) -> pd.DataFrame:
    """Return for every pair of methods whether the mean difference over data sets lies within a margin.

    Args:
        comparison: From `compare`.
        margin: In units of the score.
        alpha: Level of each one-sided test. Neither it nor the intervals are corrected for the number of pairs.

    Returns:
        A row per pair in the order of `comparison.pairs`: first, second, and the fields of `Equivalence`, the
        difference positive where the first is better.
    """
    return pd.DataFrame(
        {"first": row.first, "second": row.second}
        | asdict(tost(comparison.differences(row.first, row.second), margin, alpha))
        for row in comparison.pairs.itertuples()
    )


def hidden_by_quantisation(
    scores: pd.DataFrame, datasets: Sequence[str] | None = None, margin: float = MARGIN, alpha: float = ALPHA
) -> pd.DataFrame:
    """Return by how much probes of the latents before quantisation are better than those after, for each method.

    Args:
        scores: Tidy scores.
        datasets: The data sets that ought to be there.
        margin: In units of accuracy.
        alpha: As in `equivalence`.

    Returns:
        A row per score and method that quantises: score (that after quantisation), method, datasets (those with both
        values), and the fields of `Equivalence`. Empty with fewer than five data sets.
    """
    rows = []
    for before, after in PLAIN_OF.items():
        if not {before, after} <= set(scores["score"]):
            continue
        tables = [seed_means(scores, name, datasets) for name in (before, after)]
        for method in tables[0].columns.intersection(tables[1].columns):
            gained = (tables[0][method] - tables[1][method]).round(score_of(after).decimals)
            gained = gained[np.isfinite(gained)]
            # Of a method without a quantiser the two are one.
            if len(gained) >= FEWEST_DATASETS and gained.any():
                found = asdict(tost(gained, margin, alpha))
                rows.append({"score": after, "method": method, "datasets": len(gained)} | found)
    return pd.DataFrame(rows)


def _verdict(low: float, high: float, margin: float) -> str:
    if low > margin:
        return "better"
    if high < -margin:
        return "worse"
    if -margin < low and high < margin:
        return "equivalent"
    if low > -margin:
        return "not worse"
    return "not better" if high < margin else "open"
