"""Own models with arguments of their constructors."""

import pytest

from ucrbench.bench import Sweep, plan
from ucrbench.bench.job.reproduction import reproduce
from ucrbench.bench.planning.own_models import own_model
from ucrbench.results import ResultStore

RUN = ("-d", "ItalyPowerDemand", "-p", "smoke", "--device", "cpu", "--scores", "knn,linear_probe")
TWO, FOUR = "own_models:Segments(parts=2)", "own_models:Segments(parts=4)"


def test_arguments_reach_the_constructor_and_make_methods_of_their_own(call, own, tmp_path):
    out, variants = tmp_path / "out", "own_models:Segments( parts = 2 ),own_models:Segments(parts=0x4) raw"
    command = ("run", out, *RUN, "-v", variants, "--jobs", 1)
    assert call(*command)[0] == 0
    store = ResultStore(out)
    jobs = store.jobs().set_index("variant")["job"]
    assert set(jobs.index) == {TWO, FOUR, "raw"}
    assert {name: store.latents(jobs[name])["train"].shape[1] for name in (TWO, FOUR)} == {TWO: 2, FOUR: 4}
    assert "nothing to do: all 3 jobs are finished" in call(*command)[1]
    assert set(reproduce(out, jobs[FOUR], device="cpu")["verdict"]) == {"equal"}
    status, _, _ = call("table", out, "--score", "knn", "-v", "own_models:Segments", "--to", tmp_path)
    assert status == 0
    assert (tmp_path / "knn.csv").read_text().splitlines()[0] == f"dataset,{TWO},{FOUR}"


def test_a_name_is_the_same_in_whatever_order_and_way_it_is_written(own):
    written = ("own_models:Segments(order=[1, 0], parts=2)", "own_models:Segments(parts=2,order=[1,0])")
    jobs = plan(Sweep(("ItalyPowerDemand",), written, preset="smoke", device="cpu")).jobs
    assert [job.method.name for job in jobs] == [written[0]]
    assert own_model("own_models:Flat()").name == "own_models:Flat"
    assert own_model("""m:C(b="it's", a=(-1, None, {'x': [True]}))""").arguments == {
        "a": (-1, None, {"x": [True]}),
        "b": "it's",
    }


def test_every_model_is_given_arguments_that_no_other_has_changed(own, tmp_path):
    sweep = Sweep(
        ("ItalyPowerDemand",), (TWO[:-1] + ", order=[0, 1])",), (0, 1), "smoke", scores=("knn",), device="cpu"
    )
    models = [plan(sweep).jobs[0].method.build(None, seed, "cpu") for seed in (3, 4)]
    assert [model.seed for model in models] == [3, 4]
    models[0].order.clear()
    assert models[1].order == [0, 1]


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        ("2", "write keywords with literal values in brackets, such as own_models:Segments(dim=8)"),
        ("**{'parts': 2}", "write keywords with literal values"),
        ("parts=2", "write keywords with literal values"),  # its bracket is never closed
        ("parts=2)()", "write keywords with literal values"),
        ("parts=two)", "parts is no literal"),
        ("parts=__import__('os').getpid())", "parts is no literal"),
        ("parts={1, 2})", "parts is no literal"),
        ("parts=1e999)", "parts is no literal"),
        ("parts=2, parts=3)", "parts stands there twice"),
        ("parts=2, seed=1)", "seed is that of the job"),
        ("part=2)", "missing a required argument: 'parts'; in brackets it takes parts, order"),
        ("parts=2, way=1)", "got an unexpected keyword argument 'way'; in brackets it takes parts, order"),
    ],
)
def test_wrong_arguments_are_refused_in_a_line(call, own, inside, message):
    status, _, error = call("plan", *RUN, "-v", f"own_models:Segments({inside}")
    assert (status, error.count("\n"), message in error) == (2, 1, True), error
