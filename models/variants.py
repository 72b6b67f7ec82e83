"""The table of variants, and how a row becomes a model."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from .as_published import AsPublished
from .autoencoders import AutoEncoder, OptimalVarianceVAE, VariationalAutoEncoder, VQAutoEncoder
from .config import Config
from .errors import ModelError
from .estimators import AutoEncoderModel, RawSeries, UntrainedEncoder, VQModel
from .projector import GROUP
from .protocol import Model
from .regularizers import REGULARIZERS
from .views import VIEWS


@dataclass(frozen=True)
class Variant:
    """A row of the table.

    Attributes:
        name: as on the command line and in the results.
        title: as in reports.
        kind: which family of model it is.
        regularizer: the self-supervised loss of a VQVAE's second view, a name in `REGULARIZERS`.
        as_published: whether a VQVAE is probed as the code behind the published tables does.
        masked_share: `prior.masked_share` where the row fixes it, whatever the settings say.
    """

    name: str
    title: str
    kind: Literal["ae", "vae", "vae_sigma", "vqvae", "random", "random_uncalibrated", "raw"]
    regularizer: str | None = None
    as_published: bool = False
    masked_share: Literal["cosine", "complement"] | None = None

    @property
    def sections(self) -> tuple[str, ...]:
        """The sections of `Config` that decide what this variant learns and draws."""
        own = {
            "raw": (),
            "random": ("network",),
            "random_uncalibrated": ("network",),
            "ae": ("network", "training"),
            "vae": ("network", "training", "vae"),
            "vae_sigma": ("network", "training", "vae"),
            "vqvae": ("network", "training", "codebook", "prior"),
        }[self.kind]
        return (*own, "ssl") if self.regularizer is not None else own

    def settled(self, config: Config) -> Config:
        """Return a configuration with what this row fixes."""
        if self.masked_share is None:
            return config
        return replace(config, prior=replace(config.prior, masked_share=self.masked_share))


_ROWS = (
    Variant("ae", "AE", "ae"),
    Variant("vae", "VAE", "vae"),
    Variant("vqvae", "VQVAE", "vqvae"),
    Variant("vqvae_vicreg", "VQVAE + VICReg", "vqvae", "vicreg"),
    Variant("vqvae_barlow", "VQVAE + Barlow Twins", "vqvae", "barlow"),
    Variant("vqvae_vibcreg", "VQVAE + VIbCReg", "vqvae", "vibcreg"),
    Variant("vqvae_as_published", "VQVAE (as published)", "vqvae", as_published=True, masked_share="complement"),
    Variant("vqvae_barlow_as_published", "VQVAE + Barlow Twins (as published)", "vqvae", "barlow", as_published=True),
    Variant("vqvae_vibcreg_as_published", "VQVAE + VIbCReg (as published)", "vqvae", "vibcreg", as_published=True),
    Variant("vae_sigma", "VAE (optimal variance)", "vae_sigma"),
    Variant("random", "Untrained encoder", "random"),
    Variant("random_uncalibrated", "Untrained encoder (initial BatchNorm)", "random_uncalibrated"),
    Variant("raw", "Scaled series", "raw"),
)
VARIANTS: dict[str, Variant] = {row.name: row for row in _ROWS}
MAIN_VARIANTS = ("ae", "vae", "vqvae", "vqvae_vicreg", "vqvae_barlow")


def build(name: str, config: Config | None = None, seed: int = 0, device: str = "cpu") -> Model:
    """The untrained model of a variant.

    Args:
        name: a row of `VARIANTS`.
        config: widths and budgets; the protocol's by default.
        seed: decides initial weights, batches, noise and samples.
        device: as torch names devices.

    Raises:
        ModelError: there is no such variant, or its projector cannot have the width configured.
    """
    if name not in VARIANTS:
        raise ModelError(f"no variant {name!r}; there are {', '.join(VARIANTS)}")
    config = VARIANTS[name].settled(config or Config())
    regularizer, width = VARIANTS[name].regularizer, config.ssl.projector
    if regularizer and REGULARIZERS[regularizer].whiten and width > GROUP and width % GROUP:
        raise ModelError(
            f"ssl.projector={width}: {name} whitens groups of {GROUP} features; take a multiple of {GROUP}"
        )
    return _builder(VARIANTS[name])(config, seed, device)


def _builder(variant: Variant) -> Callable[[Config, int, str], Model]:
    ssl = variant.regularizer is not None
    vq_model = AsPublished if variant.as_published else VQModel
    return {
        "ae": partial(AutoEncoderModel, module=AutoEncoder),
        "vae": partial(AutoEncoderModel, module=VariationalAutoEncoder, normal_prior=True),
        "vae_sigma": partial(AutoEncoderModel, module=OptimalVarianceVAE, normal_prior=True),
        "vqvae": partial(vq_model, module=partial(_vq_module, variant.regularizer), tied=not ssl),
        "random": UntrainedEncoder,
        "random_uncalibrated": partial(UntrainedEncoder, calibrated=False),
        "raw": RawSeries,
    }[variant.kind]


def _vq_module(regularizer: str | None, length: int, config: Config) -> VQAutoEncoder:
    if regularizer is None:
        return VQAutoEncoder(length, config)
    return VQAutoEncoder(length, config, REGULARIZERS[regularizer](), VIEWS[config.ssl.views])
