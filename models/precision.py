"""Which layers run in bfloat16, and on what hardware that is worth it."""

from contextlib import AbstractContextManager
from typing import Literal

import torch


def has_bf16(device: str) -> bool:
    """Whether a device multiplies bfloat16 natively: CUDA from capability 8.0 on, CPUs with AMX or AVX512-BF16."""
    if device.startswith("cuda"):
        return torch.cuda.get_device_capability(device) >= (8, 0)
    return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()


def mixed(device: torch.device, precision: Literal["fp32", "bf16"]) -> AbstractContextManager:
    """Autocast of convolutions and linear layers to bfloat16, or nothing.

    Weights are cast anew in every use: a cast kept from outside would be read by a captured CUDA graph for ever.
    """
    return torch.autocast(device.type, torch.bfloat16, enabled=precision == "bf16", cache_enabled=False)
