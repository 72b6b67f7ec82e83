"""The base of all models of the table: scikit-learn's parameters, and the one place where their input passes."""

from abc import ABC, abstractmethod
from numbers import Integral
from typing import ClassVar, Self

import numpy as np
import torch
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator

from .config import Config
from .errors import ModelError


class Estimator(BaseEstimator, ABC):
    """A model of series, with scikit-learn's `get_params`, `set_params` and `clone`.

    Series are an array or lists (N, L) or (N, 1, L) of finite numbers, computed with in float32; classes are numbers or
    names. What cannot be used is a `ModelError`. The arguments are those of `ucrbench.models.variants.build`.
    """

    shortest: ClassVar[int] = 5  # least length of its series: the spectrogram mirrors 4 samples at each end
    length_: int  # L, number of samples of the series it was fitted on; there is none before `fit`
    classes_: np.ndarray | None  # the classes it was fitted on, in order; None where it was fitted without

    def __init__(self, config: Config, seed: int = 0, device: str = "cpu") -> None:
        self.config, self.seed, self.device = config, seed, device

    def fit(self, x: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Train on series x; classes y (N,) condition a prior and nothing else."""
        check_parameters(self.config, self.seed, self.device)  # they may have been set since
        series, classes, numbers = _series(x), None, None
        if (length := series.shape[2]) < self.shortest:
            raise ModelError(f"series of length {length} are too short; the shortest have {self.shortest} samples")
        if y is not None:
            classes, numbers = np.unique(_labels(y, len(series)), return_inverse=True)
        self._fit(series, numbers)
        self.length_, self.classes_ = length, classes
        return self

    @abstractmethod
    def _fit(self, x: np.ndarray, y: np.ndarray | None) -> None:
        """Train on series (N, 1, L) float32 and the places (N,) int64 of their classes in order, or none."""

    def checked(self, x: ArrayLike) -> np.ndarray:
        """Return series (N, 1, L) float32, of the length that the model was fitted on."""
        self._require_fit()
        series = _series(x)
        if series.shape[2] != self.length_:
            raise ModelError(f"the model was fitted on series of length {self.length_}, not {series.shape[2]}")
        return series

    def numbered(self, n: int, y: ArrayLike | None) -> np.ndarray | None:
        """Return the places (n,) int64 of classes y among those that the model was fitted on; None for none."""
        self._require_fit()
        if not isinstance(n, int | np.integer) or isinstance(n, bool) or n < 1:
            raise ModelError(f"sample({n!r}): the number of series to draw is 1 or more")
        if y is None:
            return None
        if self.classes_ is None:
            raise ModelError("the model was fitted without classes; leave y out")
        labels = _labels(y, n)
        if not (known := np.isin(labels, self.classes_)).all():
            there = ", ".join(map(str, self.classes_))
            raise ModelError(f"the model was fitted on no class {labels[~known][0]}; there are {there}")
        return np.searchsorted(self.classes_, labels)

    def _require_fit(self) -> None:
        if not hasattr(self, "length_"):
            raise ModelError(f"this {type(self).__name__} is not fitted; call fit(x, y) first")


def check_parameters(config: Config, seed: int, device: str) -> None:
    """Raise a `ModelError` where no model can be made with these parameters."""
    if not isinstance(config, Config):
        raise ModelError(f"config={config!r} is no Config; that of a preset is ucrbench.bench.PRESETS[NAME]")
    if not isinstance(seed, Integral) or isinstance(seed, bool) or int(seed) < 0:
        raise ModelError(f"seed={seed!r}: a seed is a whole number, 0 or more")
    cards = [name for number in range(torch.cuda.device_count()) for name in ("cuda", f"cuda:{number}")]
    if str(device) not in ("cpu", *cards):
        raise ModelError(f"device={device!r}: torch has no such device here; take cpu, or cuda where there is a GPU")


def _series(x: ArrayLike) -> np.ndarray:
    x = x.detach().cpu() if isinstance(x, torch.Tensor) else x
    try:
        with np.errstate(over="ignore"):
            series = np.asarray(x).astype(np.float32, casting="same_kind")
    except (TypeError, ValueError, RuntimeError) as error:
        raise ModelError("series are real numbers, none missing, all of one length: (N, L) or (N, 1, L)") from error
    if np.ma.is_masked(x):
        raise ModelError("the series hold masked values; fill gaps before")
    series = series[:, None] if series.ndim == 2 else series
    if series.ndim != 3 or series.shape[1] != 1 or series.size == 0:
        raise ModelError(f"series have the shape (N, L) or (N, 1, L), N and L at least 1; got {np.shape(x)}")
    if not np.isfinite(series).all():
        raise ModelError("the series hold NaN, infinity or what is infinite in float32; fill gaps before")
    return series


def _labels(y: ArrayLike, n: int) -> np.ndarray:
    try:
        labels = np.asarray(y)
        classes = np.unique(labels)
    except (TypeError, ValueError) as error:  # objects that cannot be compared, lists of unequal lengths
        raise ModelError(f"{n} series need classes of the shape ({n},), numbers or names, all of one kind") from error
    if labels.shape != (n,) or (classes != classes).any():  # NaN is no class
        raise ModelError(f"{n} series need classes of the shape ({n},), none NaN; got {labels.shape}")
    return labels
