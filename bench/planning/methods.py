"""The methods that take part: a variant of the table, with settings of its own or without, or a user's own model."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...models.config import Config
from ...models.protocol import Model
from ...models.variants import VARIANTS, build
from ...results import base_of
from ..errors import UsageError, near
from .abilities import of_samples, scores_of
from .overrides import override, read, text_of
from .own_models import OwnModel, own_model


@dataclass(frozen=True)
class Method:
    """A named way to build a model.

    Attributes:
        name: a variant, such as vqvae; one with settings of its own, such as vqvae[codebook.codes=8]; `module:Class`
            or `module:Class(dim=8)`.
        views: kind of augmented views, "none" without a self-supervised branch.
        source_hash: of the module that defines a user's class; None for a variant.
        scores: names of the scores it can have, by what its model can do.
        sections: of the configuration that decide its scores, as dotted names.
        fewest: fewest series of a batch on which it can be trained, two with a self-supervised branch.
        settings: those of its own by dotted key, which are in its name.
    """

    name: str
    views: str
    source_hash: str | None
    scores: tuple[str, ...]
    sections: tuple[str, ...]
    fewest: int = 1
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def base(self) -> str:
        """The variant, or `module:Class`."""
        return base_of(self.name)

    def settled(self, config: Config) -> Config:
        """Return a configuration with the method's own settings and with what its variant fixes."""
        if self.source_hash is not None:
            return config
        return VARIANTS[self.base].settled(override(config, self.settings))

    def build(self, config: Config, seed: int, device: str) -> Model:
        """Return the untrained model of a settled configuration."""
        if self.source_hash is None:
            return build(self.base, config, seed, device)
        return own_model(self.name).build(seed, device)


def method(name: str, config: Config) -> Method:
    """Look up a variant or import a user's class.

    Args:
        name: as in `Method`; settings, keywords and values may be written in any order and way.
        config: that of the sweep.

    Raises:
        UsageError: no such variant, module or class, a class without `fit` or `encode`, one that cannot be made, or
            settings that the variant does not read.
        ModelError: settings that no model can have.
    """
    if ":" in base_of(name):
        return _of_own(own_model(name))
    base, settings = of_variant(name, config)
    variant, config = VARIANTS[base], override(config, settings)
    for key in settings:
        if not variant.reads(key, config):
            raise UsageError(unread(key, f"{base} does not read it"))
    scores = scores_of(build(base, config))
    views = config.ssl.views if variant.ssl is not None else "none"
    fewest = 1 if variant.autoencoder is None else variant.autoencoder.fewest
    sections = _sections(variant.sections(config), scores)
    return Method(named(base, settings), views, None, scores, sections, fewest, settings)


def of_variant(name: str, config: Config) -> tuple[str, dict[str, Any]]:
    """Return the variant and the own settings that a name such as vqvae[codebook.codes=8] says.

    Raises:
        UsageError: There is no such variant or setting, or no bracket at the end.
    """
    base, bracket, inside = name.partition("[")
    if base not in VARIANTS:
        raise UsageError(f"no variant {base!r}; {near(base, list(VARIANTS))} (or module:Class for your own)")
    if not bracket:
        return base, {}
    texts = inside.removesuffix("]").split(",")
    if not inside.endswith("]") or not all("=" in text for text in texts):
        raise UsageError(f"{name}: in brackets each setting has one value, as in {base}[training.lr=5e-4]")
    return base, {key: value for key, (value,) in read(config, texts).items()}


def named(base: str, settings: Mapping[str, Any]) -> str:
    """Return the one name of a variant with these settings: keys sorted, values as plain text."""
    inside = ",".join(f"{key}={text_of(settings[key])}" for key in sorted(settings))
    return f"{base}[{inside}]" if inside else base


def unread(key: str, why: str) -> str:
    """Return what is wrong with a setting of a method's own that decides nothing there."""
    if key.startswith("classifier."):
        return f"{key}: the FCN of a data set judges all methods alike; give one value, by --set"
    return f"{key}: {why}; leave it out"


def _of_own(model: OwnModel) -> Method:
    scores = scores_of(model.build(0, "cpu"))
    return Method(model.name, "none", model.source_hash, scores, _sections((), scores))


def _sections(own: tuple[str, ...], scores: tuple[str, ...]) -> tuple[str, ...]:
    """Return the sections that decide these scores: an FCN is behind those of generated series."""
    return (*own, "classifier") if any(map(of_samples, scores)) else own
