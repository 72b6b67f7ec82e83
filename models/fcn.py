"""The fully convolutional classifier that judges generated series.

Wang, Yan and Oates, "Time series classification from scratch with deep neural networks" (IJCNN 2017),
figure 1(b). Parameter names and shapes are those of the package `supervised-fcn`, so that its published
weights load as they are.
"""

from __future__ import annotations

import os
from typing import Any, BinaryIO

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .errors import ModelError
from .layers.bias import before_norm
from .layers.norm import WIDE, BatchNorm, by_rows
from .layers.piecewise import averages, windows
from .precision import inference

_BLOCKS = ((1, 128, 8), (128, 256, 5), (256, 128, 3))  # channels in, channels out, kernel
# Time steps that `predict` sends through at once. On a CPU few, so that activations stay near its caches
# (1.3 times as fast as four times as many, and 50 MB); elsewhere as many as 2 GB hold.
_POSITIONS_ON_CPU, _POSITIONS_ELSEWHERE = 2**15, 2**20


class _Block(nn.Module):
    """Conv1d with "same" padding, on (N, C, 1, L) in channels-last memory, and the BatchNorm that follows.

    A 1 x k Conv2d over channels-last memory computes what Conv1d does and takes two thirds of its time on
    a CPU. The weight keeps Conv1d's shape, so state dicts are those of the published files.
    """

    def __init__(self, c_in: int, c_out: int, kernel: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList((before_norm(nn.Conv1d(c_in, c_out, kernel)), BatchNorm(c_out)))

    def convolve(self, x: Tensor) -> Tensor:
        """(N, C, 1, L) -> (N, O, 1, L), before the BatchNorm."""
        conv, _ = self.layers
        kernel = conv.kernel_size[0]
        padding = ((kernel - 1) // 2, kernel // 2)  # the odd surplus of an even kernel goes to the right
        if x.shape[1] == 1:
            # One input channel: a product with all windows is quicker than a convolution, and its result
            # already lies channels-last.
            return F.linear(windows(x[:, 0, 0], kernel), conv.weight[:, 0], conv.bias).permute(0, 2, 1).unsqueeze(2)
        if padding[0] != padding[1]:
            x, padding = F.pad(x, padding), (0, 0)
        weight = conv.weight.unsqueeze(2).contiguous(memory_format=torch.channels_last)
        return F.conv2d(x, weight, conv.bias, padding=(0, padding[0]))


class FCN(nn.Module):
    """Fully convolutional network: three convolution blocks, a global average, a linear layer.

    Args:
        n_classes: Number of classes K.
    """

    def __init__(self, n_classes: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(_Block(*block) for block in _BLOCKS)
        self.final = nn.Linear(_BLOCKS[-1][1], n_classes)

    @property
    def width(self) -> int:
        """Channels of the widest block."""
        return max(block.layers[0].out_channels for block in self.layers)

    @property
    def n_classes(self) -> int:
        """Number of classes K."""
        return self.final.out_features

    def features(self, x: Tensor) -> Tensor:
        """Global average of the last convolution block: (N, 1, L) -> (N, 128).

        Raises:
            ModelError: `x` is not (N, 1, L).
        """
        if x.ndim != 3 or x.shape[1] != 1:
            raise ModelError(f"the FCN takes series of shape (N, 1, L), got {tuple(x.shape)}")
        convs, norms = zip(*(block.layers for block in self.layers), strict=True)
        if by_rows(self, x, WIDE // self.width) and not x.requires_grad:
            return averages(convs, norms, x)
        h = self.layers[0].convolve(x.unsqueeze(2))
        for norm, block in zip(norms[:-1], self.layers[1:], strict=True):
            h = block.convolve(norm(h, 0.0))
        return norms[-1](h, 0.0).mean((2, 3))

    def forward(self, x: Tensor) -> Tensor:
        """Logits: (N, 1, L) -> (N, K)."""
        return self.final(self.features(x))

    def loss(self, x: Tensor, y: Tensor) -> dict[str, Tensor]:
        """Cross-entropy of series (N, 1, L) with labels (N,) int64, and the accuracy for the curve."""
        logits = self(x)
        accuracy = (logits.detach().argmax(1) == y).float().mean()
        return {"loss": F.cross_entropy(logits, y), "accuracy": accuracy}


def load_weights(path: str | os.PathLike[str] | BinaryIO) -> FCN:
    """The FCN of a weights file of the package `supervised-fcn`, in eval mode, on the CPU.

    Args:
        path: A state dict as `torch.save` writes it, or an open file of one; the number of classes is read
            from it.

    Raises:
        ModelError: The file is missing, is no weights file, or holds other keys or shapes than an FCN's.
    """
    way_out = "give a state dict of supervised-fcn, or leave the file out to have an FCN trained"
    try:
        state: Any = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch, pickle, zipfile and the OS each have errors of their own here
        raise ModelError(f"{path}: not a readable weights file ({type(error).__name__}); {way_out}") from error
    head = state.get("final.weight") if isinstance(state, dict) else None
    if not isinstance(head, Tensor) or head.ndim != 2 or len(head) == 0:
        raise ModelError(f"{path}: no FCN weights, 'final.weight' is missing or no matrix; {way_out}")
    fcn = FCN(len(head))
    try:
        fcn.load_state_dict(state)
    except RuntimeError as error:
        first = str(error).splitlines()[1].strip() if "\n" in str(error) else str(error)
        raise ModelError(f"{path}: not the weights of an FCN ({first}); {way_out}") from error
    return fcn.eval()


def predict(fcn: FCN, x: np.ndarray | Tensor, batch: int = 1024) -> tuple[np.ndarray, np.ndarray]:
    """Class probabilities and pooled features, in eval mode; the FCN is left in the mode it was in.

    Args:
        fcn: The classifier, on any device.
        x: Series (N, 1, L), on any device.
        batch: Most series at once; long series go through in smaller batches, to bound memory.

    Returns:
        Probabilities (N, K) float64, whose rows sum to 1, and features (N, 128) float32.
    """
    x = torch.as_tensor(x)
    weight = fcn.final.weight
    positions = _POSITIONS_ON_CPU if weight.device.type == "cpu" else _POSITIONS_ELSEWHERE
    batch = max(1, min(batch, positions // max(1, x.shape[-1])))
    modes = [module.training for module in fcn.modules()]
    fcn.eval()
    try:
        with inference(weight.device):
            # Into one tensor: results kept part by part lie between the holes of a heap that grows with each part.
            features = weight.new_empty(len(x), weight.shape[1])
            for part, found in zip(x.split(batch), features.split(batch), strict=True):
                found.copy_(fcn.features(part.to(weight)))
            probabilities = fcn.final(features).double().softmax(1)
    finally:
        for module, mode in zip(fcn.modules(), modes, strict=True):
            module.training = mode
    return probabilities.cpu().numpy(), features.cpu().numpy()
