"""The suite's own models behind the Model protocol: they hold modules, train them and speak in arrays."""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Self

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import update_bn

from .autoencoders import AutoEncoder, VQAutoEncoder
from .checkpoint import Keeper, Storage
from .config import Config, Training
from .density import LatentDensity
from .heap import lean_heap
from .layers.norm import WIDE
from .loop import Curves, train
from .maskgit import MaskGIT
from .networks import Encoder, widest
from .precision import inference, inference_batch, tf32
from .sampling import Sampler

KMEANS_SERIES = 512  # whose latents the codebook may start from
CALIBRATION_BATCH = 512  # most series whose statistics a BatchNorm of the untrained encoder takes at once
SAMPLE_BATCH = 1024  # it decides which noise a sample gets
TOKENS_ON_CPU = 4096  # that the prior is trained on at once there, which bounds the memory of a worker


@contextmanager
def seeded(device: torch.device, seed: int, stage: int) -> Iterator[None]:
    """Seed torch's global generators for one stage of a model, and leave them as they were afterwards."""
    mixed = int(np.random.SeedSequence([seed, stage]).generate_state(1, np.uint32)[0])
    with torch.random.fork_rng([device] if device.type == "cuda" else []):
        torch.manual_seed(mixed)
        yield


def _full(values: Tensor) -> Tensor:
    """Floats in float32, whatever they were computed in."""
    return values.float() if values.is_floating_point() else values


class TorchModel:
    """What the models that hold a network share.

    Args:
        config: widths and budgets.
        seed: decides initial weights, batches, noise and samples.
        device: where it lives, as torch names devices.
    """

    module: nn.Module

    def __init__(self, config: Config, seed: int = 0, device: str = "cpu") -> None:
        self.config, self.seed, self.device = config, seed, torch.device(device)
        self.curves: dict[str, Curves] = {}
        self.seconds: dict[str, float] = {}
        self.captured: dict[str, bool] = {}
        self.storage: Callable[[str], Storage] | None = None  # of the checkpoints of a stage, by its name

    def _train(
        self, stage: str, module: nn.Module, data: tuple[Tensor, ...], budget: Training, parts: int = 1
    ) -> float:
        """Train a stage's module, from its checkpoint on if there is one; the seconds of earlier attempts."""
        keeper = Keeper(self.storage(stage)) if self.storage is not None else None
        self.curves[stage] = train(module, data, budget, keeper, self.config.network.precision, parts)
        if self.device.type == "cuda":
            self.captured[stage] = self.curves[stage].captured
        return keeper.earlier if keeper is not None else 0.0

    def networks(self) -> dict[str, nn.Module]:
        """The fitted networks by name."""
        return {"autoencoder": self.module}

    def _inference(self) -> AbstractContextManager:
        return inference(self.device, self.config.network.precision)

    def _place(self, module: nn.Module) -> nn.Module:
        """On the device; on CPUs in channels-last order, in which the convolutions were measured to be faster."""
        module = module.to(self.device)
        return module.to(memory_format=torch.channels_last) if self.device.type == "cpu" else module

    def _map(self, function: Callable[[Tensor], Tensor], array: np.ndarray) -> np.ndarray:
        """A function of tensors over an array's rows, batch by batch, without gradients."""
        parts = torch.as_tensor(array).split(inference_batch(self.device))
        with self._inference():
            return self._joined(function(part.to(self.device)) for part in parts)

    def _joined(self, parts: Iterable[Tensor]) -> np.ndarray:
        parts = [_full(part).cpu() for part in parts]
        return torch.cat(parts).contiguous().numpy()


class UntrainedEncoder(TorchModel):
    """The baselines `random` and `random_uncalibrated`: the shared encoder with its initial weights.

    Args:
        config: widths.
        seed: decides the weights.
        device: torch device on which the encoder computes.
        calibrated: whether every BatchNorm takes the statistics of the training series, in place of mean 0 and
            variance 1, which no layer of an untrained network gives.
    """

    def __init__(self, config: Config, seed: int = 0, device: str = "cpu", *, calibrated: bool = True) -> None:
        super().__init__(config, seed, device)
        self.calibrated = calibrated

    def fit(self, x: np.ndarray, y: np.ndarray | None = None) -> Self:
        with seeded(self.device, self.seed, 0):
            self.module = self._place(Encoder(x.shape[-1], self.config.network.width)).eval()
        if self.calibrated:
            parts = torch.as_tensor(x).tensor_split(-(-len(x) // CALIBRATION_BATCH))
            with tf32(self.device):
                update_bn(parts, self.module, self.device)
        return self

    def encode(self, x: np.ndarray) -> np.ndarray:
        return self._map(self.module, x)


class RawSeries:
    """The baseline `raw`: the scaled series itself."""

    def __init__(self, config: Config, seed: int = 0, device: str = "cpu") -> None:
        pass

    def fit(self, x: np.ndarray, y: np.ndarray | None = None) -> Self:
        return self

    def encode(self, x: np.ndarray) -> np.ndarray:
        return x[:, 0]


class AutoEncoderModel(TorchModel):
    """AE and VAE: stage 1, then an ex-post density of the training latents (Ghosh et al. 2020).

    Args:
        config: widths and budgets.
        seed: decides initial weights, batches, noise and samples.
        device: where it lives, as torch names devices.
        module: builds the module to train from a length and a config.
        normal_prior: whether unconditional samples come from N(0, I) rather than from the density.
    """

    def __init__(
        self,
        config: Config,
        seed: int = 0,
        device: str = "cpu",
        *,
        module: Callable[[int, Config], AutoEncoder],
        normal_prior: bool = False,
    ) -> None:
        super().__init__(config, seed, device)
        self.build, self.normal_prior = module, normal_prior

    def fit(self, x: np.ndarray, y: np.ndarray | None = None) -> Self:
        self._fit_autoencoder(x)
        started = time.perf_counter()
        self.density = LatentDensity().fit(self.encode(x), y)
        self.seconds["prior"] = time.perf_counter() - started
        return self

    def encode(self, x: np.ndarray) -> np.ndarray:
        return self._map(self.module.encode, x)

    def reconstruct(self, x: np.ndarray) -> np.ndarray:
        return self._map(lambda part: self.module.decode(self.module.encode(part)), x)

    def sample(self, n: int, y: np.ndarray | None = None) -> np.ndarray:
        rng = np.random.default_rng([self.seed, 3, y is not None])
        if y is None and self.normal_prior:
            z = rng.standard_normal((n, *self.module.encoder.latent_shape), dtype=np.float32)
        else:
            z = self.density.sample(n, y, rng=rng)
        return self._map(self.module.decode, z)

    def _fit_autoencoder(self, x: np.ndarray) -> None:
        started = time.perf_counter()
        batch = min(self.config.training.batch, len(x))
        if self.device.type == "cpu" and batch * widest(x.shape[-1], self.config.network.width) >= WIDE:
            lean_heap()
        with seeded(self.device, self.seed, 0):
            self.module = self._place(self.build(x.shape[-1], self.config))
        series = torch.as_tensor(x, device=self.device)
        with seeded(self.device, self.seed, 1):
            self._before_training(series)
            earlier = self._train("autoencoder", self.module, (series,), self.config.training)
        self.seconds["fit"] = earlier + time.perf_counter() - started

    def _before_training(self, series: Tensor) -> None:
        """A place for starts that depend on the data."""


class VQModel(AutoEncoderModel):
    """VQVAE with or without a self-supervised branch: stage 1, then a MaskGIT prior on its tokens.

    Args:
        config: widths and budgets.
        seed: decides initial weights, batches, noise and samples.
        device: where it lives, as torch names devices.
        module: builds the module to train from a length and a config.
        tied: whether the prior's output is tied to its token embedding.
    """

    def __init__(
        self,
        config: Config,
        seed: int = 0,
        device: str = "cpu",
        *,
        module: Callable[[int, Config], VQAutoEncoder],
        tied: bool = True,
    ) -> None:
        super().__init__(config, seed, device, module=module)
        self.tied, self.n_codes = tied, config.codebook.codes
        self.prior_parts = 1

    def fit(self, x: np.ndarray, y: np.ndarray | None = None) -> Self:
        self._fit_autoencoder(x)
        started = time.perf_counter()
        config, quantizer = self.config.prior, self.module.quantizer
        classes = 0 if y is None else int(y.max()) + 1
        with seeded(self.device, self.seed, 2):
            _, height, width = self.module.encoder.latent_shape
            prior = MaskGIT(quantizer.codes, height * width, classes, config, self.tied)
            self.prior = prior.to(self.device)
            logits = torch.as_tensor(self._map(self._token_logits, x), device=self.device)
            labels = np.zeros(len(x), dtype=np.int64) if y is None else y
            data = (logits, torch.as_tensor(labels, device=self.device))
            parts = self.prior_parts
            if self.device.type == "cpu":
                parts *= math.ceil(min(config.training.batch, len(x)) * height * width / TOKENS_ON_CPU)
            earlier = self._train("prior", self.prior, data, config.training, parts)
        self.seconds["prior"] = earlier + time.perf_counter() - started
        return self

    def encode(self, x: np.ndarray) -> np.ndarray:
        return self._map(lambda part: self.module.quantizer(self.module.encode(part))[0], x)

    def encode_continuous(self, x: np.ndarray) -> np.ndarray:
        return self._map(self.module.encode, x)

    def encode_tokens(self, x: np.ndarray) -> np.ndarray:
        return self._map(lambda part: self.module.quantizer(self.module.encode(part))[1].flatten(1), x)

    def reconstruct(self, x: np.ndarray) -> np.ndarray:
        return self._map(lambda part: self.module.decode(self.module.quantizer(self.module.encode(part))[0]), x)

    def sample(self, n: int, y: np.ndarray | None = None) -> np.ndarray:
        labels = None if y is None else torch.as_tensor(y, device=self.device)
        _, height, width = self.module.encoder.latent_shape
        sampler = Sampler(self.prior, SAMPLE_BATCH)
        with seeded(self.device, self.seed, 3 if y is None else 4), self._inference():
            x = self._joined(
                self.module.decode(self.module.quantizer.decode(part.unflatten(1, (height, width))))
                for tokens in sampler.draw(n, labels)
                for part in tokens.split(inference_batch(self.device))
            )
        if self.device.type == "cuda":
            self.captured["sampling"] = sampler.captured
        return x

    def networks(self) -> dict[str, nn.Module]:
        return {"autoencoder": self.module, "prior": self.prior}

    def _before_training(self, series: Tensor) -> None:
        if self.config.codebook.start == "kmeans":
            self.module.eval()  # BatchNorm is not to count these series twice
            with torch.no_grad():
                self.module.quantizer.start_from(self.module.encode(series[:KMEANS_SERIES]), self.seed)

    def _token_logits(self, part: Tensor) -> Tensor:
        """Return logits (N, T, K): negative squared distances to the codes over the token temperature."""
        latents = self.module.encode(part).movedim(1, -1).flatten(1, 2)
        return -self.module.quantizer.distances(latents.float()) / self.config.prior.token_temperature
