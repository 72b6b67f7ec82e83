"""The scores of a job: pure functions of its arrays, with the FCNs that some of them need."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np

from ...datasets import Dataset
from ...models.config import Classifier
from ...results import SCORES
from ..scores import MEASURES, Evaluation, Judged, Measured, Trained
from .judge import Judge, predict, through_pair, train_fcn
from .outputs import Outputs

SCORE_VERSION = 1


@dataclass(frozen=True)
class Referees:
    """The real series and FCNs that scores of generated series need beside the job's arrays.

    Attributes:
        dataset: The real series.
        judge: The FCN of the data set; None where no score wanted needs it.
        config: Budget of the FCN that CAS trains.
        seed: Seed of the job.
        device: Device on which FCNs run.
    """

    dataset: Dataset
    judge: Judge | None
    config: Classifier
    seed: int
    device: str

    def show(self, judge: Judge, x: np.ndarray) -> Judged:
        """Show series (n, L) to a judge."""
        probabilities, features = predict(judge.fcn(self.device), x[:, None])
        return Judged(probabilities, features, judge.features, judge.name)

    def train(self, x: np.ndarray, y: np.ndarray) -> Trained:
        """Train an FCN on series (n, L) and classes (n,), and let it classify the real test series."""
        budget = self.config.cas_training
        fcn = train_fcn(x[:, None], y, self.dataset.n_classes, budget, self.seed, self.device)
        probabilities, _ = predict(fcn, through_pair(self.dataset.x_test))
        return Trained(f"trained on samples, {budget.steps(len(x))} steps", probabilities)

    def real(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the real training and test series (N, L) as generated ones come."""
        return through_pair(self.dataset.x_train)[:, 0], through_pair(self.dataset.x_test)[:, 0]


def evaluate(names: Iterable[str], outputs: Outputs, referees: Referees | None = None) -> dict[str, Measured]:
    """Compute scores of a job.

    Args:
        names: Names of the scores, for which the outputs suffice.
        outputs: Outputs of the model.
        referees: Needed by scores of generated series; None where none of them is wanted.

    Raises:
        ValueError: A score needs what is not there, or its arrays have no score.
    """
    wanted = set(names)
    if referees is None:
        job = Evaluation(outputs.arrays)
    else:
        judge = partial(referees.show, referees.judge) if referees.judge else None
        job = Evaluation(outputs.arrays, referees.seed, judge, referees.train, referees.real)
    return {name: MEASURES[name].of_job(job) for name in SCORES if name in wanted}
