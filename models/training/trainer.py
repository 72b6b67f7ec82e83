"""Training and applying modules on one device under one seed, as every model that holds networks does."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from ..config import Config, Training
from ..estimator import Estimator
from .checkpoint import Keeper, Storage
from .loop import Curves, Trainable, train
from .precision import inference, inference_batch

Module = TypeVar("Module", bound=nn.Module)


class Trainer(Estimator):
    """Train modules, apply them to arrays, and keep the curves and times of training.

    Attributes:
        curves: training curves by stage.
        seconds: wall time by stage, with what earlier attempts spent on what was taken up from their checkpoints.
        captured: whether a stage was replayed as a CUDA graph; empty on other devices.
        storage: gives the place of the checkpoints of a stage, by its name; None where none are kept.
    """

    def __init__(self, config: Config, seed: int = 0, device: str = "cpu") -> None:
        super().__init__(config, seed, device)
        self.curves: dict[str, Curves] = {}
        self.seconds: dict[str, float] = {}
        self.captured: dict[str, bool] = {}
        self.storage: Callable[[str], Storage] | None = None

    @property
    def torch_device(self) -> torch.device:
        """The device, as torch has it."""
        return torch.device(self.device)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Keep the wall time of what happens inside as `seconds[name]`."""
        started, self._earlier = time.perf_counter(), 0.0
        yield
        self.seconds[name] = self._earlier + time.perf_counter() - started

    @contextmanager
    def seeded(self, stage: int) -> Iterator[None]:
        """Seed torch's global generators for one stage, and leave them as they were afterwards."""
        mixed = int(np.random.SeedSequence([self.seed, stage]).generate_state(1, np.uint32)[0])
        with torch.random.fork_rng([self.torch_device] if self.torch_device.type == "cuda" else []):
            torch.manual_seed(mixed)
            yield

    def place(self, module: Module) -> Module:
        """Return a module on the device, its convolutions in channels-last order, in which they are faster."""
        # torch's overloads of `to` lack the memory format.
        return module.to(self.torch_device).to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]

    def train(self, stage: str, module: Trainable, data: tuple[Tensor, ...], budget: Training) -> None:
        """Train the module of a stage on data of the device, from its checkpoint on if there is one."""
        keeper = Keeper(self.storage(stage)) if self.storage is not None else None
        self.curves[stage] = train(module, data, budget, keeper, self.config.network.precision)
        if self.torch_device.type == "cuda":
            self.captured[stage] = self.curves[stage].captured
        if keeper is not None:
            self._earlier = keeper.earlier

    def map(
        self, rows: np.ndarray | Iterable[Tensor], function: Callable[[Tensor], Tensor], batch: int | None = None
    ) -> np.ndarray:
        """Apply a function to rows, of an array or of tensors one after the other, batch by batch, without gradients.

        Floats come back in float32, whatever they were computed in.
        """
        device, found = self.torch_device, []
        with inference(device, self.config.network.precision):
            for tensor in [torch.as_tensor(rows)] if isinstance(rows, np.ndarray) else rows:
                for part in tensor.split(batch or inference_batch(device)):
                    value = function(part.to(device))
                    found.append((value.float() if value.is_floating_point() else value).cpu())
        return torch.cat(found).contiguous().numpy()
