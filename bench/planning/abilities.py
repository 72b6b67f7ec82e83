"""The scores that a model can have, by the methods it has and the arrays that these give."""

from inspect import isfunction
from typing import TypeGuard, TypeVar

from ...models.protocol import Generates, Model, Quantizes, Reconstructs
from ...results import SCORES
from ..scores import MEASURES

_Protocol = TypeVar("_Protocol")
_LATENTS = frozenset({"train", "test", "y_train", "y_test"})
_QUANTISED = frozenset({"train_continuous", "test_continuous", "code_counts"})
_SAMPLES = frozenset({"unconditional", "conditional", "conditional_labels"})


def can(model: object, protocol: type[_Protocol]) -> TypeGuard[_Protocol]:
    """Tell whether a model has the methods of a protocol; what it holds, such as `n_codes`, may come with `fit`."""
    methods = (name for name, member in vars(protocol).items() if isfunction(member) and not name.startswith("_"))
    return all(callable(getattr(model, name, None)) for name in methods)


def scores_of(model: Model) -> tuple[str, ...]:
    """Return the names of the scores that a model can have, fitted or not, by the arrays that its methods give."""
    arrays = set(_LATENTS)
    if can(model, Quantizes):
        arrays |= _QUANTISED
    if can(model, Generates):
        arrays |= _SAMPLES
    if can(model, Reconstructs):
        arrays.add("reconstruction_mse")
    return tuple(name for name in SCORES if MEASURES[name].needs <= arrays)


def of_samples(name: str) -> bool:
    """Tell whether a score is made of generated series, and so needs the data set and a device for an FCN."""
    return bool(MEASURES[name].needs & _SAMPLES)
