"""A sweep file says what options would, and is refused in a line where it is wrong."""

import pytest

from ucrbench.bench import Sweep
from ucrbench.bench.cli.requests import Request, _table

SWEEP_FILE = """
datasets = ["ItalyPowerDemand", "GunPoint"]
variants = "raw random"
seeds = "0-1"
preset = "smoke"
device = "cpu"
jobs = 1
set.training.lr = 5e-4
"""


def test_a_sweep_file_says_what_options_would_and_those_given_win(call, tmp_path):
    file = tmp_path / "sweep.toml"
    file.write_text(SWEEP_FILE)
    of_file = call("plan", "--sweep", file)
    given = ("-d", "ItalyPowerDemand,GunPoint", "-v", "raw,random", "--seeds", "0,1", "-p", "smoke", "--device", "cpu")
    assert of_file[0] == 0
    assert sorted(row[:3] for row in rows(of_file[1])) == sorted(row[:3] for row in rows(call("plan", *given)[1]))
    assert {row[2] for row in rows(call("plan", "--sweep", file, "--seeds", "7")[1])} == {"7"}


def rows(said: str) -> list[list[str]]:
    """The rows of the table that `plan` prints."""
    return [line.split() for line in said.splitlines()[1:-1]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sweep = 3", "there is no option 'sweep'"),
        ("dataset = 'GunPoint'", "did you mean datasets"),
        ("datasets = 'GunPoint'\nthreads = 'two'", "--threads two: a whole number is wanted"),
        ("datasets = 'GunPoint'\nprecision = 'fp16'", "--precision fp16: choose from auto, fp32, bf16"),
        ("datasets = GunPoint", "cannot be read"),
        ("preset = 'smoke'", "Missing option --datasets / -d"),
    ],
)
def test_a_wrong_sweep_file_is_refused_in_a_line(call, tmp_path, text, message):
    file = tmp_path / "sweep.toml"
    file.write_text(text)
    status, _, error = call("run", tmp_path / "out", "--sweep", file)
    assert (status, len(error.splitlines())) == (2, 1)
    assert message in error
    assert not (tmp_path / "out").exists()


def test_settings_of_a_sweep_file_and_of_the_command_line_are_joined(tmp_path):
    file = tmp_path / "sweep.toml"
    file.write_text("datasets = 'GunPoint'\n[set]\ntraining.lr = 5e-4\n'codebook.codes' = 8\nprior.layers = [1, 2]")
    request = Request(Sweep)
    nothing = {one.name: None for one in request.fields}
    sweep = request.make(nothing | {"overrides": ["codebook.codes=16"]}, _table(file, [request]))
    assert sweep == Sweep(("GunPoint",), overrides=("training.lr=0.0005", "prior.layers=1,2", "codebook.codes=16"))


def test_names_with_brackets_are_listed_in_a_sweep_file_as_on_the_command_line(tmp_path):
    names = ("vqvae[codebook.codes=8,training.lr=0.5]", "mine:Model(dim=[1, 2], kind='a,b')", "ae")
    file = tmp_path / "sweep.toml"
    file.write_text(f"datasets = 'GunPoint'\nvariants = {list(names)!r}".replace("'a,b'", "\\u0027a,b\\u0027"))
    request = Request(Sweep)
    nothing = {one.name: None for one in request.fields}
    assert request.make(nothing, _table(file, [request])).variants == names
    given = nothing | {"datasets": ["GunPoint"], "variants": [", ".join(names[:2]), names[2]]}
    assert request.make(given, {}).variants == names
