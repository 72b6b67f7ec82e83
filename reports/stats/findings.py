"""The findings of a report beyond ranks: equivalence, agreement of scores, reversed verdicts, as tables."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from ...results import score_of
from ..data.selection import Selection
from .agreement import agreement
from .comparison import Comparison, NotCompared
from .equivalence import equivalence, hidden_by_quantisation
from .groups import shows_cliques
from .real import real_distances, size_correlations
from .reversals import reversals


@dataclass(frozen=True, eq=False)
class Findings:
    """Tables that say how far the verdicts of a report carry.

    Attributes:
        equivalence: For each accuracy every pair of methods, as `equivalence` gives it, with the column `score`.
        quantisation: As `hidden_by_quantisation` gives it.
        agreement: Of the scores of generated series, as `agreement` gives it.
        reversals: For each score as `reversals` gives it, with the column `score`.
        real: As `real_distances` gives it.
        sizes: As `size_correlations` gives it.
    """

    equivalence: pd.DataFrame
    quantisation: pd.DataFrame
    agreement: pd.DataFrame
    reversals: pd.DataFrame
    real: pd.DataFrame
    sizes: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables by their names in files, those that have rows."""
        named = {
            "equivalence": self.equivalence,
            "quantisation": self.quantisation,
            "agreement": self.agreement,
            "reversals": self.reversals,
            "real-distances": self.real,
        }
        return {name: table for name, table in named.items() if len(table)}


def find(selection: Selection, comparisons: Mapping[str, Comparison | NotCompared]) -> Findings:
    """Return the findings of the rows of a report.

    Args:
        selection: The rows of the report.
        comparisons: One per score; those of fewer than five data sets say nothing here.
    """
    compared = [one for one in comparisons.values() if isinstance(one, Comparison) and shows_cliques(one)]
    accuracies = [one for one in compared if score_of(one.score).bounds == (0.0, 1.0)]
    generated = [one for one in compared if score_of(one.score).scale]
    real = real_distances(selection.references, selection.jobs)
    return Findings(
        equivalence=_of_scores({one.score: equivalence(one) for one in accuracies}),
        quantisation=hidden_by_quantisation(selection.scores, selection.datasets),
        agreement=agreement(generated),
        reversals=_of_scores({one.score: reversals(one) for one in compared}),
        real=real,
        sizes=size_correlations(real),
    )


def _of_scores(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    frames = [table.assign(score=score) for score, table in tables.items() if len(table)]
    if not frames:
        return pd.DataFrame()
    table = pd.concat(frames, ignore_index=True)
    return table[["score", *table.columns.drop("score")]]
