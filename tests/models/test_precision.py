"""bfloat16 autocast: what runs in it, and what stays in float32."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from test_latent_model import TINY, outputs

from ucrbench.models.config import Network
from ucrbench.models.training.precision import inference, tf32
from ucrbench.models.variants import MAIN_VARIANTS, build

BF16 = replace(TINY, network=Network(width=8, precision="bf16"))


@pytest.mark.parametrize("name", MAIN_VARIANTS)
def test_losses_states_and_outputs_are_float32_and_near_those_of_fp32(name):
    x = np.random.default_rng(0).standard_normal((14, 1, 33)).astype(np.float32)
    y = np.arange(14) % 3
    full, half = (build(name, config, seed=3).fit(x, y) for config in (TINY, BF16))
    for stage, curves in half.curves.items():
        for key, values in curves.items():
            assert values.dtype == np.float32
            # The first loss is of the same weights and batch.
            assert values[0] == pytest.approx(full.curves[stage][key][0], rel=0.1, abs=0.05), (stage, key)
    assert not np.array_equal(full.encode(x), half.encode(x))
    for value in outputs(half, x, y).values():
        assert value.dtype in (np.float32, np.int64)
    for network in half.networks().values():
        assert {v.dtype for v in network.state_dict().values()} <= {torch.float32, torch.int64}


def _tf32_settings():
    matmul, cudnn = torch.backends.cuda.matmul, torch.backends.cudnn
    if hasattr(matmul, "fp32_precision"):
        return matmul.fp32_precision, cudnn.conv.fp32_precision
    return matmul.allow_tf32, cudnn.allow_tf32


TF32_ON = ("tf32", "tf32") if hasattr(torch.backends.cuda.matmul, "fp32_precision") else (True, True)


@pytest.mark.parametrize("context", [tf32, inference])
@pytest.mark.parametrize("matmul", ["highest", "high"])
def test_on_cuda_tf32_is_allowed_inside_and_settings_return_also_after_an_error(context, matmul):
    seen = []

    def fails():
        with context(torch.device("cuda")):  # needs no device: settings are the process's
            seen.append(_tf32_settings())
            raise KeyError

    torch.set_float32_matmul_precision(matmul)
    try:
        before = _tf32_settings()
        with pytest.raises(KeyError):
            fails()
        assert seen == [TF32_ON]
        assert _tf32_settings() == before
        assert torch.get_float32_matmul_precision() == matmul
    finally:
        torch.set_float32_matmul_precision("highest")


def test_on_a_cpu_nothing_is_set():
    before = _tf32_settings()
    with tf32(torch.device("cpu")), inference(torch.device("cpu")):
        assert _tf32_settings() == before
        assert not torch.is_grad_enabled()
    assert torch.is_grad_enabled()
