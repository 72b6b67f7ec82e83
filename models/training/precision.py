"""The precision in which layers compute."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Literal

import torch
from torch import Tensor

Precision = Literal["fp32", "bf16"]


def mixed(device: torch.device, precision: Precision) -> AbstractContextManager:
    """Return autocast of convolutions and linear layers to bfloat16, or nothing.

    Weights are cast anew in every use: a cast kept from outside would be read by a captured CUDA graph for ever.
    """
    return torch.autocast(device.type, torch.bfloat16, enabled=precision == "bf16", cache_enabled=False)


def without_autocast(x: Tensor) -> AbstractContextManager:
    """Return a context in which operations on x compute in the precision of their tensors."""
    return torch.autocast(x.device.type, enabled=False)


@contextmanager
def tf32(device: torch.device) -> Iterator[None]:
    """On CUDA let products of matrices and convolutions in float32 round their factors to TF32; else change nothing.

    The settings are the process's; they are as they were afterwards. FFTs have no such mode.
    """
    if device.type != "cuda":
        yield
        return
    products, convolutions = torch.backends.cuda.matmul, torch.backends.cudnn
    # Since torch 2.9 there is one setting per operation, and the older flags are to be left alone beside it.
    name, value = "allow_tf32", True
    if hasattr(products, "fp32_precision"):
        name, value, convolutions = "fp32_precision", "tf32", convolutions.conv
    places = (products, convolutions)
    before = [getattr(place, name) for place in places]
    try:
        for place in places:
            setattr(place, name, value)
        yield
    finally:
        for place, old in zip(places, before, strict=True):
            setattr(place, name, old)


@contextmanager
def inference(device: torch.device, precision: Precision = "fp32") -> Iterator[None]:
    """Compute with fitted networks: without gradients, in the precision they were trained in."""
    with torch.no_grad(), tf32(device), mixed(device, precision):
        yield


def inference_batch(device: torch.device) -> int:
    """Return how many rows fitted networks take at once: on CPUs few, which is as fast and takes little memory."""
    return 1024 if device.type == "cuda" else 128
