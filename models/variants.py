"""The table of variants, and how a row becomes a model."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from .autoencoders import AutoEncoder, OptimalVarianceVAE, SelfSupervisedVQ, VariationalAutoEncoder, VQAutoEncoder
from .baselines import CalibratedEncoder, RandomEncoder, RawSeries
from .config import Config
from .errors import ModelError
from .estimator import check_parameters
from .latent_model import AsPublished, LatentModel, QuantizedModel
from .priors.gaussian import GaussianPrior, NormalPrior
from .priors.maskgit import MaskGITPrior, UntiedMaskGITPrior
from .priors.protocol import LatentPrior
from .protocol import Model
from .ssl import LOSSES, group_of


@dataclass(frozen=True)
class Variant:
    """A row of the table: a latent model of an autoencoder and a prior, or a baseline, which has neither."""

    name: str  # as on the command line and in the results
    title: str  # as in reports
    autoencoder: type[AutoEncoder] | None = None  # class of the module of stage 1
    ssl: str | None = None  # name of the self-supervised loss, of an autoencoder that takes one
    prior: type[LatentPrior] | None = None  # class of the prior of stage 2
    model: type = LatentModel
    masked_share: Literal["cosine", "complement"] | None = None  # `prior.masked_share` where the row fixes it

    def sections(self, config: Config) -> tuple[str, ...]:
        """Return the sections of a configuration that decide what this variant learns and draws, as dotted names."""
        if self.autoencoder is None or self.prior is None:
            return self.model.sections
        of_ssl = () if self.ssl is None else ("ssl", f"losses.{self.ssl}", f"views.{config.ssl.views}")
        return (*self.autoencoder.sections, *self.prior.sections, *of_ssl)

    def reads(self, key: str, config: Config) -> bool:
        """Tell whether a setting, by its dotted key, decides what this variant learns under a configuration."""
        fixed = self.masked_share is not None and key == "prior.masked_share"
        return not fixed and key.startswith(tuple(f"{section}." for section in self.sections(config)))

    def settled(self, config: Config) -> Config:
        """Return a configuration with what this row fixes."""
        if self.masked_share is None:
            return config
        return replace(config, prior=replace(config.prior, masked_share=self.masked_share))

    @property
    def module(self) -> Callable[[int, Config], AutoEncoder] | None:
        """The builder of the module of stage 1, from a length and a config; None for a baseline."""
        if self.autoencoder is None or self.ssl is None:
            return self.autoencoder
        return partial(self.autoencoder, ssl=self.ssl)  # pyright: ignore[reportCallIssue]


_VQ = Variant("vqvae", "VQVAE", autoencoder=VQAutoEncoder, prior=MaskGITPrior, model=QuantizedModel)
_SSL = [
    replace(_VQ, name=f"vqvae_{name}", title=f"VQVAE + {loss.title}", autoencoder=SelfSupervisedVQ, ssl=name,
            prior=UntiedMaskGITPrior)
    for name, loss in LOSSES.items()
]  # fmt: skip
_PUBLISHED = [replace(_VQ, masked_share="complement"), *(row for row in _SSL if row.ssl in ("barlow", "vibcreg"))]
_ROWS = (
    Variant("ae", "AE", autoencoder=AutoEncoder, prior=GaussianPrior),
    Variant("vae", "VAE", autoencoder=VariationalAutoEncoder, prior=NormalPrior),
    _VQ,
    *_SSL,
    *(
        replace(row, name=f"{row.name}_as_published", title=f"{row.title} (as published)", model=AsPublished)
        for row in _PUBLISHED
    ),
    Variant("vae_sigma", "VAE (optimal variance)", autoencoder=OptimalVarianceVAE, prior=NormalPrior),
    Variant("random", "Untrained encoder", model=CalibratedEncoder),
    Variant("random_uncalibrated", "Untrained encoder (initial BatchNorm)", model=RandomEncoder),
    Variant("raw", "Scaled series", model=RawSeries),
)
VARIANTS: dict[str, Variant] = {row.name: row for row in _ROWS}
MAIN_VARIANTS = ("ae", "vae", "vqvae", "vqvae_vicreg", "vqvae_barlow")


def build(name: str, config: Config | None = None, seed: int = 0, device: str = "cpu") -> Model:
    """Return the untrained model of a variant.

    Args:
        name: a row of `VARIANTS`.
        config: widths and budgets; the protocol's by default.
        seed: decides initial weights, batches, noise and samples.
        device: torch device on which the model is trained.

    Raises:
        ModelError: there is no such variant or device, or the config, the seed or the projector's width cannot be.
    """
    if not isinstance(name, str) or name not in VARIANTS:
        raise ModelError(f"no variant {name!r}; there are {', '.join(VARIANTS)}")
    row, config = VARIANTS[name], Config() if config is None else config
    check_parameters(config, seed, device)
    if row.ssl is not None and LOSSES[row.ssl].whiten:
        group_of(config.ssl.projector)
    if row.autoencoder is None:
        return row.model(config, seed, device)
    return row.model(row.settled(config), seed, device, autoencoder=row.module, prior=row.prior)
