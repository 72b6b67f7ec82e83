"""The device of a job by its name and in words, and what it multiplies fast."""

import functools
import platform
from pathlib import Path

import torch

from ..errors import UsageError


def resolve_device(name: str) -> str:
    """The torch device of `auto`, `cpu`, `cuda` or `cuda:N`.

    Raises:
        UsageError: the device is unknown or not there.
    """
    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cpu":
        return name
    kind, _, index = name.partition(":")
    if kind != "cuda" or (index and not index.isdigit()):
        raise UsageError(f"no device {name!r}; choose auto, cpu, cuda or cuda:N")
    if not torch.cuda.is_available() or int(index or 0) >= torch.cuda.device_count():
        raise UsageError(f"there is no {name} here; --device auto takes what there is")
    return name


@functools.cache
def device_title(device: str) -> str:
    """The device in words, such as a GPU's or a processor's name."""
    if device.startswith("cuda"):
        return torch.cuda.get_device_name(device)
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def has_bf16(device: str) -> bool:
    """Return whether a device multiplies bfloat16: CUDA from capability 8.0 on, CPUs with AMX or AVX512-BF16."""
    if device.startswith("cuda"):
        return torch.cuda.get_device_capability(device) >= (8, 0)
    return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
