"""The sweep: plan it, start what runs its jobs, run it, and end whatever was started."""

import time
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import partial
from pathlib import Path

from ...results import Claims, ResultStore
from ..planning.plan import most_jobs, plan, settings_of
from ..planning.request import Execution, Sweep
from .backends import Processes, call
from .course import Course
from .gate import Gate
from .interrupts import Interrupts
from .mps import shared_card
from .place import asking, backends_of, packing_of, width_of
from .progress import Reporter, Silent, unfailing
from .summary import Summary


def run(out: str | Path, sweep: Sweep, execution: Execution | None = None, reporter: Reporter | None = None) -> Summary:
    """Run what a store lacks of a sweep.

    Ctrl-C and SIGTERM end it within seconds, with everything stored that has ended (in the main thread, where Python
    delivers signals).

    Args:
        out: folder of the result store; made where it lacks.
        sweep: what to run.
        execution: how: workers, limits, what to keep.
        reporter: is told of the progress.

    Raises:
        UsageError, DatasetError, ModelError: the sweep is wrong; nothing was written.
        StoreError: `out` cannot be written, or holds something else.
        PoolError: the Dask scheduler is gone; what ended before is stored.
    """
    started = time.monotonic()
    execution, told = execution or Execution(), unfailing(reporter or Silent())
    store = ResultStore(out, create=True)
    watch = store.watch()  # begun before planning: what others finish from now on is seen by it
    ask = asking(execution)
    settings = settings_of(sweep, ask)
    with shared_card(settings.device, execution.mps == "auto" and execution.backend == "loky") as sharing:
        width = width_of(execution, settings.device, settings.threads, sharing.at_once)
        width = min(width, most_jobs(sweep, settings))
        backend, scorers = backends_of(execution, settings.device, settings.threads, width, sharing)
        try:
            with ExitStack() as asked:
                if scorers and isinstance(backend, Processes):  # on a card
                    # Workers take seconds to start. What measures the card has all of it, and this process no memory.
                    backend.prepare(width)
                    whole = Processes(1, settings.threads, sharing.environment, settings.device)
                    ask = partial(call, asked.enter_context(closing(whole)))
                planned = plan(sweep, store, execution, ask=ask, settings=settings)
            if not (planned.todo or planned.incomplete):
                return Summary(finished=planned.finished, left=planned.left)
            store.prepare()
            if sharing.note:
                told.note(sharing.note)
            if planned.to_complete:
                told.note(planned.to_complete)
            if planned.todo:
                told.start(len(planned.todo), planned.total_seconds, planned.wall_seconds(width))
            packing = packing_of(backend, settings.device, width, searching=execution.workers is None)
            end = None if execution.time_limit is None else started + execution.time_limit
            with Interrupts() as interrupts, Claims(store.path) as claims:
                shared = scorers is not None  # by jobs of one card; those of a cluster may each have one
                gate = Gate(planned, packing, claims, watch, end, planned.slowdown(width) if shared else 1.0)
                course = Course(store, planned, execution, told, interrupts, gate, (backend, scorers))
                with course.writer:
                    summary = course.run()
            store.compact()
        finally:
            backend.close()
            if scorers:
                scorers.close()
            told.finish()
    return replace(summary, finished=planned.finished, left=planned.left)
