"""A linear layer behind an RMSNorm, whose gains go into the weight: that is smaller than what it is applied to."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class NormedLinear(nn.Linear):
    """RMSNorm (Zhang and Sennrich, NeurIPS 2019, equation 4) with a gain for each feature, then a linear layer."""

    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        super().__init__(in_features, out_features, bias)
        self.gain = nn.Parameter(torch.ones(in_features))

    def forward(self, h: Tensor) -> Tensor:
        return F.linear(_over_rms(h), self.weight * self.gain, self.bias)


def _over_rms(h: Tensor) -> Tensor:
    """h (..., D) over the root of its mean square, to whose square the dtype's epsilon is added."""
    if h.device.type == "cpu" and h.dtype is not torch.bfloat16:
        return _OverRMS.apply(h)
    return F.rms_norm(h, h.shape[-1:])


class _OverRMS(torch.autograd.Function):
    """In half the passes over memory that torch takes, which has no kernel of its own for it on CPUs."""

    @staticmethod
    def forward(ctx, h):
        squares = torch.linalg.vector_norm(h, dim=-1, keepdim=True).square_()
        scale = squares.div_(h.shape[-1]).add_(torch.finfo(h.dtype).eps).rsqrt_()
        unit = h * scale
        ctx.save_for_backward(unit, scale)
        return unit

    @staticmethod
    def backward(ctx, gradient):
        unit, scale = ctx.saved_tensors
        along = (gradient * unit).sum(-1, keepdim=True).div_(unit.shape[-1])
        return torch.addcmul(gradient, unit, along, value=-1).mul_(scale)
