"""Settings that decide how a model is built and trained: frozen, nested, with the protocol's values as defaults."""

from dataclasses import dataclass, field, fields, is_dataclass, make_dataclass
from typing import Any, Literal

from .errors import ModelError
from .ssl import LOSSES
from .training.precision import Precision
from .views import VIEWS


@dataclass(frozen=True)
class Training:
    """Budget and AdamW settings of one run of the training loop (learning rate falls to zero along a cosine)."""

    lr: float = 1e-3
    weight_decay: float = 1e-3
    batch: int = 128
    epochs: int = 1000
    max_steps: int | None = None  # a cap on epochs x steps per epoch

    def steps(self, cases: int) -> int:
        """Return the optimiser steps for `cases` series: epochs of ceil(cases / batch) steps, at most `max_steps`."""
        batch = min(self.batch, cases)
        total = self.epochs * -(-cases // batch)
        return total if self.max_steps is None else min(total, self.max_steps)


@dataclass(frozen=True)
class Network:
    """Encoder and decoder; `bf16` runs convolutions and linear layers, the prior's too, under bfloat16 autocast."""

    width: int = 64
    precision: Precision = "fp32"


@dataclass(frozen=True)
class VariationalPosterior:
    """The weight of the VAE's KL divergence: 1 in the negative ELBO of series and spectrogram as two observations."""

    beta: float = 1.0  # as 0.1 is for the series alone: the spectrogram has 7.5 to 10 times their energy


@dataclass(frozen=True)
class Codebook:
    """Vector quantiser (van den Oord et al. 2017)."""

    codes: int = 32
    update: Literal["ema", "gradient"] = "ema"
    decay: float = 0.9
    smoothing: float = 1e-5
    commitment: float | None = None  # weight of the commitment loss; None: 1 for `ema`, 0.25 for `gradient`
    start: Literal["normal", "kmeans"] = "normal"
    restart_below: float = 0.0  # a code whose moving count falls below this restarts at a latent of the batch

    def __post_init__(self) -> None:
        if self.decay >= 1:
            raise ModelError(f"codebook.decay={self.decay}: below 1, or no code ever moves")


@dataclass(frozen=True)
class SelfSupervision:
    """The siamese branch of the VQVAE + SSL variants; the constants of loss and view are in sections of their own."""

    views: Literal[tuple(VIEWS)] = "warp"  # pyright: ignore[reportInvalidTypeForm]
    projector: int = 4096  # width of the projector
    augmented_reconstruction: float = 0.1  # weight of the augmented view's reconstruction


def _section(name: str, kinds: dict[str, type], doc: str) -> type:
    """Return a frozen dataclass with a field for each of these dataclasses, with its own defaults."""
    fields = [(key, kind, field(default=kind())) for key, kind in kinds.items()]
    return make_dataclass(name, fields, frozen=True, namespace={"__module__": __name__, "__doc__": doc})


Losses = _section("Losses", LOSSES, "The constants of each self-supervised loss.")
Views = _section("Views", VIEWS, "The constants of each augmented view.")


@dataclass(frozen=True)
class Prior:
    """The bidirectional transformer over tokens (MaskGIT, Chang et al. 2022), its training and its sampling.

    Training masks a share of the tokens drawn from the cosine schedule (64 % on average), or all but such a share, as
    the code behind the published plain VQVAE does (36 %).
    """

    width: int = 256  # features of a token inside the transformer
    layers: int = 4
    heads: int = 2
    head_width: int = 64  # features of the queries, keys and values of a head
    feed_forward: int = 1  # width of the inner layer of a block's feed-forward part, as a factor of `width`
    masked_share: Literal["cosine", "complement"] = "cosine"
    condition_drop: float = 0.2  # share of series whose class is hidden in training
    token_temperature: float = 1.0  # of the softmax from which training tokens are drawn
    sampling_steps: int = 10  # steps in which all tokens of a sample are drawn
    choice_temperature: float = 4.0  # of the noise on what is kept in the first step; it falls to zero
    guidance: float = 1.0  # weight of the conditional logits against the unconditional ones; 1 for none
    training: Training = field(default_factory=lambda: Training(batch=256))

    def __post_init__(self) -> None:
        if self.condition_drop > 1:
            raise ModelError(f"prior.condition_drop={self.condition_drop}: it is a share, at most 1")
        if self.token_temperature == 0:
            raise ModelError("prior.token_temperature=0: above 0, tokens are drawn from a softmax")


@dataclass(frozen=True)
class Classifier:
    """The FCN of IS, FID and the references, and of CAS on `cas_samples` generated series."""

    training: Training = field(default_factory=lambda: Training(weight_decay=1e-5, batch=256))
    cas_training: Training = field(default_factory=lambda: Training(weight_decay=1e-5, batch=256))
    cas_samples: int = 1000


@dataclass(frozen=True, repr=False)
class Config:
    """Everything but data set, variant and seed. The defaults are the protocol's; `repr` names the others."""

    network: Network = Network()
    training: Training = Training()
    vae: VariationalPosterior = VariationalPosterior()
    codebook: Codebook = Codebook()
    ssl: SelfSupervision = SelfSupervision()
    losses: Any = field(default_factory=Losses)
    views: Any = field(default_factory=Views)
    prior: Prior = field(default_factory=Prior)
    classifier: Classifier = field(default_factory=Classifier)

    def __repr__(self) -> str:
        usual = settings_of(Config())
        changed = [f"{name}={value!r}" for name, value in settings_of(self).items() if value != usual[name]]
        return f"Config({', '.join(changed)})"


def settings_of(config: Any, place: str = "") -> dict[str, Any]:
    """Return every setting of a configuration by its dotted name."""
    found = {}
    for part in fields(config):
        name, value = f"{place}{part.name}", getattr(config, part.name)
        found |= settings_of(value, f"{name}.") if is_dataclass(value) else {name: value}
    return found
