"""From what was asked for to the list of jobs, checked before anything is written."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from .. import datasets
from ..models.variants import MAIN_VARIANTS
from ..results import SCORES, ResultStore, judged_scores
from .contenders import Contender, contender
from .cost import NOMINAL, Corrections, Work, corrections, job_work, judge_work
from .errors import UsageError, near
from .execution import check_precision, device_of, speed_of
from .footprint import job_memory, memory_correction
from .job import DataRef, Job, Settings
from .judge import JudgeRef, judge_ref
from .overrides import override
from .presets import preset
from .request import Execution, Sweep
from .standing import FINISHED, is_to_do, stand


@dataclass(frozen=True)
class Plan:
    """The jobs of a sweep and what they need.

    Attributes:
        jobs: all of them, longest first, each with the scores it lacks (none for a finished one).
        judges: by data set.
        seconds: predicted wall time by job key.
        judge_seconds: predicted wall time by data set, of those whose FCN is wanted and not in the store.
        memory: predicted peak memory in bytes by job key.
        standing: by job key how it stands, as `ucrbench.bench.standing.stand` says.
    """

    jobs: tuple[Job, ...]
    judges: dict[str, JudgeRef]
    seconds: dict[str, float]
    judge_seconds: dict[str, float]
    memory: dict[str, float]
    standing: dict[str, str]

    @cached_property
    def todo(self) -> tuple[Job, ...]:
        """The jobs that lack a score and are not left alone."""
        return tuple(job for job in self.jobs if is_to_do(self.standing[job.key]))

    @property
    def finished(self) -> int:
        """Number of jobs that lack nothing."""
        return sum(standing == FINISHED for standing in self.standing.values())

    @property
    def left(self) -> dict[str, int]:
        """Number of jobs that are left alone, by the way in which they failed."""
        return dict(Counter(how for how in self.standing.values() if how != FINISHED and not is_to_do(how)))

    @property
    def total_seconds(self) -> float:
        """Predicted wall time of all that is to do, if one job ran after the other."""
        return sum(self.seconds[job.key] for job in self.todo) + sum(self.judge_seconds.values())


def needs_judge(job: Job) -> bool:
    """Tell whether a score that the job lacks is given by the FCN of its data set."""
    return any(SCORES[score].judge for score in job.scores)


def plan(
    sweep: Sweep, store: ResultStore | None = None, execution: Execution | None = None, fetch: bool = True
) -> Plan:
    """Check a sweep and list its jobs, or those of a shard of it.

    Args:
        sweep: what is asked for.
        store: results so far: finished jobs are known from it, and predictions are corrected by it.
        execution: where it is to run, which failed jobs are to run again, and which shard is wanted.
        fetch: whether to download what is not here; without it such a data set has an empty content hash.

    Raises:
        UsageError: a name, setting or device is wrong.
        DatasetError: a data set is not to be had.
        ModelError: a weights file is none.
    """
    execution = execution or Execution()
    infos = {name: datasets.info(name) for name in dict.fromkeys(sweep.datasets) if name != "all"}
    if "all" in sweep.datasets:
        infos = dict(datasets.catalogue())
    settings = _settings(sweep, execution)
    contenders = [contender(name, settings.config) for name in _variants(sweep.variants)]
    wanted = _wanted(sweep.scores)
    for entry in contenders:
        if not set(wanted) & set(entry.scores):
            raise UsageError(f"{entry.name} has none of the scores {', '.join(wanted)}; leave it out")
        _check_batch(entry, settings.config.training.batch, infos.values())
    folder = _weights_folder(sweep.fcn_weights) if set(wanted) & set(judged_scores()) else None
    jobs, judges = [], {}
    for name, info in infos.items():
        here = fetch or datasets.is_here(name, sweep.data_dir)
        data = DataRef(name, datasets.data_hash(name, sweep.data_dir) if here else "", sweep.data_dir)
        judges[name] = judge_ref(data, settings, folder, info.n_classes)
        for entry in contenders:
            able = tuple(score for score in wanted if score in entry.scores)
            for seed in dict.fromkeys(sweep.seeds):
                jobs.append(Job(data, entry, seed, settings, judges[name].identity, able))
    works = {job.key: job_work(job.contender.name, infos[job.data.name], settings.config) for job in jobs}
    if execution.shard is not None:
        jobs = _shard(jobs, works, *execution.shard)
    jobs, standing = stand(jobs, store, execution.retry)
    todo = [job for job in jobs if is_to_do(standing[job.key])]
    seconds, judge_seconds = _predict(jobs, todo, works, judges, infos, store, execution)
    jobs.sort(key=lambda job: -seconds[job.key])
    memory = _predict_memory(todo, infos, store)
    return Plan(tuple(jobs), judges, seconds, judge_seconds, memory, standing)


def _shard(jobs: list[Job], works: dict[str, Work], part: int, parts: int) -> list[Job]:
    """The jobs of one of so many parts, the same on every machine.

    Longest first, each group goes to the part that has the least so far. A group is all jobs of a data set, which
    share its FCN, unless they are more than half a part's due: then each job is a group of its own.
    """
    costs = {key: NOMINAL.seconds(work) for key, work in works.items()}
    by_data: dict[str, list[Job]] = {}
    for job in jobs:
        by_data.setdefault(job.data.name, []).append(job)
    due = sum(costs.values()) / parts
    groups: list[list[Job]] = []
    for together in by_data.values():
        whole = sum(costs[job.key] for job in together) <= due / 2
        groups += [together] if whole else [[job] for job in together]
    groups.sort(key=lambda group: (-sum(costs[job.key] for job in group), group[0].key))
    loads = [0.0] * parts
    chosen: list[Job] = []
    for group in groups:
        least = loads.index(min(loads))
        loads[least] += sum(costs[job.key] for job in group)
        if least == part - 1:
            chosen += group
    return chosen


def _predict(
    jobs: list[Job],
    todo: list[Job],
    works: dict[str, Work],
    judges: dict[str, JudgeRef],
    infos: Mapping[str, datasets.DatasetInfo],
    store: ResultStore | None,
    execution: Execution,
) -> tuple[dict[str, float], dict[str, float]]:
    """Wall time by job key and by data set; zero, and no probe, where there is nothing to do."""
    seconds = dict.fromkeys((job.key for job in jobs), 0.0)
    if not todo:
        return seconds, {}
    settings = todo[0].settings
    speed = speed_of(execution, settings.device, settings.threads)
    raw = {job.key: speed.seconds(works[job.key]) for job in jobs}
    attempts = store.jobs() if store else None
    factor = corrections(attempts, raw) if attempts is not None else Corrections()
    seconds |= {job.key: factor.of(job.contender.name) * raw[job.key] for job in todo}
    there = set(store.references()["reference"]) if store else set()
    needed = {job.data.name for job in todo if needs_judge(job) and judges[job.data.name].key not in there}
    judge_work_of = {name: judge_work(infos[name], settings.config) for name in needed}
    return seconds, {name: factor.overall * speed.seconds(work) for name, work in judge_work_of.items()}


def _predict_memory(
    todo: list[Job], infos: Mapping[str, datasets.DatasetInfo], store: ResultStore | None
) -> dict[str, float]:
    raw = {job.key: job_memory(job.contender.name, infos[job.data.name], job.settings.config) for job in todo}
    if store is None or not todo:
        return raw
    on_device = todo[0].settings.device.startswith("cuda")
    attempts = store.jobs()
    ok = attempts[attempts["status"] == "ok"].set_index("job")
    peaks = ok["peak_device_memory_bytes" if on_device else "peak_memory_bytes"]
    factor = memory_correction(peaks, raw)
    return {key: factor * need for key, need in raw.items()}


def _settings(sweep: Sweep, execution: Execution) -> Settings:
    changed: dict[str, Any]
    config, changed = override(preset(sweep.preset), sweep.overrides)
    device = device_of(execution, sweep.device)
    if sweep.precision != "auto":
        check_precision(execution, device, sweep.precision)
        config, precision = override(config, [f"network.precision={sweep.precision}"])
        changed |= precision if sweep.precision != preset(sweep.preset).network.precision else {}
    return Settings(sweep.preset, config, changed, device, sweep.threads)


def _variants(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return each name once, with the main variants in place of "main"."""
    return tuple(dict.fromkeys(one for name in names for one in (MAIN_VARIANTS if name == "main" else (name,))))


def _wanted(names: tuple[str, ...] | None) -> tuple[str, ...]:
    for name in names or ():
        if name not in SCORES:
            raise UsageError(f"no score {name!r}; {near(name, list(SCORES))}")
    return tuple(SCORES) if names is None else tuple(dict.fromkeys(names))


def _check_batch(entry: Contender, batch: int, infos: Iterable[datasets.DatasetInfo]) -> None:
    """Refuse batches and training splits of fewer series than a method can be trained on."""
    if batch < entry.fewest:
        raise UsageError(f"{entry.name} compares the series of a batch; training.batch={batch}: {entry.fewest} or more")
    for info in infos:
        if info.n_train < entry.fewest:
            few = f"the training split of {info.name} has {info.n_train}"
            raise UsageError(f"{entry.name} compares the series of a batch; {few}: leave it out")


def _weights_folder(path: str | None) -> Path | None:
    if path is None:
        return None
    if not Path(path).is_dir():
        raise UsageError(f"--fcn-weights {path} is no folder; name one that holds <data set>.ckpt files")
    return Path(path)
