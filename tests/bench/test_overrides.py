"""Settings changed from the command line."""

import pytest

from ucrbench.bench.errors import UsageError
from ucrbench.bench.planning.overrides import override, read
from ucrbench.bench.planning.presets import PRESETS, preset
from ucrbench.models.config import Codebook, Config, settings_of
from ucrbench.models.errors import ModelError


def changed_by(*settings):
    """The settings and the configuration that they make of the protocol's."""
    values = {key: value for key, (value,) in read(Config(), settings).items()}
    return override(Config(), values), values


def test_a_setting_changes_its_field_alone():
    config, changed = changed_by("training.lr=5e-4", "codebook.update=gradient", "prior.training.batch=7")
    assert changed == {"training.lr": 5e-4, "codebook.update": "gradient", "prior.training.batch": 7}
    assert (config.training.lr, config.codebook.update, config.prior.training.batch) == (5e-4, "gradient", 7)
    after, before = settings_of(config), settings_of(Config())
    assert {key for key in before if before[key] != after[key]} == set(changed)


@pytest.mark.parametrize("setting", ["prior.condition_drop=1.5", "codebook.decay=1", "prior.token_temperature=0"])
def test_settings_that_cannot_be_are_refused_at_once(setting):
    with pytest.raises(ModelError, match=setting.split("=")[0]):
        changed_by(setting)


def test_settings_are_checked_together_so_that_their_order_does_not_matter():
    # Each alone could be refused: the projector of VIbCReg, say, is checked against other settings.
    settings = ["prior.training.batch=7", "prior.heads=3", "codebook.decay=0.5", "prior.width=24"]
    found = [changed_by(*order)[0] for order in (settings, settings[::-1], sorted(settings))]
    assert found[0] == found[1] == found[2]
    assert (found[0].prior.heads, found[0].prior.width, found[0].prior.training.batch) == (3, 24, 7)


def test_a_section_is_checked_once_it_has_all_its_settings(monkeypatch):
    seen = []
    check = Codebook.__post_init__
    monkeypatch.setattr(Codebook, "__post_init__", lambda self: seen.append((self.decay, self.codes)) or check(self))
    changed_by("codebook.decay=0.5", "codebook.codes=8")
    assert seen[-1:] == [(0.5, 8)]
    assert (0.5, 32) not in seen


def test_a_setting_given_twice_with_different_values_is_refused():
    way_out = (
        r"codebook\.codes is set to 8 and to 32; set it once, "
        r"or for a method of each value write codebook\.codes=8,32"
    )
    with pytest.raises(UsageError, match=way_out):
        changed_by("codebook.codes=8", "codebook.codes=32")
    with pytest.raises(UsageError, match=r"is set to 8,32 and to 8; .* write codebook\.codes=8,32"):
        read(Config(), ["codebook.codes=8,32", "codebook.codes=8"])
    assert changed_by("codebook.codes=8", "codebook.codes=8")[1] == {"codebook.codes": 8}


def test_several_values_are_read_each_once_and_in_their_order():
    given = ["codebook.codes=32, 8,32", "codebook.update=gradient,ema", "training.max_steps=none,5", "vae.beta=1,1e-4"]
    assert read(preset("quick"), given) == {
        "codebook.codes": (32, 8),
        "codebook.update": ("gradient", "ema"),
        "training.max_steps": (None, 5),
        "vae.beta": (1.0, 1e-4),
    }


def test_none_is_a_value_where_it_is_allowed():
    assert override(preset("quick"), {"training.max_steps": None}).training.max_steps is None
    assert changed_by("training.max_steps=none")[1] == {"training.max_steps": None}


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
        ("codebook.codes=8,many", "codebook.codes=many: a whole number is wanted"),
        ("training.batch=none", "a whole number is wanted"),
        ("codebook.update=adam", "choose from ema, gradient"),
        ("=1", "no setting ''"),
    ],
)
def test_wrong_settings_are_refused_in_one_line(setting, message):
    with pytest.raises(UsageError, match=message) as caught:
        changed_by(setting)
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
    protocol = settings_of(Config())
    for name, config in PRESETS.items():
        for key, value in settings_of(config).items():
            assert value == protocol[key] or key.split(".")[-1] in budgets, (name, key)


def test_unknown_preset_is_refused():
    with pytest.raises(UsageError, match="did you mean quick"):
        preset("quik")
