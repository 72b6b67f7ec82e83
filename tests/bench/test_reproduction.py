"""Running a stored job again."""

from dataclasses import replace

import pytest

from ucrbench.bench import Execution, Sweep, UsageError, cli, run
from ucrbench.bench.errors import JobFailed
from ucrbench.bench.job.reproduction import reproduce
from ucrbench.results import ResultStore

HERE = Execution(backend="inline")
SMOKE = Sweep(("ItalyPowerDemand",), ("vqvae",), (0, 1, 2), "smoke", ("ssl.projector=16", "training.lr=5e-3"))


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    out = tmp_path_factory.mktemp("store") / "out"
    assert run(out, replace(SMOKE, device="cpu"), HERE).failed == 0
    return out


def test_the_same_machine_gives_the_same_bits_and_the_store_stays_as_it_is(out):
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}
    job = ResultStore(out).jobs()["job"].iloc[0]
    table = reproduce(out, job[:12], device="cpu")
    assert set(table["verdict"]) == {"equal"}
    assert len(table) == 19
    assert before == {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}


def test_a_changed_model_is_held_against_the_spread(out, monkeypatch):
    from ucrbench.models.latent_model import QuantizedModel

    encode = QuantizedModel.encode
    monkeypatch.setattr(QuantizedModel, "encode", lambda self, x: 0 * encode(self, x))
    monkeypatch.setattr(QuantizedModel, "encode_continuous", lambda self, x: encode(self, x) + 1e-12)
    job = ResultStore(out).jobs()["job"].iloc[0]
    verdicts = reproduce(out, job, device="cpu")["verdict"]
    assert verdicts["knn"] == "beyond spread"
    assert verdicts["reconstruction_mse"] == "equal"


def test_what_cannot_be_reproduced_is_said(out, monkeypatch):
    with pytest.raises(UsageError, match="no finished job"):
        reproduce(out, "0123456789")
    with pytest.raises(UsageError, match="several jobs"):
        reproduce(out, "")
    monkeypatch.setattr("ucrbench.bench.planning.job.PROTOCOL_VERSION", 99)
    with pytest.raises(UsageError, match="are not what they were"):
        reproduce(out, ResultStore(out).jobs()["job"].iloc[0], device="cpu")


def test_a_job_that_fails_now_is_one_line_with_status_1(out, monkeypatch, capsys):
    monkeypatch.setattr("ucrbench.models.latent_model.LatentModel.fit", lambda *_: 1 / 0)
    job = ResultStore(out).jobs().sort_values("seed")["job"].iloc[0]
    monkeypatch.setattr("sys.argv", ["ucrbench", "reproduce", str(out), job, "--device", "cpu"])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    said = capsys.readouterr()
    expected = "ucrbench: vqvae on ItalyPowerDemand, seed 0 failed this time: ZeroDivisionError: division by zero\n"
    assert (stop.value.code, said.out, said.err) == (1, "", expected)


def test_a_judge_that_fails_now_is_one_line(out, monkeypatch):
    monkeypatch.setattr("ucrbench.bench.job.reproduction.read_judge", lambda *_: None)
    monkeypatch.setattr("ucrbench.bench.job.runner.make_judge", lambda *_: 1 / 0)
    why = "failed this time: there is no FCN for ItalyPowerDemand: ZeroDivisionError: division by zero"
    with pytest.raises(JobFailed, match=why):
        reproduce(out, ResultStore(out).jobs()["job"].iloc[0], device="cpu")
