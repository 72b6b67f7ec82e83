"""Scores: pure, seeded functions of arrays. They raise ValueError for input that has no score."""

from .generation import accuracy, frechet_distance, inception_score
from .probes import knn, linear_probe, pool_features
from .reconstruction import perplexity, reconstruction_mse

__all__ = [
    "accuracy",
    "frechet_distance",
    "inception_score",
    "knn",
    "linear_probe",
    "perplexity",
    "pool_features",
    "reconstruction_mse",
]
