"""The methods that take part: a variant of the table, or a user's own model class, named `module:Class`."""

import hashlib
import importlib
import inspect
import os
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...models.config import Config
from ...models.protocol import Model
from ...models.variants import VARIANTS, build
from ..errors import UsageError, near, one_line
from .abilities import of_samples, scores_of


@dataclass(frozen=True)
class Method:
    """A named way to build a model.

    Attributes:
        name: a variant, or `module:Class`.
        views: kind of augmented views, "none" without a self-supervised branch.
        source_hash: of the module that defines a user's class; None for a variant.
        scores: names of the scores it can have, by what its model can do.
        sections: of the configuration that decide its scores, as dotted names.
        fewest: fewest series of a batch on which it can be trained, two with a self-supervised branch.
    """

    name: str
    views: str
    source_hash: str | None
    scores: tuple[str, ...]
    sections: tuple[str, ...]
    fewest: int = 1

    def settled(self, config: Config) -> Config:
        """Return a configuration with what the variant fixes."""
        return config if self.source_hash is not None else VARIANTS[self.name].settled(config)

    def build(self, config: Config, seed: int, device: str) -> Model:
        """Return the untrained model."""
        if self.source_hash is None:
            return build(self.name, config, seed, device)
        return _instance(self.name, _load(self.name), seed, device)


def method(name: str, config: Config) -> Method:
    """Look up a variant or import a user's class.

    Raises:
        UsageError: no such variant, module or class, a class without `fit` or `encode`, or one that cannot be made.
    """
    if ":" not in name:
        if name not in VARIANTS:
            raise UsageError(f"no variant {name!r}; {near(name, list(VARIANTS))} (or module:Class for your own)")
        variant = VARIANTS[name]
        scores = scores_of(build(name, config))
        views = config.ssl.views if variant.ssl is not None else "none"
        fewest = 1 if variant.autoencoder is None else variant.autoencoder.fewest
        return Method(name, views, None, scores, _sections(variant.sections(config), scores), fewest)
    kind = _load(name)
    for method in ("fit", "encode"):
        if not callable(getattr(kind, method, None)):
            raise UsageError(f"{name} has no method {method}; a model needs fit(x, y) and encode(x)")
    model = _instance(name, kind, 0, "cpu")
    scores = scores_of(model)
    return Method(name, "none", _source_hash(kind), scores, _sections((), scores))


def _load(name: str) -> type[Any]:
    module_name, _, class_name = name.partition(":")
    # A model beside the user's work is found as `python -m` would find it.
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        module = importlib.import_module(module_name)
    except Exception as error:  # whatever the user's module raises while it is imported
        raise UsageError(f"cannot import {module_name!r}: {one_line(error)}{_place(error)}") from error
    kind = getattr(module, class_name, None)
    if not inspect.isclass(kind):
        raise UsageError(f"module {module_name!r} has no class {class_name!r}")
    return kind


def _instance(name: str, kind: type[Any], seed: int, device: str) -> Model:
    """Return an instance; `seed` and `device` are handed over where the constructor takes them."""
    try:
        signature = inspect.signature(kind)
        given = {key: value for key, value in {"seed": seed, "device": device}.items() if key in signature.parameters}
        signature.bind(**given)
    except (TypeError, ValueError) as error:  # a class written in C may have no signature
        raise UsageError(f"{name} cannot be made with seed and device alone: {error}") from error
    try:
        return kind(**given)
    except Exception as error:  # whatever the user's constructor raises
        raise UsageError(f"{name} cannot be made: {one_line(error)}{_place(error)}") from error


def _place(error: Exception) -> str:
    """Return where in the user's file an error came up, such as " (mine.py, line 12)"; nothing where in none."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename not in (__file__, importlib.__file__) and not frame.filename.startswith("<frozen")
    ]
    own = [frame for frame in frames if frame.filename == frames[0].filename]
    return f" ({Path(own[-1].filename).name}, line {own[-1].lineno})" if own else ""


def _source_hash(kind: type) -> str:
    """Hash of the source of the module that defines a class, so that changed code is another job."""
    try:
        source = inspect.getsource(sys.modules[kind.__module__])
    except (OSError, TypeError):
        source = kind.__qualname__
    return hashlib.sha256(source.encode()).hexdigest()


def _sections(own: tuple[str, ...], scores: tuple[str, ...]) -> tuple[str, ...]:
    """Return the sections that decide these scores: an FCN is behind those of generated series."""
    return (*own, "classifier") if any(map(of_samples, scores)) else own
