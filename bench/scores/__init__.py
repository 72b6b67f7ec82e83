"""Scores: pure, seeded functions of arrays. They raise ValueError for input that has no score.

`MEASURES` says for every row of `results.SCORES` how it is computed of a job. It is put together from the tables of
that name in the files of this folder, so that a new score is a new file, or a row in one that is there. `REFERENCES`
says by name which score each end of a scale belongs to, and how it is computed of a data set's real series.
"""

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules

from ...results import SCORES, Score
from .distances import kernel_distance
from .generation import accuracy, frechet_distance, inception_score
from .measure import Evaluation, Judged, Measure, Measured, Real, Trained
from .minirocket import rocket_features
from .probes import knn, linear_probe, pool_features
from .reconstruction import perplexity, reconstruction_mse

MEASURES: dict[str, Measure] = {}
for _module in iter_modules(__path__, f"{__name__}."):
    MEASURES |= getattr(import_module(_module.name), "MEASURES", {})

REFERENCES: dict[str, tuple[Score, Callable[[Real], Measured]]] = {
    name: (score, measure)
    for score in SCORES.values()
    for name, measure in (
        (score.reference, MEASURES[score.name].of_real),
        (score.floor, MEASURES[score.name].of_nothing),
    )
    if measure
}

__all__ = [
    "MEASURES",
    "REFERENCES",
    "Evaluation",
    "Judged",
    "Measure",
    "Measured",
    "Real",
    "Trained",
    "accuracy",
    "frechet_distance",
    "inception_score",
    "kernel_distance",
    "knn",
    "linear_probe",
    "perplexity",
    "pool_features",
    "reconstruction_mse",
    "rocket_features",
]
