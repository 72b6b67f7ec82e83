"""The fully convolutional classifier that judges generated series.

Wang, Yan and Oates, "Time series classification from scratch with deep neural networks" (IJCNN 2017), figure 1(b).
Parameter names and shapes are those of the package `supervised-fcn`, so that its published weights load as they are.
"""

import os
from typing import BinaryIO

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .errors import ModelError
from .training.loop import Trainable


class _Block(nn.Module):
    """Conv1d with "same" padding, BatchNorm and ReLU, on series as images (N, C, 1, L) in channels-last memory.

    A 1 x k Conv2d over channels-last memory computes what Conv1d does and takes two thirds of its time on a CPU. The
    weight keeps Conv1d's shape, so that state dicts are those of the published files.
    """

    def __init__(self, c_in: int, c_out: int, kernel: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList((nn.Conv1d(c_in, c_out, kernel), nn.BatchNorm2d(c_out)))

    def forward(self, x: Tensor) -> Tensor:
        conv, norm = self.layers
        assert isinstance(conv, nn.Conv1d)
        kernel = conv.kernel_size[0]
        x = x if kernel % 2 else F.pad(x, (0, 1))  # the odd surplus of an even kernel goes to the right
        weight = conv.weight.unsqueeze(2).contiguous(memory_format=torch.channels_last)
        return F.relu(norm(F.conv2d(x, weight, conv.bias, padding=(0, (kernel - 1) // 2))), inplace=True)


class FCN(Trainable):
    """A fully convolutional network for K classes: three convolution blocks, a global average, a linear layer."""

    def __init__(self, n_classes: int) -> None:
        super().__init__()
        self.n_classes = n_classes
        self.layers = nn.Sequential(_Block(1, 128, 8), _Block(128, 256, 5), _Block(256, 128, 3))
        self.final = nn.Linear(128, n_classes)

    def features(self, x: Tensor) -> Tensor:
        """Return the global average of the last convolution block: (N, 1, L) -> (N, 128).

        Raises:
            ModelError: `x` is not (N, 1, L).
        """
        if x.ndim != 3 or x.shape[1] != 1:
            raise ModelError(f"the FCN takes series of shape (N, 1, L), got {tuple(x.shape)}")
        h = x[:, 0, None, :, None].permute(0, 3, 1, 2)  # strides of channels-last images (N, 1, 1, L)
        return self.layers(h).mean((2, 3))

    def forward(self, x: Tensor) -> Tensor:
        """Return logits: (N, 1, L) -> (N, K)."""
        return self.final(self.features(x))

    def loss(self, x: Tensor, y: Tensor) -> dict[str, Tensor]:
        """Return the cross-entropy of series (N, 1, L) with labels (N,) int64, and the accuracy for the curve."""
        logits = self(x)
        accuracy = (logits.detach().argmax(1) == y).float().mean()
        return {"loss": F.cross_entropy(logits, y), "accuracy": accuracy}


def load_weights(path: str | os.PathLike[str] | BinaryIO) -> FCN:
    """Return the FCN of a weights file of the package `supervised-fcn`, in eval mode, on the CPU.

    Args:
        path: a state dict as `torch.save` writes it, or an open file of one; the number of classes is read from it.

    Raises:
        ModelError: the file is missing, is no weights file, or holds other keys or shapes than an FCN's.
    """
    way_out = "give a state dict of supervised-fcn, or leave the file out to have an FCN trained"
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        fcn = FCN(len(state["final.weight"]))
    except Exception as error:  # torch, pickle, zipfile and the OS each have errors of their own here
        raise ModelError(f"{path}: not a readable weights file ({type(error).__name__}); {way_out}") from error
    try:
        fcn.load_state_dict(state)
    except RuntimeError as error:
        difference = str(error).splitlines()[-1].strip()
        raise ModelError(f"{path}: not the weights of an FCN ({difference}); {way_out}") from error
    return fcn.eval()
