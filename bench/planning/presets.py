"""The presets: budgets and widths, from seconds on a laptop to the protocol to the letter.

Whatever a preset does not name has the protocol's value (`ucrbench.models.config`).
"""

from ...models.config import Classifier, Config, Network, Prior, SelfSupervision, Training
from ..errors import UsageError, near

PRESETS: dict[str, Config] = {
    # A second or two a job: for tests of the machinery, not of models.
    "smoke": Config(
        network=Network(width=8),
        training=Training(batch=16, max_steps=6),
        ssl=SelfSupervision(projector=32),
        prior=Prior(width=16, layers=1, head_width=8, sampling_steps=3, training=Training(batch=16, max_steps=6)),
        classifier=Classifier(
            training=Training(weight_decay=1e-5, batch=16, max_steps=4),
            cas_training=Training(weight_decay=1e-5, batch=16, max_steps=4),
            cas_samples=32,
        ),
    ),
    # A few data sets on a CPU while a coffee is made.
    "quick": Config(
        network=Network(width=32),
        training=Training(batch=24, max_steps=200),
        ssl=SelfSupervision(projector=512),
        prior=Prior(width=64, layers=2, head_width=32, training=Training(batch=16, max_steps=800)),
        classifier=Classifier(
            training=Training(weight_decay=1e-5, batch=32, max_steps=120),
            cas_training=Training(weight_decay=1e-5, batch=32, max_steps=60),
            cas_samples=256,
        ),
    ),
    # The published sweep: the protocol's networks, a budget that one GPU spends on the whole archive.
    "standard": Config(
        training=Training(max_steps=2000),
        ssl=SelfSupervision(projector=1024),
        prior=Prior(training=Training(batch=256, max_steps=1000)),
        classifier=Classifier(
            training=Training(weight_decay=1e-5, batch=256, max_steps=1000),
            cas_training=Training(weight_decay=1e-5, batch=256, max_steps=1000),
        ),
    ),
    # The settings of the thesis.
    "thesis": Config(),
}


def preset(name: str) -> Config:
    """The configuration of a preset.

    Raises:
        UsageError: there is no such preset.
    """
    if name not in PRESETS:
        raise UsageError(f"no preset {name!r}; {near(name, list(PRESETS))}")
    return PRESETS[name]
