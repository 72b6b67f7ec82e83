"""The measure of a score: the arrays of a job that it needs, and the function that takes them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .minirocket import rocket_features


@dataclass(frozen=True, eq=False)
class Judged:
    """Generated series in the eyes of the data set's FCN.

    Attributes:
        probabilities: Class probabilities (n, K) of the generated series.
        features: Their pooled features (n, d).
        real_features: Pooled features (n_test, d) of the real test series.
        judge: Name of the FCN, as in the results.
    """

    probabilities: np.ndarray
    features: np.ndarray
    real_features: np.ndarray
    judge: str


@dataclass(frozen=True, eq=False)
class Trained:
    """An FCN trained on labelled series: its name, and its class probabilities (n_test, K) of the real test series."""

    name: str
    probabilities: np.ndarray


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The things of which the scores of one job are computed.

    Attributes:
        arrays: The job's arrays by name, see `bench.job.outputs.Outputs`.
        seed: Seed of the job.
        judge: Show series (n, L) to the data set's FCN; None where there is none.
        train: Train an FCN on series (n, L) and their classes (n,); None where none can be trained.
        real: Real training and test series (N, L), prepared as generated ones come; None where they are not there.
    """

    arrays: Mapping[str, np.ndarray]
    seed: int = 0
    judge: Callable[[np.ndarray], Judged] | None = None
    train: Callable[[np.ndarray, np.ndarray], Trained] | None = None
    real: Callable[[], tuple[np.ndarray, np.ndarray]] | None = None

    @cached_property
    def judged(self) -> Judged:
        """The unconditional samples as the FCN sees them, computed once for all scores.

        Raises:
            ValueError: There is no judge.
        """
        if self.judge is None:
            raise ValueError("scores of generated series need a judge, and there is none")
        return self.judge(self.arrays["unconditional"])

    @cached_property
    def rocket(self) -> tuple[np.ndarray, ...]:
        """MiniRocket's features of the unconditional samples and of the real test series, computed once for all scores.

        Raises:
            ValueError: There are no real series.
        """
        if self.real is None:
            raise ValueError("scores on MiniRocket's features need the real series, and they are not there")
        train, test = self.real()
        return rocket_features(train, self.arrays["unconditional"], test)


@dataclass(frozen=True, eq=False)
class Real:
    """The real series of a data set, as generated ones come, and what the FCN says of them.

    Attributes:
        x_train, x_test: Series (N, L).
        y_test: Classes (n_test,).
        probabilities: Class probabilities (n_test, K) of the test series.
        train_features, test_features: Pooled features (N, d) of both splits.
    """

    x_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    probabilities: np.ndarray
    train_features: np.ndarray
    test_features: np.ndarray

    @cached_property
    def rocket(self) -> tuple[np.ndarray, ...]:
        """MiniRocket's features of both splits, computed once for all scores."""
        return rocket_features(self.x_train, self.x_train, self.x_test)


@dataclass(frozen=True)
class Measured:
    """A value with what one must know to read it; the fields are those of `results.ScoreRow`.

    Attributes:
        value: The score.
        n_samples: Number of series behind it, where that matters.
        classifier: Name of the FCN behind it.
        reference: Series with which the job's were compared, such as "test".
    """

    value: float
    n_samples: int | None = None
    classifier: str | None = None
    reference: str | None = None


@dataclass(frozen=True)
class Measure:
    """The way in which a score is computed.

    Attributes:
        needs: Names of the arrays that it is made of, see `bench.job.outputs.Outputs`.
        of_job: Return the score of a job.
        of_real: Return the reference beside it, given real series; None for a score without one.
        of_nothing: Return the score of a generator without use, given real series; None for a score without a scale.
    """

    needs: frozenset[str]
    of_job: Callable[[Evaluation], Measured]
    of_real: Callable[[Real], Measured] | None = None
    of_nothing: Callable[[Real], Measured] | None = None
