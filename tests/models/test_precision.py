"""bfloat16 autocast: what runs in it, and what stays in float32."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from test_estimators import TINY, outputs

from ucrbench.models.config import Network
from ucrbench.models.precision import has_bf16
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


def test_the_cpu_says_whether_it_has_bfloat16():
    assert has_bf16("cpu") == (torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())
