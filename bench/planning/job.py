"""The job: data set x variant x seed under one configuration, and the key that names it."""

from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from typing import Any

from ...models.config import Config
from ...results import SCORES, hash_json
from .methods import Method

PROTOCOL_VERSION = 2
ARCHIVE = "2018"  # whose data and splits these are (Dau et al. 2019)


@dataclass(frozen=True)
class DataRef:
    """A data set by name and content.

    Attributes:
        name: in the archive.
        data_hash: of the content as published.
        data_dir: where to look for it; None for the default folder. It decides nothing.
    """

    name: str
    data_hash: str
    data_dir: str | None


@dataclass(frozen=True)
class Settings:
    """The settings that the jobs of one sweep share.

    Attributes:
        preset: name of the preset.
        config: the preset's configuration with the overrides applied.
        overrides: what was changed, by dotted key.
        device: as torch names devices.
        threads: threads of a job on a CPU.
        swept: values of the settings that have several, by dotted key; they are not in `config`, but in methods.
    """

    preset: str
    config: Config
    overrides: dict[str, Any]
    device: str
    threads: int
    swept: dict[str, tuple[Any, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Job:
    """One job.

    Attributes:
        data: the data set.
        method: the variant or user's model.
        seed: of everything random in it.
        settings: shared by the sweep.
        judge: what decides the FCN: its training configuration, or the hash of its weights file.
        scores: the scores asked for.
    """

    data: DataRef
    method: Method
    seed: int
    settings: Settings
    judge: str
    scores: tuple[str, ...]

    @property
    def config(self) -> Config:
        """The sweep's configuration with what the method sets and fixes."""
        return self.method.settled(self.settings.config)

    @cached_property
    def key(self) -> str:
        """Hash of everything that decides the job's scores, and of nothing else: not the device, not the commit."""
        sections, config = self.method.sections, self.config
        return hash_json(
            {
                "protocol": PROTOCOL_VERSION,
                "dataset": self.data.name,
                "data": self.data.data_hash,
                "variant": self.method.name,
                "source": self.method.source_hash,
                "seed": self.seed,
                "preset": self.settings.preset,
                "config": {name: attrgetter(name)(config) for name in sections},
                "judge": self.judge if "classifier" in sections else None,
            }
        )

    @property
    def overrides(self) -> dict[str, Any]:
        """The overrides that concern this job; the method's own settings are in its name."""
        sections = tuple(f"{section}." for section in self.method.sections)
        return {key: value for key, value in self.settings.overrides.items() if key.startswith(sections)}

    @property
    def needs_judge(self) -> bool:
        """Tell whether a score that is asked for is given by the FCN of the data set."""
        return any(SCORES[score].judge for score in self.scores)

    def __str__(self) -> str:
        return f"{self.method.name} on {self.data.name}, seed {self.seed}"
