"""Names of methods in reports: titles of variants, and what users call them."""

import pandas as pd
import pytest
from synthetic_store import build

from ucrbench.models.variants import VARIANTS
from ucrbench.reports import Reading, ReportError, paper, report, select_stores
from ucrbench.reports.data.methods import TITLES, ordered, titles, variant_of
from ucrbench.reports.data.shown import shown
from ucrbench.reports.draw.palette import colours


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shown")
    for label in "AB":
        build(folder / label, ["GunPoint"], ("ae", "vqvae", "vqvae_barlow"), samples=False, names=["knn"])
    return {label: folder / label for label in "AB"}


def test_titles_are_those_of_the_table_of_variants():
    assert {name: variant.title for name, variant in VARIANTS.items()} == TITLES


def test_a_title_is_the_variant_it_names():
    for name, title in TITLES.items():
        for end in ("", " [A]", " (slice)", " (slice) [A]"):
            assert variant_of(name + end) == variant_of(title + end) == name
            assert titles([name + end]) == {name + end: title + end}
            assert colours([name + end])[name + end] == colours([title + end])[title + end]
    assert variant_of("VQVAEs") is variant_of("mine:Model") is None
    assert [TITLES[name] for name in ordered(TITLES)] == ordered(TITLES.values())


def test_settings_of_a_methods_own_are_in_its_title_and_numbers_in_order_by_size():
    names = ["vqvae[codebook.codes=128]", "vqvae[codebook.codes=8]", "vqvae", "vqvae[codebook.codes=16] [A]", "ae"]
    assert ordered(names) == ["ae", "vqvae", names[1], names[3], names[0]]
    wanted = ["AE", "VQVAE", "VQVAE (codes 8)", "VQVAE (codes 16) [A]", "VQVAE (codes 128)"]
    assert ordered(titles(names).values()) == wanted == [titles(names)[name] for name in ordered(names)]
    assert {variant_of(name) for name in (*names[:4], *wanted[1:])} == {"vqvae"}
    assert len(set(colours(names).values())) == len(names)
    assert ordered(["m:C(d=1e-05)", "m:C(d=0.5)", "m:C(d=20)", "m:C(d=3)"])[2:] == ["m:C(d=3)", "m:C(d=20)"]


def test_a_setting_has_its_whole_key_in_a_title_where_another_ends_alike():
    names = [
        "vqvae_as_published[prior.training.lr=0.1,training.max_steps=5]",
        "vae[training.lr=0.1] (slice) [A]",
        "mine:Model(lr=0.1)",
    ]
    assert list(titles(names).values()) == [
        "VQVAE (as published) (prior.training.lr 0.1, max steps 5)",
        "VAE (training.lr 0.1) (slice) [A]",
        "mine:Model(lr=0.1)",
    ]


def test_renaming_with_settings(tmp_path):
    names = ("ae", "vqvae[codebook.codes=4]", "vqvae[codebook.codes=8]", "mine:Model(dim=2)")
    build(tmp_path, ["GunPoint"], names, samples=False, names=["knn"])

    def renamed(**wishes):
        of = {old.replace("_", "[codebook.codes=").replace("X", "]"): new for old, new in wishes.items()}
        found = shown(select_stores(tmp_path, reading=Reading(rename=of)))
        return [name for name in ordered(found.scores["method"]) if name != "AE"]

    assert renamed(vqvae="Ours") == ["Ours (codes 4)", "Ours (codes 8)", "mine:Model(dim=2)"]
    assert renamed(VQVAE="Ours", vqvae_8X="Best") == ["Best", "Ours (codes 4)", "mine:Model(dim=2)"]
    reading = Reading(rename={"mine:Model": "Mine", "VQVAE (codes 8)": "Best"})
    found = shown(select_stores(tmp_path, reading=reading))
    assert set(found.scores["method"]) == {"AE", "VQVAE (codes 4)", "Best", "Mine(dim=2)"}


@pytest.mark.parametrize(
    ("old", "names"),
    [
        ("vqvae_barlow", {"Ours [A]", "Ours [B]"}),
        ("VQVAE + Barlow Twins", {"Ours [A]", "Ours [B]"}),
        ("vqvae_barlow [A]", {"Ours", "VQVAE + Barlow Twins [B]"}),
    ],
)
def test_renaming(stores, old, names):
    found = shown(select_stores(stores, reading=Reading(rename={old: "Ours"})))
    assert set(found.scores["method"]) == set(found.jobs["method"])
    assert set(found.scores["method"]) == {"AE [A]", "AE [B]", "VQVAE [A]", "VQVAE [B]", *names}
    assert {found.identifiers[name] for name in names} == {"vqvae_barlow [A]", "vqvae_barlow [B]"}


@pytest.mark.parametrize(
    ("rename", "said"),
    [
        ({"nobody": "x"}, "no method 'nobody' to rename; there are: ae"),
        ({"ae": "VQVAE"}, "two methods would be called 'VQVAE'"),
    ],
)
def test_renaming_that_cannot_be(stores, tmp_path, rename, said):
    for make in (report, paper):
        with pytest.raises(ReportError, match=said):
            make(stores["A"], tmp_path / "out", reading=Reading(rename=rename))


def test_site_and_paper_show_the_names(stores, tmp_path):
    reading = Reading(rename={"vqvae_barlow": "Ours"})
    page = report(stores["A"], tmp_path / "site", reading=reading)
    assert list(pd.read_csv(page.parent / "tables" / "knn.csv", index_col=0)) == ["AE", "VQVAE", "Ours"]
    # Pages keep the names of the rows, so that links last.
    assert (page.parent / "variants" / "vqvae_barlow.html").is_file()
    assert ">Ours</a>" in page.read_text(encoding="utf-8")
    main = paper(stores["A"], tmp_path / "paper", reading=reading)
    assert "Ours" in (main.parent / "tables" / "knn.tex").read_text(encoding="utf-8")
