"""Self-attention of short sequences: on a CPU by products of matrices, which keep the little that they give."""

import torch
from torch import Tensor
from torch.nn import functional as F


def attention(qkv: Tensor, heads: int) -> Tensor:
    """Scaled dot-product attention (Vaswani et al. 2017, equation 1) in every head.

    Args:
        qkv: queries, keys and values (N, T, 3 heads d), each with its heads side by side.
        heads: how many.

    Returns:
        Weighted values (N, T, heads d).
    """
    if qkv.device.type == "cpu" and qkv.dtype is not torch.bfloat16:
        return _Attention.apply(qkv, heads)
    q, k, v = qkv.unflatten(-1, (3, heads, -1)).permute(2, 0, 3, 1, 4)
    return F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)


class _Attention(torch.autograd.Function):
    """Head by head: queries, keys and values where they are, and results side by side only once all heads have them."""

    @staticmethod
    def forward(ctx, qkv, heads):
        n, t, width = qkv.shape
        shares, out = qkv.new_empty(heads, n, t, t), qkv.new_empty(heads, n, t, width // 3 // heads)
        for (q, k, v), share, into in zip(_heads(qkv, 3, heads), shares, out, strict=True):
            torch.baddbmm(share, q, k.mT, beta=0, alpha=_scale(q), out=share)
            torch.bmm(torch.softmax(share, -1, out=share), v, out=into)
        ctx.save_for_backward(qkv, shares)
        return out.permute(1, 2, 0, 3).flatten(2)

    @staticmethod
    def backward(ctx, gradient):
        qkv, shares = ctx.saved_tensors
        heads, n, t, _ = shares.shape
        into = qkv.new_empty(3, heads, n, t, gradient.shape[2] // heads)
        each = zip(_heads(qkv, 3, heads), shares, _heads(gradient, 1, heads), *into, strict=True)
        for (q, k, v), share, (of_out,), of_q, of_k, of_v in each:
            torch.bmm(share.mT, of_out, out=of_v)
            of_scores = torch._softmax_backward_data(torch.bmm(of_out, v.mT), share, -1, share.dtype)
            torch.baddbmm(of_q, of_scores, k, beta=0, alpha=_scale(q), out=of_q)
            torch.baddbmm(of_k, of_scores.mT, q, beta=0, alpha=_scale(q), out=of_k)
        return into.permute(2, 3, 0, 1, 4).flatten(2), None


def _scale(q: Tensor) -> float:
    return q.shape[-1] ** -0.5


def _heads(packed: Tensor, parts: int, heads: int) -> list[tuple[Tensor, ...]]:
    """Of each head, its `parts` views (N, T, d) of (N, T, parts heads d)."""
    views = packed.split(packed.shape[2] // parts // heads, 2)
    return [views[head::heads] for head in range(heads)]
