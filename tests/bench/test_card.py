"""The course of a sweep on a card, by processes of a CPU: jobs share the place, and others score what they made."""

import sys
import time
from dataclasses import replace

import pytest

from ucrbench.bench import Execution, Sweep, plan, run
from ucrbench.bench.sweep.backends import Processes
from ucrbench.bench.sweep.gate import GRACE, Gate
from ucrbench.bench.sweep.packing import Packing
from ucrbench.results import Claims, ResultStore

OWN = ("models_of_card_test:Sleeper", "models_of_card_test:Other")
MODELS = """
import time
import numpy as np

class Sleeper:
    def fit(self, x, y):
        time.sleep(2)
    def encode(self, x):
        return np.asarray(x)[:, 0, :3]

class Other(Sleeper): ...
"""


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A store whose jobs were run by two processes, and scored by another."""
    folder = tmp_path_factory.mktemp("card")
    (folder / "models_of_card_test.py").write_text(MODELS)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(sys.modules[run.__module__], "backends_of", lambda *_: (Processes(2), Processes(1)))
        run("out", Sweep(("ItalyPowerDemand",), ("ae", "raw", *OWN), preset="smoke", device="cpu"))
    return ResultStore(folder / "out")


def test_scores_are_those_of_a_sweep_whose_jobs_score_themselves(done, tmp_path):
    run(
        tmp_path, Sweep(("ItalyPowerDemand",), ("ae", "raw"), preset="smoke", device="cpu"), Execution(backend="inline")
    )
    split, whole = (store.scores().set_index(["variant", "score"])["value"] for store in (done, ResultStore(tmp_path)))
    assert split.drop(list(OWN), level="variant").sort_index().equals(whole.sort_index())


def test_a_job_knows_how_many_were_beside_it(done):
    at_once = done.jobs().set_index("variant")["jobs_at_once"]
    assert ((at_once >= 1) & (at_once <= 2)).all()
    assert (at_once[list(OWN)] > 1.1).all()  # each sleeps beside the other


@pytest.mark.parametrize(("slowdown", "fits"), [(1.0, True), (3.0, False)])
def test_beside_others_a_job_needs_more_of_the_time_left(done, slowdown, fits):
    planned = plan(Sweep(("GunPoint",), ("ae",), preset="smoke", device="cpu"), fetch=False)
    planned = replace(planned, seconds={planned.todo[0].key: 100.0})
    with Claims(done.path) as claims:
        end = time.monotonic() + 200.0 + GRACE
        gate = Gate(planned, Packing(8, None), claims, done.watch(), end, slowdown)
        assert gate.fits_in_time(planned.todo[0], with_judge=False) == fits
