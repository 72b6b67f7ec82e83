"""The site in a real browser: sorting, filtering, deep links, dark mode, phones, assistive technology."""

import math
import re

import numpy as np
import pytest
from browser import Visit
from synthetic_store import DATASETS, VARIANTS, build

from ucrbench.reports import (
    ReportError,
    compare,
    leaderboard,
    report,
)
from ucrbench.reports.data.comparing import select_stores
from ucrbench.reports.data.shown import shown as named
from ucrbench.reports.stats.comparison import GAPS

NASTY = "<script>alert('x')</script> & 50%_$#{}~^\\\""


def test_leaderboard_of_any_subset_is_that_of_the_statistics(site, browser):
    """Random subsets, four under every policy: the browser's figures are those of Python."""
    scores = named(select_stores(site.store.path)).scores
    rng = np.random.default_rng(1)
    with Visit(browser, site.first) as visit:
        for trial in range(12):
            gaps = GAPS[trial % len(GAPS)]
            datasets = sorted(rng.choice(DATASETS, rng.integers(2, len(DATASETS) + 1), replace=False))
            methods = sorted(rng.choice(scores["method"].unique(), rng.integers(1, 6), replace=False))
            subset = scores[scores["dataset"].isin(datasets) & scores["method"].isin(methods)]
            board = leaderboard(subset, gaps, datasets)
            found = visit.page.evaluate(
                """([datasets, methods, gaps]) => {
                  const { data, standings } = ucrbench;
                  const d = datasets.map((name) => data.datasets.findIndex((one) => one.name === name));
                  const m = methods.map((name) => data.methods.indexOf(name));
                  return Object.fromEntries(data.scores.map((score) => {
                    const { mean, rank, wins } = standings(score, d, m, gaps);
                    const named = (of) => Object.fromEntries(m.map((one) => [data.methods[one], of[one] ?? null]));
                    return [score.name, { mean: named(mean), mean_rank: named(rank), wins: named(wins) }];
                  }));
                }""",
                [datasets, methods, gaps],
            )
            for score, statistic in board.columns:
                for method in board.index:
                    wanted, got = board.loc[method, (score, statistic)], found[score][statistic][method]
                    assert (got is None) == math.isnan(wanted), (gaps, score, statistic, method)
                    if got is not None:
                        # The page carries rounded values; Python rounds what is ranked, and nothing else.
                        ranked = not math.isnan(board.loc[method, (score, "mean_rank")])
                        assert got == pytest.approx(wanted, abs=1e-9 if ranked else 6e-4)


def test_what_is_shown_at_first_is_what_python_wrote(site, browser):
    """The table in the file and the table after the script has run are the same."""
    source = site.first.read_text(encoding="utf-8")
    with Visit(browser, site.first) as visit:
        board = [re.sub(r"\s+", " ", text) for text in visit.page.locator("#board tbody td").all_inner_texts()]
        written = re.findall(
            r"<td data-sort[^>]*>([^<]*)<small>([^<]*)</small></td>", source.split("Critical differences")[0]
        )
        assert sorted(board) == sorted(f"{mean} {rest}".strip() for mean, rest in written)
        assert "Linear probe is not ranked: 1 of 40 values are missing, the first VAE on Beef" in visit.page.inner_text(
            "#refusals"
        )


def test_sorting(site, browser):
    with Visit(browser, site.first) as visit:
        heading = visit.page.locator("#rows th[data-key=v0]")
        heading.get_by_role("button").click()
        up = [float(text) for text in visit.column("rows", 6)]
        assert up == sorted(up)
        assert heading.get_attribute("aria-sort") == "ascending"
        heading.get_by_role("button").press("Enter")
        assert [float(text) for text in visit.column("rows", 6)] == up[::-1]
        assert heading.get_attribute("aria-sort") == "descending"
        # The gap of the failed job stays last, whichever way.
        for _ in range(2):
            visit.page.locator("#rows th[data-key=v1] button").click()
            assert visit.column("rows", 7)[-1] == "–"
        visit.page.select_option("select[name=gaps]", "common")
        visit.page.locator("#board th[data-key=fid] button").click()
        ranks = [float(re.search(r"(\d+\.\d+) ·", text)[1]) for text in visit.column("board", 6)]
        assert ranks == sorted(ranks)


def test_filtering_and_deep_links(site, browser):
    """The choice is in the address, and the address brings it back."""
    with Visit(browser, site.first) as visit:
        visit.page.select_option("select[name=score]", "fid")
        visit.page.select_option("select[name=gaps]", "worst")
        visit.page.get_by_label("Spectro").check(force=True)
        visit.page.get_by_label("Image").check(force=True)
        visit.page.get_by_role("checkbox", name="VQVAE + Barlow Twins").uncheck(force=True)
        assert visit.column("rows", 0) == ["Adiac", "Beef", "Coffee", "DiatomSizeReduction", "FaceFour"]
        assert "Barlow" not in " ".join(visit.column("board", 0))
        status = "5 of 8 data sets, 4 of 5 variants. FID is ranked on 5 of them."
        assert visit.page.inner_text("#status") == status
        visit.page.locator("#rows th[data-key=v0] button").click()
        visit.page.fill("input[name=q]", "e")
        state = visit.page.evaluate("location.hash.slice(1)")
        assert "without=vqvae_barlow" in state  # the identifier, which outlives a change of titles
        rows, board = visit.column("rows", 0), visit.column("board", 0)
        assert rows != sorted(rows) or len(rows) < 5
        files = visit.page.locator("#rows-files a")
        assert [one.get_attribute("href") for one in files.all()] == ["tables/fid.csv", "tables/fid.tex"]
        assert visit.page.locator("[data-diagram]:visible").get_attribute("data-diagram") == "fid"
    with Visit(browser, site.first, state=state) as again:
        assert (again.column("rows", 0), again.column("board", 0)) == (rows, board)
        assert again.page.locator("#rows th[data-key=v0]").get_attribute("aria-sort") == "ascending"
        assert again.page.input_value("select[name=score]") == "fid"
        again.page.locator("#rows tbody a:visible").first.click()
        again.page.wait_for_url("**/datasets/*.html")
        again.page.go_back()
        assert again.column("rows", 0) == rows
        again.page.get_by_role("button", name="Reset").click()
        again.page.wait_for_function("document.getElementById('status').textContent.startsWith('8 of 8')")
        assert again.page.evaluate("location.hash") == ""
    with Visit(browser, site.first, state="score=nonsense&length-from=97&type=Nothing") as odd:
        assert odd.column("rows", 0) == []
        assert odd.complaints == []


def test_every_page_is_quiet_and_asks_for_nothing_from_elsewhere(site, browser):
    pages = sorted(site.folder.rglob("*.html"))
    with Visit(browser, pages[0]) as visit:
        for path in pages:
            visit.go(path)
            assert visit.complaints == [], path
            assert visit.from_elsewhere == [], path
            assert len(visit.requests) >= 3


def test_dataset_page(site, browser):
    with Visit(browser, site.first) as visit:
        visit.page.locator("#rows").get_by_role("link", name="Adiac").click()
        visit.page.wait_for_url("**/datasets/Adiac.html")
        assert visit.page.inner_text("h1") == "Adiac"
        table = visit.page.get_by_role("region", name="Scores")
        heads, real = (
            table.locator(rows).first.locator("th, td").all_inner_texts() for rows in ("thead tr", "tfoot tr")
        )
        beside = {" ".join(head.split()): text for head, text in zip(heads, real, strict=True)}
        assert (beside["KID ↓"], beside["Linear probe ↑"]) == ("0.0123\n100\u202f%", "")
        assert visit.page.locator("svg.series").count() == 1
        assert visit.page.locator("svg.curve").count() == 1
        named = visit.page.locator("svg.series text", has_text="class").all_text_contents()
        assert named == ["all classes", "class 1", "class 2", "class 3"]  # the archive's labels, not our numbers
        assert visit.page.get_by_role("img", name="generated by AE, VAE, VQVAE").is_visible()
        cells = visit.page.locator("tbody tr", has_text="VICReg").first.locator("td").all_inner_texts()
        assert re.fullmatch(r"0\.\d{4} ± 0\.\d{4}", cells[0])
        visit.page.get_by_role("link", name="Beef →").click()
        assert visit.page.locator("td.bad").first.inner_text() == "failed"


def test_the_top_bar_leads_to_data_sets_and_variants(site, browser):
    with Visit(browser, site.folder / "datasets/Beef.html") as visit:
        for title, name in (("Data sets", "FaceFour"), ("Variants", "VQVAE + VICReg")):
            bar = visit.page.get_by_role("navigation", name="Site")
            bar.get_by_role("link", name=title).click()
            visit.page.get_by_role("link", name=name).first.wait_for()
            heading = visit.page.get_by_role("heading", name={"Variants": "Leaderboard"}.get(title, title), exact=True)
            assert 0 <= heading.bounding_box()["y"] < 900
            visit.page.locator("section").get_by_role("link", name=name).first.click()
            assert visit.page.inner_text("h1") == name
            assert visit.page.locator("nav [aria-current=true]").inner_text() == title


def test_keyboard(site, browser):
    with Visit(browser, site.first) as visit:
        visit.page.keyboard.press("Tab")
        assert visit.page.evaluate("document.activeElement.className") == "skip"
        outline = "getComputedStyle(document.activeElement).outlineStyle"
        assert visit.page.evaluate(outline) == "solid"
        visit.page.keyboard.press("Enter")
        assert visit.page.evaluate("document.activeElement.id") == "main"
        visit.page.locator("input[value=ECG]").focus()
        visit.page.keyboard.press("Space")
        assert visit.column("rows", 0) == ["ECG200"]


def test_hostile_names(tmp_path, browser):
    names = [NASTY, "b" * 80, "😀 & <b>", "../../etc", "CON"]
    build(
        tmp_path / "out",
        names,
        variants=("vqvae", f"m:{NASTY}", "😀" * 40, "'\"><img src=x onerror=alert(1)>"),
        names=["knn", "fid"],
    )
    first = report(tmp_path / "out", types={NASTY: NASTY})
    pages = sorted(first.parent.rglob("*.html"))
    assert len(pages) == 5 + 5 + 4
    with Visit(browser, first, width=380) as visit:
        for path in pages:
            visit.go(path)
            assert visit.complaints == [], path
            assert visit.overflow() <= 0, path
            scripts = {first: 3}.get(path, 2 if path.parent.name == "datasets" else 1)
            assert visit.page.locator("script").count() == scripts
            assert visit.page.locator("img").count() == 0
    with Visit(browser, first) as visit:
        assert sorted(visit.column("rows", 0)) == sorted(names)
        visit.page.get_by_label(NASTY).first.check(force=True)
        assert visit.column("rows", 0) == [NASTY]
        state = visit.page.evaluate("location.hash.slice(1)")
    with Visit(browser, first, state=state) as again:
        assert again.column("rows", 0) == [NASTY]


def test_without_script_everything_is_there(site, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.first.as_uri())
    assert page.locator("#board tbody tr").count() == 5
    assert page.locator("#rows tbody tr").count() == len(DATASETS)
    assert "need JavaScript" in page.inner_text("#status")
    context.close()


def test_infinite_values_are_gaps(tmp_path, browser):
    store = build(tmp_path / "out", DATASETS[:3], samples=False, names=["fid"])
    build(tmp_path / "out", DATASETS[:1], ["vqvae"], samples=False, names=["fid"], value=math.inf)
    with pytest.raises(ReportError, match="lacks 1 of 15"):
        compare(select_stores(store.path).scores, "fid")
    with Visit(browser, report(tmp_path / "out", gaps="worst"), state="score=fid") as visit:
        assert visit.column("rows", 5 + VARIANTS.index("vqvae"))[0] == "–"
        assert "Infinity" not in visit.page.inner_text("main")
        assert visit.page.inner_text("#status").endswith("FID is ranked on 3 of them.")
