"""The report of a made-up store: everything is there, nothing comes from the network, nothing is mixed."""

import json
import re
import subprocess
import sys
from html.parser import HTMLParser

import pandas as pd
import pytest
from synthetic_store import VARIANTS, build

from ucrbench.reports import (
    ReportError,
    check,
    report,
)
from ucrbench.reports.paper.latex import escape
from ucrbench.results import ResultStore, StoreError

NAMES = ["linear_probe", "knn", "knn_continuous"]
TWO = VARIANTS[:2]
NASTY = "<script>alert('x')</script> & 50%_$#{}~^\\"


class Page(HTMLParser):
    """Loads, texts and tags of a page."""

    def __init__(self, path):
        super().__init__()
        self.loads, self.tags, self.texts = [], [], []
        self.source = path.read_text(encoding="utf-8")
        self.feed(self.source)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        for name, value in attrs:
            if name in ("src", "srcset", "data", "action", "poster") or (name == "href" and tag != "a"):
                self.loads.append(value)

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.texts))


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    path = tmp_path_factory.mktemp("small") / "out"
    build(path, ["ItalyPowerDemand", "GunPoint", "ArrowHead"])
    return report(path)


def test_everything_is_there(small):
    assert small.name == "index.html"
    folder = small.parent
    for name in (
        "tables/leaderboard.csv",
        "tables/leaderboard.tex",
        "tables/coverage.csv",
        "tables/tests.csv",
        "tables/fid.csv",
        "tables/fid.tex",
        "tables/codebook-perplexity.csv",
        "figures/fid-cd.pdf",
        "figures/fid-cd.svg",
        "figures/fid-cd-ranks.csv",
        "figures/fid-cd-p-values.csv",
        "datasets/GunPoint.html",
        "variants/vqvae_barlow.html",
        "assets/site.css",
    ):
        assert (folder / name).stat().st_size > 0, name
    fid = pd.read_csv(folder / "tables/fid.csv", index_col=0)
    assert list(fid.columns) == ["AE", "VAE", "VQVAE", "VQVAE + VICReg", "VQVAE + Barlow Twins", "real data"]
    assert fid.loc["GunPoint", "real data"] == 0.25
    assert len(pd.read_csv(folder / "tables/scores.csv")) == 3 * (2 * 18 + 3 * 19)
    assert not list(folder.parent.glob(".report*"))
    assert "Linear probe by the share of the training labels" in (folder / "scores.html").read_text()


def test_pages_are_whole_and_load_nothing_from_elsewhere(small):
    pages = {path.relative_to(small.parent).as_posix(): Page(path) for path in small.parent.rglob("*.html")}
    assert len(pages) == 5 + 3 + 5
    for name, page in pages.items():
        for load in page.loads:
            assert load.startswith("data:") or (small.parent / name).parent.joinpath(load).is_file(), (name, load)
        assert "@import" not in page.source
        assert "nan" not in page.text.split(), name
    assert not re.search(r"@import|url\(", (small.parent / "assets" / "site.css").read_text(encoding="utf-8"))
    first = pages["index.html"]
    for words in ("Leaderboard", "Linear probe (continuous)", "Codebook perplexity", "15 of 15 jobs ok"):
        assert words in first.text
    # A diagram a score, and the series of two data sets.
    assert first.tags.count("svg") == 11 + 2
    for name in ("ArrowHead", "GunPoint"):
        series = re.search(r'<svg class="series".*?</svg>', pages[f"datasets/{name}.html"].source, re.DOTALL)[0]
        assert series in first.source
    assert "ItalyPowerDemand.html" not in first.source.split("Real and generated series")[1].split("</section>")[0]
    assert "no significance can be shown" in first.text
    assert "Friedman" not in pages["scores.html"].text
    assert "Fréchet distance between Gaussians" in pages["scores.html"].text
    gun_point = pages["datasets/GunPoint.html"]
    assert (
        "real series 2.100 100 % 0.250 100 % 0.0123 100 % 1.500 100 % -0.00012 100 % 0.9400 100 % "
        "nothing 1.000 0 % 2.250 0 % 0.5000 0 % 21.500 0 % 0.40000 0 % 0.3400 0 %"
    ) in gun_point.text
    # Series of real data and five variants in one picture; latents were not kept; one curve.
    assert gun_point.tags.count("svg") == 2
    for name in ("real", "AE", "all classes", "class 1"):
        assert f">{name}</text>" in gun_point.source


def test_tables_and_figures_carry_the_hash_of_their_rows(small):
    folder = small.parent
    lineage = json.loads((folder / "lineage.json").read_text(encoding="utf-8"))
    carrying = [name for name in lineage["files"] if name.endswith((".tex", ".svg", ".pdf", ".png"))]
    # Tables of scores and the leaderboard; diagrams; scores by labels; series.
    assert len(carrying) == 12 + 1 + 3 * 11 + 2 * 2 + 3
    for name in carrying:
        assert lineage["files"][name]["rows"].encode() in (folder / name).read_bytes(), name


def test_every_table_has_its_csv(small):
    for path in small.parent.rglob("*.html"):
        source = path.read_text(encoding="utf-8")
        assert source.count("<table") == source.count("download>CSV</a>"), path
    hardware = pd.read_csv(small.parent / "tables" / "hardware.csv")
    assert hardware[["device", "threads", "jobs"]].to_numpy().tolist() == [["cpu (2 threads)", 2, 15]]
    folder = small.parent / "datasets"
    table = pd.read_csv(folder / "GunPoint-scores.csv", index_col=0)
    wanted = pd.read_csv(small.parent / "tables" / "fid.csv", index_col=0).loc["GunPoint"]
    assert table["fid"].tolist() == [wanted[name] for name in table.index]
    of_variant = pd.read_csv(small.parent / "variants" / "vqvae-datasets.csv", index_col=0)
    assert of_variant.loc["GunPoint", "fid"] == wanted["VQVAE"]
    assert len(pd.read_csv(folder / "GunPoint-jobs.csv")) == len(pd.read_csv(folder / "GunPoint-seeds.csv")) == 5


def test_figures_have_a_link_to_their_pdf(small):
    """Behind each figure as wide as the page: diagrams, scores by labels, series; tables of scores have one to TeX."""
    pages = {path.name: path.read_text(encoding="utf-8") for path in small.parent.rglob("*.html")}
    for name, figures in (("index.html", 11 + 2), ("scores.html", 11 + 2), ("GunPoint.html", 1)):
        linked = re.findall(r'</figure>\s*<p class="files"><a href="([^"]+\.pdf)" download>PDF</a>', pages[name])
        assert len(linked) == len(set(linked)) == figures, name
    assert re.findall(r'href="(tables/[^"]+)" download>TeX<', pages["index.html"]) == [
        "tables/leaderboard.tex",
        "tables/linear-probe.tex",
    ]


def test_links_lead_somewhere(small):
    for path in small.parent.rglob("*.html"):
        source = path.read_text(encoding="utf-8")
        for link in re.findall(r'<a [^>]*href="([^"]+)"', source):
            target, _, anchor = link.partition("#")
            place = path.parent / target if target else path
            assert place.is_file(), (path, link)
            if anchor:
                assert f'id="{anchor}"' in place.read_text(encoding="utf-8"), (path, link)


def test_five_data_sets_have_groups_and_friedman(tmp_path):
    build(tmp_path / "out", list("ABCDEF"), VARIANTS[:3], seeds=(0, 1), samples=False, names=["knn", "fid"])
    first = report(tmp_path / "out", tmp_path / "site")
    page = Page(first.parent / "scores.html")
    assert "Friedman: χ²" in page.text
    assert "A bar joins" in page.text
    assert re.search(r"0\.\d{4} ± 0\.\d{4}", Page(first.parent / "datasets" / "D.html").text)
    assert (tmp_path / "site" / "tables" / "knn.tex").exists()


def test_failures_are_listed_and_not_ranked_over(tmp_path):
    build(tmp_path / "out", ["A", "B", "C"], failed=[("B", "vae")], samples=False, names=NAMES[1:])
    first = report(tmp_path / "out")
    assert "14 of 15 jobs ok" in Page(first).text
    assert "knn lacks 1 of 15 values, the first VAE on B" in Page(first).text
    for name in ("failures.html", "datasets/B.html", "variants/vae.html"):
        page = Page(first.parent / name)
        assert "RuntimeError: <b>loss & gradient</b> were not finite" in page.text
        assert "RuntimeError: &lt;b&gt;loss &amp; gradient" in page.source
        assert 'File "…/bench/runner.py", line 88, in attempt' in page.text
        assert 'File "torch/optim/adamw.py", line 12, in step' in page.text
        assert "somebody" not in page.source
    board = pd.read_csv(tmp_path / "out/report/tables/leaderboard.csv", index_col=0)
    # VAE stands under 5-NN before quantisation, too, so that its gap is one there.
    assert "knn_continuous mean" not in board
    assert "knn mean" not in board
    report(tmp_path / "out", gaps="common")
    assert "left out: B" in Page(first.parent / "scores.html").text
    assert pd.read_csv(tmp_path / "out/report/tables/tests.csv")["datasets"].tolist() == [2, 2]


def test_hostile_names_are_text(tmp_path):
    build(tmp_path / "out", [NASTY, "b" * 80, "😀 & <b>"], variants=("vqvae", f"m:{NASTY}"), names=["knn"])
    path = report(tmp_path / "out")
    assert NASTY in Page(path).text
    for name in path.parent.rglob("*.html"):
        page = Page(name)
        assert page.tags.count("script") == {path: 3}.get(name, 2 if name.parent.name == "datasets" else 1)
        assert "<script>alert" not in page.source
        assert re.fullmatch(r"[A-Za-z0-9_-]+\.html", name.name)
    assert {NASTY, "b" * 80, "😀 & <b>"} <= {
        text for name in path.parent.glob("datasets/*.html") for text in Page(name).texts
    }
    for svg in (path.parent / "figures").glob("*.svg"):
        assert "<script" not in svg.read_text(encoding="utf-8")
    latex = (path.parent / "tables" / "knn.tex").read_text(encoding="utf-8")
    assert escape(NASTY) in latex
    first, rest = latex.split("\n", 1)
    assert re.fullmatch("% ucrbench rows [0-9a-f]{20}", first)
    assert not re.search(r"(?<!\\)[%#$]", rest.replace(r"$\pm$", ""))


def test_second_report_replaces_the_first_and_nothing_else(tmp_path):
    build(tmp_path / "out", ["A"], TWO, samples=False, names=["knn"])
    path = report(tmp_path / "out")
    (path.parent / "stale").write_text("x")
    report(tmp_path / "out")
    assert not (path.parent / "stale").exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("x")
    with pytest.raises(ReportError, match="holds something else"):
        report(tmp_path / "out", tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.tex").exists()
    with pytest.raises(ReportError, match="is a file"):
        report(tmp_path / "out", tmp_path / "mine" / "thesis.tex")
    with pytest.raises(ReportError, match="cannot write"):
        report(tmp_path / "out", "/proc/report")


def test_same_rows_same_hash(tmp_path):
    for name in ("a", "b"):
        build(tmp_path / name, ["A", "B"], TWO, samples=False, names=["knn"])
        report(tmp_path / name)
    one, two = (json.loads((tmp_path / name / "report" / "report.json").read_text()) for name in ("a", "b"))
    assert one == two


def test_nothing_to_report(tmp_path):
    with pytest.raises(StoreError, match="no results"):
        report(tmp_path / "absent")
    ResultStore(tmp_path / "empty", create=True).prepare()
    with pytest.raises(ReportError, match="no jobs yet"):
        report(tmp_path / "empty")
    build(tmp_path / "sad", ["A"], variants=["ae"], failed=[("A", "ae")])
    with pytest.raises(ReportError, match="has finished"):
        report(tmp_path / "sad")


def test_one_method_has_a_page_without_ranks(tmp_path):
    build(tmp_path, ["A"], variants=["ae"], samples=False, names=["knn"])
    assert "has one method only" in Page(report(tmp_path)).text


def test_the_room_does_not_import_torch_or_pyplot():
    code = "import ucrbench.reports, sys; assert not {'torch', 'matplotlib.pyplot'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_several_stores_and_results_from_elsewhere(tmp_path):
    build(tmp_path / "a", ["A", "B"], variants=("ae", "vae"), names=["knn"])
    build(tmp_path / "b", ["A", "B"], variants=("vqvae",), names=["knn"])
    (tmp_path / "theirs.csv").write_text("dataset,flow\nA,0.5\nB,0.75\n", encoding="utf-8")
    stores = {"one": tmp_path / "a", "two": tmp_path / "b"}
    with pytest.raises(ReportError, match="several stores needs a folder"):
        report(stores)
    first = report(stores, tmp_path / "site", against=[f"knn={tmp_path / 'theirs.csv'}"])
    names = ["AE [one]", "VAE [one]", "VQVAE [two]", "flow [theirs]"]
    for name in names:
        assert name in Page(first).text
    assert len(list(first.parent.glob("variants/*.html"))) == 4
    page = Page(first.parent / "datasets" / "B.html")
    assert "0.7500" in page.text
    # Samples of both stores are drawn in one picture, and a training curve.
    assert page.tags.count("svg") == 2
    for name in ("AE [one]", "VAE [one]", "VQVAE [two]"):
        assert f">{name}</text>" in page.source
    assert check(first.parent) == []


def test_what_is_stale_is_found(tmp_path):
    build(tmp_path / "out", ["A", "B"], TWO, samples=False, names=["knn", "fid"])
    site = report(tmp_path / "out", tmp_path / "site").parent
    assert check(site) == []
    build(tmp_path / "out", ["B"], variants=["ae"], samples=False, names=["knn"], value=0.9)
    stale = {one.path for one in check(site)}
    assert {"index.html", "datasets/B.html", "variants/ae.html", "tables/knn.csv", "figures/knn-cd.pdf"} <= stale
    assert not {"datasets/A.html", "tables/fid.csv", "figures/fid-cd.svg"} & stale


def test_a_published_site_names_no_path(tmp_path):
    build(tmp_path / "out", ["A"], VARIANTS[:3], samples=False, failed=[("A", "vae")], names=["knn", "fid"])
    site = report(tmp_path / "out").parent
    for path in site.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert str(tmp_path).encode() not in content, path
            assert b"somebody" not in content, path
