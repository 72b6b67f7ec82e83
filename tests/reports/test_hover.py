"""Tooltips of marks: titles in the SVG, found where a reader points at, and nothing in the PDF."""

import re
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from browser import Visit
from synthetic_store import build
from test_statistics import random_values, tidy

from ucrbench.reports import compare, critical_difference, latent_map, report, training_curves
from ucrbench.reports.data.comparing import select_stores
from ucrbench.reports.draw.bars import rank_bars
from ucrbench.reports.draw.charts import label_chart
from ucrbench.reports.draw.files import save_pdf, svg_text
from ucrbench.reports.draw.web import picture

NASTY = "<b>a & b</b> $x_1$ \"'% é"
VARIANTS = ("ae", "vae", "vqvae")
STEPS = np.arange(200)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Three data sets with three methods, and of the first with latents and curves of 200 steps."""
    out = tmp_path_factory.mktemp("hover") / "out"
    store = build(out, list("ABC"), VARIANTS, names=["fid", "knn"])
    jobs = select_stores(out).jobs
    jobs = jobs[jobs["dataset"] == "A"].set_index("variant")["job"]
    rng = np.random.default_rng(0)
    for height, variant in enumerate(VARIANTS):
        value = height + np.exp(-STEPS / 40) + rng.normal(0, 0.1, len(STEPS))
        store.save_curves(
            jobs[variant], pd.DataFrame({"stage": "prior", "step": STEPS, "name": "loss", "value": value})
        )
        z = rng.normal(size=(51, 8)).astype("float32")
        y = np.arange(51) % 3
        store.save_arrays(jobs[variant], "latents", train=z[:20], test=z[20:], y_train=y[:20], y_test=y[20:])
    return SimpleNamespace(store=store, folder=report(out).parent, last=store.curves(jobs[VARIANTS[-1]]))


def titles(svg):
    """All that is said in an SVG, which must be well-formed."""
    return [title.text for title in ElementTree.fromstring(svg).iter(f"{SVG}title") if title.text]


def test_points_of_curves_say_step_and_value():
    value = np.exp(-STEPS[:60] / 50.0)
    value[7] = np.nan
    frame = pd.DataFrame({"stage": "prior", "step": STEPS[:60], "name": "loss", "value": value})
    said = titles(svg_text(training_curves({NASTY: frame})))
    assert said[0] == NASTY
    points = [re.fullmatch(re.escape(NASTY) + r", step (\d+): ([\d.e-]+)", text) for text in said[1:]]
    assert len(points) == 24
    assert [int(point[1]) for point in points][:: len(points) - 1] == [0, 59]
    for point in points:
        assert float(point[2]) == pytest.approx(value[int(point[1])], rel=5e-3)


def test_many_curves_have_few_points_each():
    frame = pd.DataFrame({"stage": "prior", "step": np.arange(60), "name": "loss", "value": 1.0})
    for methods, each in ((1, 24), (6, 8), (40, 4)):
        said = titles(svg_text(training_curves({f"m{i}": frame for i in range(methods)})))
        assert sum(", step " in text for text in said) == methods * each


def test_dots_of_a_map_say_class_and_series():
    y = np.array([0, 1, 1, 0, 1, 0, 1])
    z = np.random.default_rng(0).normal(size=(7, 3))
    svg = latent_map({"train": z, "test": -z[:3], "y_train": y, "y_test": y[:3]})
    found = re.findall(r'<g data-rows="([\d ]+)"><title>([^<]*)</title><path d="([^"]*)"', picture(svg, "a map"))
    assert [(text, rows) for rows, text, _ in found] == [
        ("class 0, train", "0 3 5"),
        ("class 1, train", "1 2 4 6"),
        ("class 0, test", "0"),
        ("class 1, test", "1 2"),
    ]
    assert [path.count("M") for *_, path in found] == [3, 4, 1, 2]


def test_diagrams_charts_and_bars_say_what_they_show():
    found = compare(tidy(random_values(12, 3).set_axis(["a", NASTY, "c"], axis=1)), "knn")
    said = titles(svg_text(critical_difference(found)))
    for name, rank in found.summary["mean_rank"].items():
        assert said.count(f"{name}: mean rank {rank:.2f}") == 2
    assert any(text.startswith("not told apart: ") for text in said)
    table = pd.DataFrame({0.1: [0.5, np.nan], 1.0: [0.75, 0.8]}, index=["a", "b"])
    said = titles(svg_text(label_chart(table, "5-NN")))
    points = ["a, 10% of the labels: 0.5000", "a, 100% of the labels: 0.7500", "b, 100% of the labels: 0.8000"]
    assert said == ["a", "b", *points]
    assert titles(svg_text(rank_bars([3, 0, 1], "#000000"))) == ["rank 1: 3 data sets", "rank 3: 1 data set"]


def test_a_pdf_says_nothing_of_it(tmp_path):
    frame = pd.DataFrame({"stage": "prior", "step": np.arange(9), "name": "loss", "value": 1.0})
    figure = training_curves({"ae": frame})
    save_pdf([figure], tmp_path / "with.pdf")
    for artist in figure.findobj():
        artist.set_gid(None)
    save_pdf([figure], tmp_path / "without.pdf")
    assert (tmp_path / "with.pdf").read_bytes() == (tmp_path / "without.pdf").read_bytes()


# The title of what is found in the middle of a mark, where a reader would point at it.
POINTED = """(mark) => {
  mark.scrollIntoView({ block: "center", inline: "center" });
  const { x, y, width, height } = mark.getBoundingClientRect();
  const found = document.elementFromPoint(x + width / 2, y + height / 2);
  return found?.closest(":has(> title)")?.querySelector(":scope > title").textContent ?? null;
}"""


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (380, True)])
def test_who_points_at_a_point_of_a_curve_reads_its_value(site, browser, width, dark):
    with Visit(browser, site.folder / "datasets/A.html", width, dark) as visit:
        marks = visit.page.locator("svg.curve").first.locator("path:has(> title)")
        own = marks.locator("title").all_text_contents()
        assert len(own) == 3 * 16
        # Curves cross: what is found may be another point, but it is one. The last curve lies above all others.
        found = [mark.evaluate(POINTED) for mark in marks.all()]
        assert set(found) <= set(own)
        assert found[-16:] == own[-16:]
        assert own[-1].startswith("VQVAE, step ")
        last = site.last["value"].to_numpy()[-3:].mean()  # of 200 steps in 80 stretches the last has three
        assert float(own[-1].rpartition(" ")[2]) == pytest.approx(last, rel=6e-3)
        assert visit.overflow() <= 0


def test_who_points_at_a_dot_of_a_map_reads_its_series(site, browser):
    with Visit(browser, site.folder / "datasets/A.html") as visit:
        group = visit.page.locator("svg.embedding").first.locator("g[data-rows]").last
        assert group.locator("title").text_content() == "class 3, test"
        group.scroll_into_view_if_needed()
        dots = group.evaluate(
            """(group) => {
              const path = group.querySelector("path");
              return [...path.getAttribute("d").matchAll(/M([\\d.-]+) ([\\d.-]+)/g)].map(([, x, y]) => {
                const at = new DOMPoint(Number(x), Number(y)).matrixTransform(path.getScreenCTM());
                return [at.x, at.y];
              });
            }"""
        )
        for (x, y), row in zip(dots, group.get_attribute("data-rows").split(), strict=True):
            visit.page.mouse.move(x, y)
            assert group.locator("title").text_content() == f"series {row}, class 3, test"
            assert (20 + int(row)) % 3 == 2  # classes of all series are 0, 1, 2, 0, ..., labelled 1, 2, 3
        assert visit.complaints == []


def test_titles_need_no_script(site, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site.folder / "datasets/A.html").as_uri())
    for kind, text in (("embedding", "class 1, train"), ("curve", "VAE"), ("series", "AE")):
        found = page.locator(f"svg.{kind}").first.locator("title").all_text_contents()
        assert text in found
    context.close()


def test_who_points_at_a_method_of_a_diagram_reads_its_rank(site, browser):
    found = compare(select_stores(site.store.path).scores, "fid")
    ranks = found.summary["mean_rank"]
    with Visit(browser, site.folder / "scores.html") as visit:
        diagram = visit.page.locator("#fid figure svg").first
        for name, title in (("ae", "AE"), ("vae", "VAE"), ("vqvae", "VQVAE")):
            wanted = f"{title}: mean rank {ranks[name]:.2f}"
            groups = diagram.locator("g", has=visit.page.locator(":scope > title", has_text=re.compile(f"^{wanted}$")))
            assert groups.last.locator("use, path").last.evaluate(POINTED) == wanted
    with Visit(browser, site.folder / "variants/vqvae.html") as visit:
        bars = visit.page.locator("svg.bars").first.locator("g:has(> title)")
        said = bars.locator("title").all_text_contents()
        assert [bar.evaluate(POINTED) for bar in bars.locator("path").all()] == said
        assert sum(int(text.split()[2]) for text in said) == 3
