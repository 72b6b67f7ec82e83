"""Biases that no training moves."""

from typing import TypeVar

from torch import nn

Layer = TypeVar("Layer", bound=nn.Module)


def before_norm(layer: Layer) -> Layer:
    """A layer whose output goes into a BatchNorm and nowhere else; its bias stays as it was drawn.

    A BatchNorm takes every constant away, so the gradient of such a bias is zero. What would be computed of it is
    rounding, of which AdamW makes steps as large as any other, and takes a pass over a whole gradient.
    """
    layer.bias.requires_grad_(False)
    return layer
