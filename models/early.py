"""Gradients taken early, so that a branch of a loss gives its memory back before the next one is computed."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

Branch = Callable[[Tensor], tuple[Tensor, ...]]


def early(branch: Branch, z: Tensor, module: nn.Module) -> tuple[Tensor, ...]:
    """What `branch(z)` gives, with its gradients for z and the module's parameters already computed.

    A branch's activations usually live until the backward pass of the whole loss. Here they are gone on return: the
    gradients are taken at once, and scaled by what the backward pass hands down (the chain rule, for a scalar).

    Args:
        branch: maps z to scalars; the first one alone is differentiated.
        z: where the branch begins.
        module: whose parameters the branch uses; it depends on nothing else that is trained.
    """
    if not torch.is_grad_enabled():
        return branch(z)
    return _Early.apply(branch, z, *(p for p in module.parameters() if p.requires_grad))


class _Early(torch.autograd.Function):
    @staticmethod
    def forward(ctx, branch, z, *parameters):
        inputs = (z.detach().requires_grad_(), *parameters)
        with torch.enable_grad():
            first, *others = branch(inputs[0])
        with torch.autocast(z.device.type, enabled=False):
            ctx.save_for_backward(*torch.autograd.grad(first, inputs))
        ctx.mark_non_differentiable(*(others := [other.detach() for other in others]))
        return first.detach(), *others

    @staticmethod
    def backward(ctx, scale, *_):
        return None, *(scale * gradient for gradient in ctx.saved_tensors)
