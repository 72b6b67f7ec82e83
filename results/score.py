"""A score: its name, the way to read it, its judge, and the scale on which it is read."""

from dataclasses import dataclass
from math import inf


@dataclass(frozen=True)
class Scale:
    """The two ends between which a score of generated series is read on its data set; both are references.

    Attributes:
        reference: Name of the reference that is the ceiling: the score of real series.
        heading: Head of the column of that reference.
        ceiling: The ceiling in words, after "beside it stands".
        nothing: The generator in words whose score is the floor.
    """

    reference: str
    heading: str
    ceiling: str
    nothing: str

    @property
    def way(self) -> str:
        """The way from the floor to the ceiling in words."""
        return f"from {self.nothing} to {self.ceiling}"


@dataclass(frozen=True)
class Score:
    """A row of the table: the name of a score, the way to read it, and its judge.

    Attributes:
        name: Name in the store.
        title: Name for people.
        higher_is_better: Direction; None for a score that is shown and never ranked.
        decimals: Digits after the point that are shown, and to which values are rounded before ranking.
        description: The definition in one sentence.
        bounds: The lowest and the highest value that the score can have.
        judge: "fcn" where the FCN of the data set judges the series, so that values depend on it; None elsewhere.
        scale: The ends of its reading scale, None for a score that is read by itself.
        companion: True for a score that stands beside another one and has no place of its own in reports.
        cited: Keys of its papers in the bibliography.
        definition: The definition at length, by paragraphs.
    """

    name: str
    title: str
    higher_is_better: bool | None
    decimals: int
    description: str
    bounds: tuple[float, float] = (-inf, inf)
    judge: str | None = None
    scale: Scale | None = None
    companion: bool = False
    cited: tuple[str, ...] = ()
    definition: tuple[str, ...] = ()

    @property
    def reference(self) -> str:
        """Name of the reference that real series give of this score."""
        return self.scale.reference if self.scale else self.name

    @property
    def floor(self) -> str:
        """Name of the reference from which this score is read: the score of a generator without use."""
        return f"{self.name}_floor"
