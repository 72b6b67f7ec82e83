"""The look of the site in a real browser: whole names and fields, links, dark mode, phones, assistive technology."""

import re

import pytest
from browser import Visit
from synthetic_store import TYPES, build

from ucrbench.reports import report

PAGES = ("index", "scores", "findings", "failures", "provenance", "datasets/Adiac")


def test_links_look_like_links(site, browser):
    """In text and in tables: underlined, or at least in another colour than what is around them."""
    look = """() => [...document.querySelectorAll("main a")].filter((link) => link.checkVisibility()).map((link) => {
      const style = getComputedStyle(link);
      const other = style.color !== getComputedStyle(document.body).color;
      return [link.textContent, other, style.textDecorationLine === "underline" || !!link.closest("nav")];
    })"""
    with Visit(browser, site.first) as visit:
        for name in ("index", "scores", "failures", "datasets/Adiac", "variants/vae"):
            visit.go(site.folder / f"{name}.html")
            links = visit.page.evaluate(look)
            assert len(links) >= 5
            assert [text for text, other, underlined in links if not (other and underlined)] == []


@pytest.mark.parametrize("width", [1400, 380])
def test_names_are_not_cut(tmp_path, browser, width):
    """The archive's longest names, and those of methods, in tables, heads and links to neighbours."""
    names = [f"{of}PhalanxOutlineAgeGroup" for of in ("Distal", "Middle", "Proximal")]
    methods = ("vqvae_barlow_as_published", "random_uncalibrated", "mymodels.diffusion:ALatentDiffusionModel")
    build(tmp_path / "out", names, methods, names=["knn", "fid"], failed=[(names[0], methods[0])])
    first = report(tmp_path / "out", types=TYPES)
    cut = """() => [...document.querySelectorAll("main *")]
      .filter((one) => one.checkVisibility() && !one.closest("svg"))
      .filter((one) => getComputedStyle(one).overflowX === "hidden")
      .filter((one) => one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 2)
      .map((one) => one.textContent)"""
    with Visit(browser, first, width) as visit:
        for path in sorted(first.parent.rglob("*.html")):
            visit.go(path)
            visit.page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
            # Rows that are scrolled out of sight have no layout.
            visit.page.add_style_tag(content=".rows tbody tr { content-visibility: visible !important; }")
            assert visit.page.evaluate(cut) == [], path
            assert visit.overflow() <= 0, path


def test_bounds_are_whole_in_their_fields(site, browser):
    """The bounds that a field offers fit into it beside the arrows that a browser puts there."""
    room = """(input) => {
      const style = getComputedStyle(input);
      const paper = document.createElement("canvas").getContext("2d");
      paper.font = style.font;
      const inner = input.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
      return inner - paper.measureText(input.placeholder).width;
    }"""
    with Visit(browser, site.first) as visit:
        fields = visit.page.locator("input[type=number]")
        assert fields.count() == 6
        for field in fields.all():
            field.evaluate("input => { input.placeholder = '8926'; }")  # the most that the archive has
            assert field.evaluate(room) >= 18


def test_dark_mode(site, browser):
    def brightness(visit):
        text = visit.page.evaluate("getComputedStyle(document.body).backgroundColor")
        return sum(map(int, re.findall(r"\d+", text)[:3]))

    with Visit(browser, site.first) as light, Visit(browser, site.first, dark=True) as dark:
        assert brightness(light) > 700
        assert brightness(dark) < 120


@pytest.mark.parametrize("name", [*PAGES, "variants/vqvae"])
def test_phones_scroll_tables_and_not_the_page(site, browser, name):
    with Visit(browser, site.folder / f"{name}.html", width=380) as visit:
        assert visit.overflow() <= 0
        if name == "index":
            assert visit.page.evaluate("document.querySelector('#board').parentElement.scrollWidth > 380")
            assert not visit.page.locator("select[name=score]").is_visible()
            visit.page.get_by_text("Filter", exact=True).click()
            assert visit.page.locator("select[name=score]").is_visible()
            assert visit.overflow() <= 0


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", [*PAGES, "variants/vae"])
def test_axe_finds_nothing(site, browser, name, dark):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    with Visit(browser, site.folder / f"{name}.html", dark=dark) as visit:
        visit.page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        # What differs in the dark is colour.
        options = {"runOnly": ["color-contrast"]} if dark else None
        found = axe.Axe().run(visit.page, options=options).response["violations"]
        assert [(one["id"], one["impact"], [node["html"][:120] for node in one["nodes"][:3]]) for one in found] == []
