"""Settings with several values: a method of each, side by side in one store and one report."""

from dataclasses import asdict, replace

import pandas as pd
import pytest

from ucrbench.bench import Execution, Sweep, UsageError, plan, run
from ucrbench.bench.job.reproduction import reproduce
from ucrbench.reports import report
from ucrbench.results import ResultStore, hash_json

HERE = Execution(backend="inline")
SETS = ("ItalyPowerDemand", "GunPoint")
CODES = Sweep(SETS, ("ae", "vqvae"), preset="smoke", overrides=("codebook.codes=4,8",), device="cpu")
LIGHT = replace(CODES, scores=("knn", "codebook_perplexity", "reconstruction_mse"))  # no FCN has to be trained
FOUR, EIGHT = "vqvae[codebook.codes=4]", "vqvae[codebook.codes=8]"


def planned(sweep, *overrides, variants=None):
    """The jobs of a sweep on one data set, by the names of their methods."""
    sweep = replace(sweep, datasets=SETS[:1], overrides=overrides, variants=variants or sweep.variants)
    return {job.method.name: job for job in plan(sweep, execution=HERE).jobs}


def test_a_value_makes_a_method_of_each_variant_that_reads_it_and_no_other_one():
    jobs = planned(CODES, "codebook.codes=4,8", "training.lr=5e-4")
    assert set(jobs) == {"ae", FOUR, EIGHT}
    assert {name: job.config.codebook.codes for name, job in jobs.items()} == {"ae": 32, FOUR: 4, EIGHT: 8}
    assert {job.config.training.lr for job in jobs.values()} == {5e-4}
    assert [job.overrides for job in jobs.values()] == 3 * [{"training.lr": 5e-4}]


def test_several_settings_make_their_product_of_what_is_read_under_each_value():
    given = ("training.lr=1e-3,5e-4", "codebook.codes=4,8", "prior.masked_share=cosine,complement")
    jobs = planned(CODES, *given, variants=("raw", "vae", "vqvae", "vqvae_as_published"))
    rates = ("0.001", "0.0005")
    wanted = {"raw", *(f"vae[training.lr={rate}]" for rate in rates)}
    shares = ("cosine", "complement")
    wanted |= {
        f"vqvae[codebook.codes={n},prior.masked_share={share},training.lr={rate}]"
        for n in (4, 8)
        for share in shares
        for rate in rates
    }
    # The share of this row is fixed: no setting changes it.
    wanted |= {f"vqvae_as_published[codebook.codes={n},training.lr={rate}]" for n in (4, 8) for rate in rates}
    assert set(jobs) == wanted
    views = planned(CODES, "ssl.views=warp,slice", "views.slice.cuts=2,3", variants=("vqvae_barlow",))
    slices = {f"vqvae_barlow[ssl.views=slice,views.slice.cuts={cuts}]": "slice" for cuts in (2, 3)}
    assert {name: job.method.views for name, job in views.items()} == {"vqvae_barlow[ssl.views=warp]": "warp"} | slices


def test_one_value_is_an_override_with_the_key_it_always_had():
    alone, among = planned(CODES, "codebook.codes=8"), planned(CODES, "codebook.codes=4,8")
    assert set(alone) == {"ae", "vqvae"}
    assert alone["ae"].key == among["ae"].key == planned(CODES)["ae"].key
    assert alone["vqvae"].overrides == {"codebook.codes": 8}
    assert alone["vqvae"].config == among[EIGHT].config
    for name, job in (("vqvae", alone["vqvae"]), (EIGHT, among[EIGHT])):
        config = {one: asdict(getattr(job.config, one)) for one in job.method.sections}
        assert config["codebook"]["codes"] == 8
        assert job.key == hash_json(
            {
                "protocol": 2,
                "dataset": "ItalyPowerDemand",
                "data": job.data.data_hash,
                "variant": name,
                "source": None,
                "seed": 0,
                "preset": "smoke",
                "config": config,
                "judge": job.judge,
            }
        )


def test_a_name_is_a_variant_too_however_its_settings_are_written():
    written = "vqvae[training.max_steps= 7,training.lr=5E-4]"
    name = "vqvae[training.lr=0.0005,training.max_steps=7]"
    of_name = planned(CODES, variants=(written, name))
    of_settings = planned(CODES, "training.max_steps=none,7", "training.lr=1,0.0005", variants=("vqvae",))
    assert list(of_name) == [name]
    assert of_name[name].key == of_settings[name].key
    assert "vqvae[training.lr=1,training.max_steps=none]" in of_settings


@pytest.mark.parametrize(
    ("variants", "settings", "message"),
    [
        ("ae", "codebook.codes=8,32", "codebook.codes: no method reads it among ae; leave it out"),
        ("ae[codebook.codes=8]", "training.lr=1", "codebook.codes: ae does not read it; leave it out"),
        (
            "vqvae[codebook.codes=8]",
            "codebook.codes=32",
            r"for all methods and by vqvae\[codebook.codes=8\]; set it once",
        ),
        ("vqvae[codebook.codes=8]", "codebook.codes=4,32", "has several values and one in vqvae"),
        ("vqvae[codebook.codes=8,32]", "training.lr=1", r"each setting has one value, as in vqvae\[training.lr=5e-4\]"),
        ("vqvae[codebook.codes=8", "training.lr=1", "in brackets each setting has one value"),
        ("vqvae[codebook.code=8]", "training.lr=1", "did you mean codebook.codes"),
        ("vqvea[codebook.codes=8]", "training.lr=1", "did you mean vqvae"),
        ("vqvae", "classifier.training.lr=1,2", "the FCN of a data set judges all methods alike; give one value"),
        ("ae,vqvae_barlow", "training.batch=1,8", "training.batch=1: 2 or more"),
    ],
)
def test_what_cannot_be_a_method_of_its_own_is_refused_in_a_line(call, tmp_path, variants, settings, message):
    for command in (["plan"], ["run", tmp_path / "out"]):
        status, _, error = call(*command, "-d", SETS[0], "-p", "smoke", "-v", variants, "--set", settings)
        assert (status, error.count("\n")) == (2, 1)
        with pytest.raises(UsageError, match=message):
            raise UsageError(error)
    assert not (tmp_path / "out" / "jobs").exists()


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    out = tmp_path_factory.mktemp("swept") / "out"
    assert run(out, LIGHT, HERE).failed == 0
    return out


def test_methods_with_settings_stand_side_by_side_in_one_report(out, call):
    store = ResultStore(out)
    scores = store.scores().pivot_table(index="variant", columns="score", values="value")
    assert list(scores.index) == ["ae", FOUR, EIGHT]
    assert 1 <= scores.loc[FOUR, "codebook_perplexity"] <= 4
    assert scores.loc[EIGHT, "reconstruction_mse"] != scores.loc[FOUR, "reconstruction_mse"]
    assert FOUR in call("status", out)[1]
    assert call("check", out)[0] == 0
    site = report(out).parent
    board = pd.read_csv(site / "tables/leaderboard.csv")
    assert list(board[board.columns[0]]) == ["AE", "VQVAE (codes 4)", "VQVAE (codes 8)"]
    assert "VQVAE (codes 8)" in (site / "index.html").read_text(encoding="utf-8")
    status, said, _ = call(
        "table", out, "--score", "knn", "-v", f"ae,{EIGHT}", "--rename", f"{EIGHT}=Small", "--to", out / "tables"
    )
    assert status == 0
    assert list(pd.read_csv(said.strip(), index_col=0)) == ["AE", "Small"]


def test_a_second_run_does_nothing_and_a_new_value_only_its_own_jobs(out):
    before = {path: path.stat().st_mtime_ns for path in (out / "jobs").iterdir()}
    summary = run(out, LIGHT, HERE)
    assert (summary.ran, summary.finished) == (0, 6)
    assert before == {path: path.stat().st_mtime_ns for path in (out / "jobs").iterdir()}
    more = replace(LIGHT, overrides=("codebook.codes=4,8,16",))
    todo = plan(more, ResultStore(out), HERE).todo
    assert {job.method.name for job in todo} == {"vqvae[codebook.codes=16]"}


def test_a_method_with_settings_is_reproduced_to_the_bit(out):
    jobs = ResultStore(out).jobs()
    job = jobs.loc[jobs["variant"] == EIGHT, "job"].iloc[0]
    assert set(reproduce(out, job, device="cpu")["verdict"]) == {"equal"}
