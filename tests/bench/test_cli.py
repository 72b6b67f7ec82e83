"""The command line as a user meets it: one line for wrong use, exit status 2, nothing written."""

import shutil
from pathlib import Path

import pytest

from ucrbench.bench.planning.presets import PRESETS
from ucrbench.models.variants import VARIANTS
from ucrbench.results import published, versions

HERE = Path(__file__).parent


def bundled(name: str, folder: Path) -> Path:
    """A copy of a bundled data set under the name of one that is not bundled's place: the folder's own files."""
    import aeon.datasets

    source = Path(aeon.datasets.__file__).parent / "data" / name
    target = folder / name
    target.mkdir(parents=True)
    for split in ("TRAIN", "TEST"):
        shutil.copy(source / f"{name}_{split}.ts", target)
    return target


def test_the_version_and_a_short_help(call):
    assert call("--version") == (0, f"ucrbench {versions()['ucrbench']}\n", "")
    assert "Run what OUT lacks" in call("run", "-h")[1]


def test_info_says_what_a_bug_report_needs(call, tmp_path, monkeypatch):
    monkeypatch.setenv("UCRBENCH_DATA", str(tmp_path))
    status, said, _ = call("info")
    rows = dict(line.split(maxsplit=1) for line in said.splitlines()[1:])
    assert status == 0
    for name, version in versions().items():
        assert rows[name].strip() == version
    assert str(tmp_path) in said
    assert "6 of 128" in said


SET = ("run", "OUT", "-d", "ItalyPowerDemand", "-p", "smoke")
RUN = (*SET, "-v", "raw")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "OUT", "-d", "GunPiont"), "did you mean GunPoint"),
        (("run", "OUT", "-d", ""), "no data set was named"),
        (("run", "OUT"), "Missing option"),
        ((*RUN, "-v", "vqvea"), "did you mean vqvae"),
        ((*RUN, "-p", "quik"), "did you mean quick"),
        ((*RUN, "--scores", "fidd"), "did you mean fid"),
        ((*RUN, "--set", "training.rl=1"), "did you mean training.lr"),
        ((*RUN, "--set", "training.lr=much"), "a number is wanted"),
        ((*RUN, "--set", "colour=red"), "`ucrbench list presets` shows all"),
        ((*RUN, "--seeds", "zero"), "'zero' is no seed"),
        ((*RUN, "--seeds", "0,4294967296"), "seeds are whole numbers from 0 to 4294967295"),
        ((*RUN, "-v", "ae,vqvae_barlow", "--set", "training.batch=1"), "training.batch=1: 2 or more"),
        (("plan", *RUN[2:], "-v", "vqvae_vicreg", "--set", "training.batch=1"), "training.batch=1: 2 or more"),
        ((*RUN, "--seeds", ""), "no seed was named"),
        ((*RUN, "--seeds", "4-2"), "no seed was named"),
        ((*RUN, "--seeds", "0-999999999"), "10000 at most"),
        ((*RUN, "--scores", "fid"), "raw has none of the scores fid"),
        ((*RUN, "--set", "prior.condition_drop=2"), "prior.condition_drop=2"),
        ((*RUN, "--set", "prior.masked_share=all"), "choose from cosine, complement"),
        ((*RUN, "-v", "vqvae_vibcreg", "--set", "ssl.projector=100"), "a multiple of 64"),
        (("run", "OUT", "-d", "all,GunPiont"), "did you mean GunPoint"),
        ((*RUN, "--jobs", "0"), "at least 1"),
        ((*RUN, "--threads", "0"), "at least 1"),
        ((*RUN, "--device", "tpu"), "choose auto, cpu, cuda"),
        ((*RUN, "--keep", "some"), "--keep"),
        ((*RUN, "--fcn-weights", "nowhere"), "is no folder"),
        ((*RUN, "--bogus"), "No such option"),
        ((*RUN, "-v", "own_models:NoFit"), "has no method fit"),
        ((*RUN, "-v", "own_models:NoEncode"), "has no method encode"),
        ((*RUN, "-v", "own_models:Nobody"), "has no class 'Nobody'"),
        ((*RUN, "-v", "own_models:WantsMore"), "cannot be made with seed and device alone: missing a required"),
        (
            (*RUN, "-v", "own_models:RaisesWhenMade"),
            "cannot be made: TypeError: object of type 'int' has no len() (own_models.py, line 76)",
        ),
        (
            (*RUN, "-v", "own_models:LeavesWhenMade"),
            "cannot be made: SystemExit: I leave (own_models.py, line ",
        ),
        ((*RUN, "-v", "leaves:Model"), "cannot import 'leaves': SystemExit: 3 (leaves.py, line 2)"),
        ((*RUN, "-v", "no_numbers:Model"), "ZeroDivisionError: division by zero (no_numbers.py, line 2)"),
        ((*RUN, "-v", "no_such_module:Model"), "cannot import 'no_such_module'"),
        (("run", "OUT", "-d", "Wafer", "--data-dir", "EMPTY"), "ucrbench data fetch Wafer"),
        (("status", "OUT"), "there are no results"),
        (("report", "OUT"), "there are no results"),
        (("merge", "OUT", "-o", "OTHER"), "there are no results"),
        (("publish", "OUT"), "name a folder of results and the file to write"),
        (("publish", "OUT", "OTHER.parquet"), "state --title, --authors, --contact, --code, --licence, --uses-test"),
        (("publish", "--check", "FILE"), "cannot be read as parquet"),
        (("nonsense",), "No such command"),
        (("list", "colours"), "colours"),
        (("plan", "-d", "GunPoint", "-p", "thesys"), "did you mean thesis"),
        (("data", "fetch", "Nowhere"), "Nowhere"),
        (("data", "verify", "Nowhere"), "Nowhere"),
        ((*RUN, "--job-timeout", "soon"), "write 90s, 10m or 1h30m"),
        ((*RUN, "--job-timeout", ""), "is no time"),
        ((*RUN, "--job-timeout", "0s"), "above 0"),
        ((*RUN, "--time-limit", "-5m"), "is no time"),
        ((*RUN, "--retry", "faild"), "--retry faild: choose from failed, diverged"),
        ((*RUN, "--retry", "ok"), "choose from failed"),
        ((*RUN, "--shard", "9/8"), "i from 1 to n"),
        ((*RUN, "--shard", "0/8"), "i from 1 to n"),
        ((*RUN, "--shard", "half"), "such as 3/8"),
        ((*RUN, "--backend", "ray"), "--backend"),
        ((*RUN, "--backend", "dask"), "--scheduler"),
        ((*RUN, "--scheduler", "tcp://127.0.0.1:1"), "--backend dask"),
        ((*RUN, "--backend", "inline", "--jobs", "2"), "--jobs"),
        ((*RUN, "--backend", "inline", "--job-timeout", "9s"), "--job-timeout"),
        ((*RUN, "--seeds", "-1"), "'-1' is no seed"),
        ((*RUN, "--set", "training.batch=0"), "at least 1"),
        ((*RUN, "--set", "training.lr=nan"), "a finite number"),
        ((*RUN, "--set", "codebook.update=both"), "choose from ema"),
        ((*RUN, "--set", "codebook.decay=1"), "below 1"),
        ((*RUN, "--set", "training.lr"), "has no '='"),
        ((*RUN, "--precision", "fp8"), "--precision"),
        (("check", "OUT"), "there are no results"),
        (("reproduce", "OUT", "abcd"), "there are no results"),
        (("merge", "EMPTY", "-o", "OTHER"), "there are no results"),
        (("run", "FILE", *RUN[2:]), "is a file"),
        (("run", "FULL", *RUN[2:]), "holds something else"),
        ((*RUN, "-v", "ae", "--fcn-weights", "BADWEIGHTS"), "not a readable weights file"),
    ],
)
def test_wrong_use_is_one_line_with_status_2_and_writes_nothing(call, own, tmp_path, monkeypatch, arguments, message):
    (tmp_path / "empty").mkdir()
    (tmp_path / "no_numbers.py").write_text("number = 0\nshare = 1 / number\n")
    (tmp_path / "leaves.py").write_text("import sys\nsys.exit(3)\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    (tmp_path / "file").write_text("mine")
    for name in ("full", "weights"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "ItalyPowerDemand.ckpt").write_bytes(b"no weights")
    places = {"OUT": tmp_path / "out", "OTHER": tmp_path / "other", "EMPTY": tmp_path / "empty"}
    places |= {"FILE": tmp_path / "file", "FULL": tmp_path / "full", "BADWEIGHTS": tmp_path / "weights"}
    before = sorted(tmp_path.rglob("*"))
    status, _, error = call(*(places.get(word, word) for word in arguments))
    assert status == 2, error
    assert message in error
    assert error.count("\n") == 1
    assert error.startswith("ucrbench: ")
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "file").read_text() == "mine"


def test_no_device_is_said(call, tmp_path):
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device here")
    status, _, error = call(*(tmp_path / "out" if word == "OUT" else word for word in RUN), "--device", "cuda")
    assert (status, "there is no cuda here" in error) == (2, True)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("damage", ["cut", "class", "empty folder", "file"])
def test_broken_data_are_refused_before_anything_is_written(call, tmp_path, damage):
    # Coffee is not bundled: it must come from the folder. GunPoint's files stand in for a set of that name.
    data = tmp_path / "data"
    if damage == "file":
        data.write_text("not a folder")
    elif damage == "empty folder":
        (data / "Coffee").mkdir(parents=True)
    else:
        place = bundled("GunPoint", data)
        place = place.rename(data / "Coffee")
        for split in ("TRAIN", "TEST"):
            (place / f"GunPoint_{split}.ts").rename(place / f"Coffee_{split}.ts")
        test = place / "Coffee_TEST.ts"
        lines = test.read_text().splitlines(keepends=True)
        if damage == "cut":
            test.write_text("".join(lines[:-100]))
        else:
            test.write_text("".join([*lines[:-1], lines[-1].rsplit(":", 1)[0] + ":7\n"]))
    status, _, error = call("run", tmp_path / "out", "-d", "Coffee", "-v", "raw", "--data-dir", data)
    assert (status, error.count("\n")) == (2, 1)
    assert "Coffee" in error or "data" in error
    assert not (tmp_path / "out").exists()


def test_out_that_holds_something_else_or_cannot_be_is_refused(call, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.tex").write_text("years of work")
    status, _, error = call(*(other if word == "OUT" else word for word in RUN))
    assert (status, "holds something else" in error) == (2, True)
    assert [path.name for path in other.iterdir()] == ["thesis.tex"]
    status, _, error = call(*(other / "thesis.tex" / "out" if word == "OUT" else word for word in RUN))
    assert (status, error.count("\n")) == (2, 1)
    assert (other / "thesis.tex").read_text() == "years of work"


@pytest.mark.parametrize("content", [b"", b"no weights", "wrong shape", "wrong classes"])
def test_wrong_weights_are_refused(call, tmp_path, content):
    import torch

    from ucrbench.models.fcn import FCN

    folder = tmp_path / "weights"
    folder.mkdir()
    path = folder / "ItalyPowerDemand.ckpt"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        state = FCN(5 if content == "wrong classes" else 2).state_dict()
        if content == "wrong shape":
            state["final.weight"] = torch.zeros(2, 7)
        torch.save(state, path)
    command = (*(tmp_path / "out" if word == "OUT" else word for word in RUN), "--fcn-weights", folder)
    status, _, error = call(*command)
    assert (status, error.count("\n")) == (2, 1)
    assert "ItalyPowerDemand.ckpt" in error
    assert not (tmp_path / "out").exists()


def test_run_status_report_publish_and_merge(call, own, tmp_path, monkeypatch):
    out = tmp_path / "out"
    place = [out if word == "OUT" else word for word in SET]
    six = ("-v", "raw,random", "-v", "ae", "-d", "GunPoint", "--scores", "linear_probe,fid", "--jobs", 1)
    status, said, _ = call(*place, *six)
    assert (status, "6 jobs ok, 0 failed" in said) == (0, True)
    assert "ok      ae on GunPoint, seed 0" in said
    status, said, _ = call(*place, *six)
    assert (status, "nothing to do: all 6 jobs are finished" in said) == (0, True)
    status, said, _ = call("plan", *RUN[2:], "-v", "vqvae", *six[-4:-2], "--out", out)
    assert (status, "1 jobs to do" in said, "finished" in said) == (0, True, True)
    status, said, _ = call("report", out)
    assert (status, Path(said.strip()).is_file()) == (0, True)
    status, said, _ = call(*place, "-v", "own_models:Raises", "--backend", "inline")
    assert (status, "0 jobs ok, 1 failed" in said) == (1, True)
    status, said, _ = call("status", out)
    assert (status, "failed: own_models:Raises on ItalyPowerDemand, seed 0: RuntimeError: no luck" in said) == (0, True)
    status, said, _ = call("merge", out, "-o", tmp_path / "both")
    assert (status, said.startswith("6 jobs in")) == (0, True)
    stated = [word for name in ("title", "authors", "contact", "code", "licence") for word in (f"--{name}", name)]
    file = tmp_path / "shared.parquet"
    status, told, _ = call("publish", out, file, *stated, "--uses-test", "none")
    assert (status, "of 6 jobs on 2 data sets, 1 failed" in told) == (0, True)
    assert call("publish", "--check", file) == (0, told, "")
    part = tmp_path / "part.parquet"
    status, said, _ = call("publish", out, part, *stated, "--uses-test", "none", "-d", "Gun*", "-v", "raw,ae")
    assert (status, "of 2 jobs on 1 data sets, 0 failed" in said) == (0, True)
    status, _, error = call("publish", out, part, *stated, "--uses-test", "none", "-v", "vqvae")
    assert (status, "vqvae: the results have nothing of it; they have ae, " in error) == (2, True)
    status, said, _ = call("report", out, "--against", file, "--to", tmp_path / "site")
    assert (status, "ae [title]" in Path(said.strip()).read_text(encoding="utf-8")) == (0, True)
    monkeypatch.setattr(published, "own_path", lambda _: file)
    assert call("list", "published")[1].startswith("ucrbench: 2 data sets; ")


def test_a_list_may_be_given_in_several_parts(call):
    parts = ("-d", "GunPoint", "-v", "raw", "-d", "Beef,GunPoint", "-v", "ae", "--seeds", "0-1", "--seeds", "3")
    status, said, _ = call("plan", "-p", "smoke", *parts)
    assert (status, "\n12 jobs to do" in said) == (0, True)
    assert said == call("plan", "-p", "smoke", "-d", "GunPoint,Beef", "-v", "raw,ae", "--seeds", "0,1,3")[1]


def test_plan_downloads_nothing(call, tmp_path):
    status, said, _ = call("plan", "-d", "Wafer,GunPoint", "-v", "raw", "--data-dir", tmp_path)
    assert (status, "to do, after a download" in said, "2 jobs to do" in said) == (0, True, True)
    assert not (tmp_path / "Wafer").exists()


def test_lists_show_what_there_is(call):
    assert set(VARIANTS) <= set(call("list", "variants")[1].split())
    assert set(PRESETS) <= set(call("list", "presets")[1].split())
    datasets = call("list", "datasets")[1]
    assert datasets.count("\n") == 129
    assert "codebook_perplexity" in call("list", "scores")[1]


def test_data_commands(call, tmp_path):
    status, said, _ = call("data", "fetch", "GunPoint", "Wafer", "--data-dir", tmp_path)
    assert (status, "bundled  GunPoint" in said, "failed   Wafer" in said) == (1, True, True)
    status, said, _ = call("data", "verify", "GunPoint", "--data-dir", tmp_path)
    assert (status, said.startswith("ok   GunPoint")) == (0, True)
