"""The content of a site, from which its pages are made."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from ..data.selection import Selection
from ..draw.palette import colours
from ..stats.comparison import Comparison, NotCompared
from ..stats.findings import Findings
from ..stats.tables import ScoreTable
from .names import file_names

_FACTS = ("n_train", "n_test", "length", "n_classes")


@dataclass(frozen=True, eq=False)
class Ranking:
    """The comparison of the methods in a score, as the site shows it.

    Attributes:
        comparison: The comparison.
        pairs: All there is to say of every pair of methods, as `pairwise` gives it.
        diagram: SVG of the critical-difference diagram.
    """

    comparison: Comparison
    pairs: pd.DataFrame
    diagram: str


@dataclass(frozen=True, eq=False)
class Section:
    """One score as the site shows it.

    Attributes:
        table: Data sets x methods.
        ranking: The comparison of the methods, or why they are not compared.
        labels: SVG of the score by the share of the training labels; empty where it has none.
    """

    table: ScoreTable
    ranking: Ranking | NotCompared
    labels: str

    @property
    def name(self) -> str:
        """Name of the score."""
        return self.table.score

    @property
    def refusal(self) -> str:
        """Why the methods are not compared, where they might be; empty elsewhere."""
        return self.ranking.why if isinstance(self.ranking, NotCompared) and self.ranking.refused else ""


@dataclass(frozen=True, eq=False)
class Content:
    """All that a site shows.

    Attributes:
        selection: The frames.
        board: The leaderboard over all data sets.
        sections: One per score, in order.
        levels: Floor and ceiling of generation scores, as `reading_levels` gives it.
        shares: Shares of the distance between the two, as `normalised` gives them.
        gaps: The policy for gaps.
        types: Type of each data set, such as "ECG", where known.
        findings: The findings beyond ranks.
        finding_diagrams: SVG of its figures by name.
        rows_of: Hash of the rows behind the page of each data set.
    """

    selection: Selection
    board: pd.DataFrame
    sections: tuple[Section, ...]
    levels: pd.DataFrame
    shares: pd.DataFrame
    gaps: str
    types: Mapping[str, str]
    findings: Findings
    finding_diagrams: Mapping[str, str]
    rows_of: Mapping[str, str]

    @cached_property
    def methods(self) -> list[str]:
        """All methods, also those of which every job failed, in the order in which they are shown."""
        return list(self.colours)

    @cached_property
    def colours(self) -> dict[str, str]:
        """Colour of each method."""
        return colours({*self.selection.jobs["method"].unique(), *self.selection.scores["method"].unique()})

    @cached_property
    def facts(self) -> pd.DataFrame:
        """Data sets x (type, n_train, n_test, length, n_classes), as jobs recorded them; missing where none did."""
        facts = self.selection.jobs.groupby("dataset")[list(_FACTS)].first()
        facts = facts.reindex(self.selection.datasets)
        facts.insert(0, "type", [self.types.get(name, "other") if self.types else "" for name in facts.index])
        return facts

    @cached_property
    def dataset_pages(self) -> dict[str, str]:
        """File of each data set's page, in datasets/."""
        return file_names(self.selection.datasets)

    @cached_property
    def method_pages(self) -> dict[str, str]:
        """File of each method's page, in variants/."""
        files = file_names(map(self.identifier, self.methods))
        return {method: files[self.identifier(method)] for method in self.methods}

    def identifier(self, method: str) -> str:
        """Return the name by which the rows know a method."""
        return self.selection.identifiers.get(method, method)
