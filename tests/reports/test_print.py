"""The site on paper: nothing is cut at the edge, and dark pages are printed in dark ink on white."""

import re
import shutil
import subprocess

import pytest
from browser import Visit
from synthetic_store import VARIANTS, build

from ucrbench.reports import report

A4 = round((297 - 2 * 14) / 25.4 * 96)  # pixels between the margins of the style sheet, which turns the page
# By how many pixels anything that is shown reaches beyond the page or out of a box that clips it.
OVER = """() => {
  const page = document.documentElement.clientWidth;
  return [...document.querySelectorAll("main *")].filter((one) => one.checkVisibility() && !one.closest("svg"))
    .map((one) => {
      const box = one.closest(".scroll")?.getBoundingClientRect();
      const over = one.getBoundingClientRect().right - Math.min(page, box?.right ?? page);
      const clipped = getComputedStyle(one).overflowX === "visible" ? 0 : one.scrollWidth - one.clientWidth;
      return [Math.max(over, clipped), one.tagName, one.textContent.slice(0, 40)];
    }).filter(([over]) => over > 1).slice(0, 5);
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    out = tmp_path_factory.mktemp("print") / "out"
    datasets = ["GunPoint", "DistalPhalanxOutlineAgeGroup"]
    build(out, datasets, VARIANTS, (0, 1), samples=False, failed=[("GunPoint", "vae")])
    return report(out, gaps="worst", types={"GunPoint": "Motion"}).parent


@pytest.mark.parametrize(
    "name", ["index", "scores", "failures", "provenance", "datasets/GunPoint", "variants/vqvae_barlow"]
)
def test_nothing_is_cut_on_paper(site, browser, name):
    with Visit(browser, site / f"{name}.html", A4, dark=True) as visit:
        visit.page.emulate_media(media="print", color_scheme="dark")
        visit.page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        assert visit.page.evaluate(OVER) == []
        assert visit.overflow() <= 0
        style = visit.page.evaluate(
            "(({ backgroundColor, color, colorScheme }) => [backgroundColor, color, colorScheme])"
            "({ ...getComputedStyle(document.body), "
            "colorScheme: getComputedStyle(document.documentElement).colorScheme })"
        )
        ground, ink = (sum(map(int, re.findall(r"\d+", text)[:3])) for text in style[:2])
        assert (ground, ink < 150, style[2]) == (3 * 255, True, "light")
        for shown in ("nav", ".panel"):
            assert not visit.page.locator(shown).first.is_visible()


def test_heads_stand_above_their_columns_on_paper(site, browser):
    places = """(rows) => rows.map((row) => [...row.cells].filter((cell) => !cell.hidden).map((cell) => {
      const { left, right, bottom } = cell.getBoundingClientRect();
      return [Math.round(left), Math.round(right), Math.round(bottom)];
    }))"""
    with Visit(browser, site / "index.html", A4) as visit:
        visit.page.emulate_media(media="print")
        for table in ("#board", "#rows"):
            heads, first = visit.page.eval_on_selector_all(f"{table} tr", places)[:2]
            assert [cell[:2] for cell in heads] == [cell[:2] for cell in first]
            assert len({bottom for *_, bottom in heads}) == 1


def test_colours_of_methods_are_printed(site, browser):
    with Visit(browser, site / "index.html", A4) as visit:
        visit.page.emulate_media(media="print")
        mark = visit.page.locator("#board .method i").first
        assert mark.evaluate("one => getComputedStyle(one).printColorAdjust") == "exact"
        pages = visit.page.pdf(format="A4", prefer_css_page_size=True)
        assert pages.startswith(b"%PDF")


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_heads_come_again_on_every_page(tmp_path, browser):
    out = build(
        tmp_path / "out", [f"Set{number:02}" for number in range(90)], VARIANTS[:2], names=["knn"], samples=False
    )
    with Visit(browser, report(out.path, tmp_path / "site"), A4) as visit:
        (tmp_path / "page.pdf").write_bytes(visit.page.pdf(prefer_css_page_size=True))
    done = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "page.pdf", "-"], capture_output=True, text=True, check=True
    )
    pages = [page for page in done.stdout.split("\f") if re.search(r"^ *Set\d\d ", page, re.MULTILINE)]
    assert len(pages) > 1
    for page in pages:
        assert re.search(r"Data set +Length +Train +Test +Classes +AE +VAE", page)
