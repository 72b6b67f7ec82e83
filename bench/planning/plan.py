"""From what was asked for to the list of jobs, checked before anything is written."""

import heapq
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ... import datasets
from ...results import SCORES, ResultStore, judged_scores
from ..errors import UsageError, near
from .cost import job_work, slowdown
from .devices import has_bf16, resolve_device
from .expansion import methods_of
from .job import DataRef, Job, Settings
from .judge_ref import JudgeRef, incomplete, judge_ref
from .methods import Method
from .overrides import override, read
from .prediction import predict_memory, predict_seconds
from .presets import preset
from .request import Execution, Sweep
from .sharding import shard_of
from .standing import FINISHED, is_to_do, stand


def ask_here(function: Callable[..., Any], *arguments: Any) -> Any:
    """Run a call in this process."""
    return function(*arguments)


@dataclass(frozen=True)
class Plan:
    """The jobs of a sweep and what they need.

    Attributes:
        jobs: all of them, longest first, each with the scores it lacks (none for a finished one).
        judges: by data set.
        seconds: predicted wall time by job key.
        judge_seconds: predicted wall time by data set, of those whose FCN is wanted and not in the store.
        memory: predicted peak memory in bytes by job key.
        standing: by job key how it stands, as `ucrbench.bench.planning.standing.stand` says.
        incomplete: judges whose references the store has in part, as of an earlier version; they are to be completed.
    """

    jobs: tuple[Job, ...]
    judges: dict[str, JudgeRef]
    seconds: dict[str, float]
    judge_seconds: dict[str, float]
    memory: dict[str, float]
    standing: dict[str, str]
    incomplete: tuple[JudgeRef, ...] = ()

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

    @property
    def to_complete(self) -> str:
        """A line on references that are to be completed; empty where there are none."""
        n = len(self.incomplete)
        return f"references to complete: those of {n} data set{'s' * (n > 1)}" if n else ""

    def wall_seconds(self, width: int) -> float:
        """Return the predicted wall time of all that is to do, so many jobs at a time: FCNs first, then longest first.

        Several jobs on one card slow each other down.
        """
        if not self.todo:
            return 0.0
        slower, ends = self.slowdown(width), [0.0] * min(width, len(self.todo))
        for seconds in (*self.judge_seconds.values(), *(self.seconds[job.key] for job in self.todo)):
            heapq.heapreplace(ends, ends[0] + slower * seconds)
        return max(ends)

    def slowdown(self, width: int) -> float:
        """Return how many times as long as alone a job takes where so many run at a time: 1 but on a CUDA device."""
        on_card = self.todo and self.todo[0].settings.device.startswith("cuda")
        return float(slowdown(min(width, len(self.todo)))) if on_card else 1.0


def plan(
    sweep: Sweep,
    store: ResultStore | None = None,
    execution: Execution | None = None,
    fetch: bool = True,
    ask: Callable[..., Any] = ask_here,
    settings: Settings | None = None,
) -> Plan:
    """Check a sweep and list its jobs, or those of a shard of it.

    Args:
        sweep: what is asked for.
        store: results so far: finished jobs are known from it, and predictions are corrected by it.
        execution: which failed jobs are to run again, and which shard is wanted.
        fetch: whether to download what is not here; without it such a data set has an empty content hash.
        ask: runs a call, of which device there is and how fast it is, where jobs will run; here by default.
        settings: those of the sweep, where they are known already.

    Raises:
        UsageError: a name, setting or device is wrong.
        DatasetError: a data set is not to be had.
        ModelError: a weights file is none.
    """
    execution = execution or Execution()
    infos = {name: datasets.info(name) for name in datasets.select(sweep.datasets)}
    settings = settings or settings_of(sweep, ask)
    methods = methods_of(sweep.variants, settings.config, settings.overrides, settings.swept)
    wanted = _wanted(sweep.scores)
    for entry in methods:
        if not set(wanted) & set(entry.scores):
            raise UsageError(f"{entry.name} has none of the scores {', '.join(wanted)}; leave it out")
        _check_batch(entry, entry.settled(settings.config).training.batch, infos.values())
    folder = _weights_folder(sweep.fcn_weights) if set(wanted) & set(judged_scores()) else None
    jobs, judges = [], {}
    for name, info in infos.items():
        here = fetch or datasets.is_here(name, sweep.data_dir)
        data = DataRef(name, datasets.data_hash(name, sweep.data_dir) if here else "", sweep.data_dir)
        judges[name] = judge_ref(data, settings, folder, info.n_classes)
        for entry in methods:
            able = tuple(score for score in wanted if score in entry.scores)
            for seed in dict.fromkeys(sweep.seeds):
                jobs.append(Job(data, entry, seed, settings, judges[name].identity, able))
    works = {job.key: job_work(job.method.base, infos[job.data.name], job.config) for job in jobs}
    if execution.shard is not None:
        jobs = shard_of(jobs, works, *execution.shard)
    jobs, standing = stand(jobs, store, execution.retry)
    todo = [job for job in jobs if is_to_do(standing[job.key])]
    seconds, judge_seconds = predict_seconds(jobs, todo, works, judges, infos, store, ask)
    jobs.sort(key=lambda job: -seconds[job.key])
    memory = predict_memory(todo, infos, store)
    judged = dict.fromkeys(job.data.name for job in jobs if job.data.data_hash)
    part = incomplete((judges[name] for name in judged), store) if store else ()
    return Plan(tuple(jobs), judges, seconds, judge_seconds, memory, standing, part)


def most_jobs(sweep: Sweep, settings: Settings) -> int:
    """Return how many jobs a sweep has, finished or not; raise as `plan` for a wrong name."""
    methods = methods_of(sweep.variants, settings.config, settings.overrides, settings.swept)
    return len(datasets.select(sweep.datasets)) * len(methods) * len(set(sweep.seeds))


def settings_of(sweep: Sweep, ask: Callable[..., Any] = ask_here) -> Settings:
    """Return the settings that the jobs of a sweep share.

    Args:
        sweep: what is asked for.
        ask: runs a call where jobs will run.

    Raises:
        UsageError: The preset, a setting or the device is wrong.
    """
    base, overrides = preset(sweep.preset), sweep.overrides
    device = ask(resolve_device, sweep.device)
    if sweep.precision != "auto":
        if sweep.precision == "bf16" and not ask(has_bf16, device):
            raise UsageError(
                f"--precision bf16: {device} has no bfloat16 arithmetic; --set network.precision=bf16 emulates it"
            )
        overrides = (*overrides, f"network.precision={sweep.precision}")
    given = read(base, overrides)
    changed = {key: values[0] for key, values in given.items() if len(values) == 1}
    swept = {key: values for key, values in given.items() if len(values) > 1}
    config = override(base, changed)
    if sweep.precision == base.network.precision:  # no change
        del changed["network.precision"]
    return Settings(sweep.preset, config, changed, device, sweep.threads, swept)


def _wanted(names: tuple[str, ...] | None) -> tuple[str, ...]:
    for name in names or ():
        if name not in SCORES:
            raise UsageError(f"no score {name!r}; {near(name, list(SCORES))}")
    return tuple(SCORES) if names is None else tuple(dict.fromkeys(names))


def _check_batch(entry: Method, batch: int, infos: Iterable[datasets.DatasetInfo]) -> None:
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
