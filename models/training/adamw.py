"""AdamW on lists of tensors: torch's own fused kernels, without what its optimiser class brings along.

The class loads torch's compiler with the first optimiser of a process, which takes seconds and 70 MB of every worker.
"""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.adamw import adamw

BETAS, EPS = (0.9, 0.999), 1e-8


class AdamW:
    """AdamW (Loshchilov and Hutter 2019) in one fused kernel, with its learning rate and step counts in tensors.

    Args:
        parameters: parameters to train; a step passes over those without a gradient.
        rate: () learning rate, read in every step.
        weight_decay: decoupled weight decay.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], rate: Tensor, weight_decay: float) -> None:
        self.parameters = [parameter for parameter in parameters if parameter.requires_grad]
        self.rate, self.weight_decay = rate, weight_decay
        self.first = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.second = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.counts = [torch.zeros((), device=parameter.device) for parameter in self.parameters]

    @torch.no_grad()
    def step(self) -> None:
        """Step the parameters that have a gradient."""
        rows = zip(self.parameters, self.first, self.second, self.counts, strict=True)
        rows = [(p, p.grad, *moments) for p, *moments in rows if p.grad is not None]
        if not rows:
            return
        parameters, gradients, first, second, counts = map(list, zip(*rows, strict=True))
        adamw(
            parameters, gradients, first, second, [], counts,
            lr=self.rate, weight_decay=self.weight_decay, beta1=BETAS[0], beta2=BETAS[1], eps=EPS,
            fused=True, capturable=self.rate.is_cuda, amsgrad=False, maximize=False,
        )  # fmt: skip

    def zero_grad(self) -> None:
        """Forget all gradients and give their memory back."""
        for parameter in self.parameters:
            parameter.grad = None

    def state(self) -> dict[str, Any]:
        """Return moments and step counts."""
        return {"first": self.first, "second": self.second, "counts": self.counts}

    @torch.no_grad()
    def restore(self, state: dict[str, Any]) -> None:
        """Take over moments and step counts that `state` returned, on whatever device."""
        for name, kept in state.items():
            for tensor, value in zip(getattr(self, name), kept, strict=True):
                tensor.copy_(value)
