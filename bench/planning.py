"""From what was asked for to the list of jobs, checked before anything is written."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from .. import datasets
from ..models.variants import MAIN_VARIANTS
from ..results import ResultStore
from .contenders import contender
from .cost import correction, job_work, judge_work, probe
from .errors import UsageError, near
from .evaluation import JUDGED, SCORE_NAMES
from .job import DataRef, Job, Settings
from .judge import JudgeRef, judge_ref
from .overrides import override
from .presets import preset
from .resources import resolve_device


@dataclass(frozen=True)
class Sweep:
    """What a user asks for: data sets x variants x seeds under a preset.

    Attributes:
        datasets: names in the archive; "all" stands for the 128.
        variants: names of variants, or `module:Class`.
        seeds: of the jobs.
        preset: name of the preset.
        overrides: settings such as "training.lr=5e-4".
        scores: the scores wanted; None for all that a model can have.
        data_dir: the data folder; None for the default.
        device: "auto", "cpu", "cuda" or "cuda:N".
        threads: threads of a job on a CPU.
        fcn_weights: folder of `supervised-fcn` weights, None to train the FCNs.
    """

    datasets: tuple[str, ...]
    variants: tuple[str, ...] = MAIN_VARIANTS
    seeds: tuple[int, ...] = (0,)
    preset: str = "quick"
    overrides: tuple[str, ...] = ()
    scores: tuple[str, ...] | None = None
    data_dir: str | None = None
    device: str = "auto"
    threads: int = 1
    fcn_weights: str | None = None


@dataclass(frozen=True)
class Plan:
    """The jobs of a sweep and what they need.

    Attributes:
        jobs: all of them, longest first, each with the scores it lacks (none for a finished one).
        judges: by data set.
        seconds: predicted wall time by job key.
        judge_seconds: predicted wall time by data set, of those whose FCN is wanted and not in the store.
    """

    jobs: tuple[Job, ...]
    judges: dict[str, JudgeRef]
    seconds: dict[str, float]
    judge_seconds: dict[str, float]

    @cached_property
    def todo(self) -> tuple[Job, ...]:
        """The jobs that lack a score."""
        return tuple(job for job in self.jobs if job.scores)


def needs_judge(job: Job) -> bool:
    """Whether a score that the job lacks is given by the FCN of its data set."""
    return any(score in JUDGED for score in job.scores)


def plan(sweep: Sweep, store: ResultStore | None = None, fetch: bool = True) -> Plan:
    """Check a sweep and list its jobs.

    Args:
        sweep: what is asked for.
        store: results so far: finished jobs are known from it, and predictions are corrected by it.
        fetch: whether to download what is not here; without it such a data set has an empty content hash.

    Raises:
        UsageError: a name, setting or device is wrong.
        DatasetError: a data set is not to be had.
        ModelError: a weights file is none.
    """
    for what, given in (("data set", sweep.datasets), ("variant", sweep.variants), ("seed", sweep.seeds)):
        if not given:
            raise UsageError(f"no {what} was named; name at least one")
    infos = {name: datasets.info(name) for name in dict.fromkeys(sweep.datasets) if name != "all"}
    if "all" in sweep.datasets:
        infos = dict(datasets.catalogue())
    settings = _settings(sweep)
    contenders = [contender(name, settings.config) for name in dict.fromkeys(sweep.variants)]
    wanted = _wanted(sweep.scores)
    for entry in contenders:
        if not set(wanted) & set(entry.scores):
            raise UsageError(f"{entry.name} has none of the scores {', '.join(wanted)}; leave it out")
    folder = _weights_folder(sweep.fcn_weights) if set(wanted) & set(JUDGED) else None
    finished = store.finished() if store else {}
    jobs, judges = [], {}
    for name, info in infos.items():
        here = fetch or datasets.is_here(name, sweep.data_dir)
        data = DataRef(name, datasets.data_hash(name, sweep.data_dir) if here else "", sweep.data_dir)
        judges[name] = judge_ref(data, settings, folder, info.n_classes)
        for entry in contenders:
            for seed in dict.fromkeys(sweep.seeds):
                able = tuple(score for score in wanted if score in entry.scores)
                job = Job(data, entry, seed, settings, judges[name].identity, able)
                lacking = tuple(score for score in able if score not in finished.get(job.key, ()))
                jobs.append(replace(job, scores=lacking))
    seconds, judge_seconds = _predict(jobs, judges, infos, settings, store)
    jobs.sort(key=lambda job: -seconds[job.key])
    return Plan(tuple(jobs), judges, seconds, judge_seconds)


def _predict(
    jobs: list[Job],
    judges: dict[str, JudgeRef],
    infos: Mapping[str, datasets.DatasetInfo],
    settings: Settings,
    store: ResultStore | None,
) -> tuple[dict[str, float], dict[str, float]]:
    """Wall time by job key and by data set; zero, and no probe, where there is nothing to do."""
    if not any(job.scores for job in jobs):
        return dict.fromkeys((job.key for job in jobs), 0.0), {}
    speed, config = probe(settings.device, settings.threads), settings.config
    raw = {job.key: speed.seconds(job_work(job.contender.name, infos[job.data.name], config)) for job in jobs}
    factor = correction(store.jobs(), raw) if store else 1.0
    there = set(store.references()["reference"]) if store else set()
    needed = {job.data.name for job in jobs if needs_judge(job) and judges[job.data.name].key not in there}
    waits = {name: factor * speed.seconds(judge_work(infos[name], config)) for name in needed}
    return {job.key: factor * raw[job.key] if job.scores else 0.0 for job in jobs}, waits


def _settings(sweep: Sweep) -> Settings:
    changed: dict[str, Any]
    config, changed = override(preset(sweep.preset), sweep.overrides)
    if sweep.threads < 1:
        raise UsageError(f"{sweep.threads} threads; at least 1 is needed")
    return Settings(sweep.preset, config, changed, resolve_device(sweep.device), sweep.threads)


def _wanted(names: tuple[str, ...] | None) -> tuple[str, ...]:
    for name in names or ():
        if name not in SCORE_NAMES:
            raise UsageError(f"no score {name!r}; {near(name, SCORE_NAMES)}")
    return SCORE_NAMES if names is None else tuple(dict.fromkeys(names))


def _weights_folder(path: str | None) -> Path | None:
    if path is None:
        return None
    if not Path(path).is_dir():
        raise UsageError(f"--fcn-weights {path} is no folder; name one that holds <data set>.ckpt files")
    return Path(path)
