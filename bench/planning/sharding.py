"""The part of a sweep that one of several machines is to run."""

from .cost import NOMINAL, Work
from .job import Job


def shard_of(jobs: list[Job], works: dict[str, Work], part: int, parts: int) -> list[Job]:
    """Return the jobs of one of so many parts, the same on every machine.

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
