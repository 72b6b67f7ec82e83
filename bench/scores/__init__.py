"""Scores: pure, seeded functions of arrays. They raise ValueError for input that has no score.

`MEASURES` says for every row of `results.SCORES` how it is computed of a job. It is put together from the tables of
that name in the files of this folder, so that a new score is a new file, or a row in one that is there.
"""

from importlib import import_module
from pkgutil import iter_modules

from .distances import kernel_distance
from .generation import accuracy, frechet_distance, inception_score
from .measure import Evaluation, Judged, Measure, Measured, Real, Trained
from .minirocket import rocket_features
from .probes import knn, linear_probe, pool_features
from .reconstruction import perplexity, reconstruction_mse

MEASURES: dict[str, Measure] = {}
for _module in iter_modules(__path__, f"{__name__}."):
    MEASURES |= getattr(import_module(_module.name), "MEASURES", {})

__all__ = [
    "MEASURES",
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
