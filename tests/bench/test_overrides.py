"""Settings changed from the command line."""

import pytest

from ucrbench.bench.errors import UsageError
from ucrbench.bench.overrides import keys, override
from ucrbench.bench.presets import PRESETS, preset
from ucrbench.models.config import Config
from ucrbench.models.errors import ModelError


def test_a_setting_changes_its_field_alone():
    config, changed = override(Config(), ["training.lr=5e-4", "codebook.update=gradient", "prior.training.batch=7"])
    assert changed == {"training.lr": 5e-4, "codebook.update": "gradient", "prior.training.batch": 7}
    assert (config.training.lr, config.codebook.update, config.prior.training.batch) == (5e-4, "gradient", 7)
    after, before = keys(config), keys(Config())
    assert {key for key in before if before[key] != after[key]} == set(changed)


@pytest.mark.parametrize("setting", ["prior.condition_drop=1.5", "codebook.decay=1", "prior.token_temperature=0"])
def test_settings_that_cannot_be_are_refused_at_once(setting):
    with pytest.raises(ModelError, match=setting.split("=")[0]):
        override(Config(), [setting])


def test_none_is_a_value_where_it_is_allowed():
    config, _ = override(preset("quick"), ["training.max_steps=none"])
    assert config.training.max_steps is None


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("training.lr", "no '='"),
        ("training.rl=1", "did you mean training.lr"),
        ("training=1", "no setting 'training'"),
        ("training.lr=fast", "a number is wanted"),
        ("training.lr=nan", "finite"),
        ("training.lr=-1", "not below 0"),
        ("training.batch=1.5", "a whole number is wanted"),
        ("training.batch=0", "at least 1"),
        ("training.batch=none", "a whole number is wanted"),
        ("codebook.update=adam", "choose from ema, gradient"),
        ("=1", "no setting ''"),
    ],
)
def test_wrong_settings_are_refused_in_one_line(setting, message):
    with pytest.raises(UsageError, match=message) as caught:
        override(Config(), [setting])
    assert "\n" not in str(caught.value)


def test_thesis_is_the_protocol_and_presets_change_budgets_and_widths_only():
    assert PRESETS["thesis"] == Config()
    budgets = (
        "width",
        "head_width",
        "layers",
        "projector",
        "batch",
        "max_steps",
        "sampling_steps",
        "cas_samples",
        "epochs",
    )
    protocol = keys(Config())
    for name, config in PRESETS.items():
        for key, value in keys(config).items():
            assert value == protocol[key] or key.split(".")[-1] in budgets, (name, key)


def test_unknown_preset_is_refused():
    with pytest.raises(UsageError, match="did you mean quick"):
        preset("quik")
