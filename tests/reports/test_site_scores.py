"""Shares and effects on the site, in a real browser: they are those of the functions."""

import re
from types import SimpleNamespace

import pandas as pd
import pytest
from browser import Visit
from synthetic_store import VARIANTS, build

from ucrbench.reports import (
    compare,
    normalised,
    pairwise,
    reading_levels,
    report,
    share_summary,
)
from ucrbench.reports.data.comparing import select_stores
from ucrbench.reports.data.shown import shown as named
from ucrbench.reports.stats.shares import range_text, share_text
from ucrbench.results import SCORES, scaled_scores


@pytest.fixture(scope="module")
def shares(tmp_path_factory):
    """A store without gaps, in which one data set alone has FID's floor, and its site."""
    out = tmp_path_factory.mktemp("shares") / "out"
    names, lacking = list(scaled_scores()), [(dataset, "fid_floor") for dataset in "BCDEF"]
    store = build(out, list("ABCDEF"), VARIANTS[:3], seeds=(0, 1), samples=False, names=names, lacking=lacking)
    first = report(out)
    return SimpleNamespace(store=store, first=first, folder=first.parent)


def test_shares_are_those_of_the_function(shares, browser):
    """On the first page, on the page of scores, of a data set and of a variant."""
    selection = named(select_stores(shares.store.path))
    levels = reading_levels(selection.references)
    rows = normalised(selection.scores, levels, selection.datasets)
    summary = share_summary(rows)
    wanted = {
        method: [
            (share_text(line[score, "median"]), range_text(*line[score][["low", "high"]]), int(line[score, "datasets"]))
            for score in scaled_scores()
        ]
        for method, line in summary.iterrows()
    }
    # FID of A alone, as the others lack its floor.
    assert {n for cells in wanted.values() for *_, n in cells} == {1, 6}
    label = "Generation between nothing and real series"
    with Visit(browser, shares.first) as visit:
        assert read_shares(visit, label) == wanted
    with Visit(browser, shares.folder / "scores.html") as visit:
        for place, score in enumerate(scaled_scores()):
            title = SCORES[score].title
            shown = read_shares(visit, f"{title} between nothing and real series")
            assert shown == {method: [cells[place]] for method, cells in wanted.items()}
    with Visit(browser, shares.folder / "variants/vae.html") as visit:
        line = visit.page.locator("tr", has=visit.page.get_by_role("link", name="FID")).first
        share, span, n = wanted["VAE"][1]
        assert (span, line.locator("td").nth(1).inner_text()) == ("", f"{share} of {n}")
    found = rows[rows["dataset"] == "A"].set_index(["method", "score"])
    ends = levels[levels["dataset"] == "A"].set_index("score")
    with Visit(browser, shares.folder / "datasets/A.html") as visit:
        table = visit.page.get_by_role("region", name="Scores")
        for place, score in enumerate(scaled_scores()):
            for method in wanted:
                cell = table.locator("tbody tr", has_text=method).first.locator("td").nth(place)
                assert cell.locator("small").inner_text() == share_text(found.loc[(method, score), "share"])
            digits = SCORES[score].decimals
            for line, level, share in ((0, "real", "100"), (1, "nothing", "0")):
                shown = table.locator("tfoot tr").nth(line).locator("td").nth(place).inner_text()
                assert shown == f"{ends.loc[score, level]:.{digits}f}\n{share}\u202f%"
        # The share in small print does not get into the order.
        table.get_by_role("button", name="FID ↓", exact=True).click()
        texts = table.locator("tbody tr td:nth-child(3) span").all_inner_texts()
        assert texts == sorted(texts)
    written = pd.read_csv(shares.folder / "tables/generation.csv")
    pd.testing.assert_frame_equal(written, rows, check_dtype=False)


def read_shares(visit, label):
    lines = visit.page.get_by_role("region", name=label, exact=True).locator("tbody tr").all_inner_texts()
    found = {}
    for line in lines:
        method, *rest = re.split(r"[\t\n]+", line.strip())
        below = [text.rpartition(" · ") for text in rest[1::2]]
        found[method.strip()] = [
            (share, span, int(n.split()[0])) for share, (span, _, n) in zip(rest[::2], below, strict=True)
        ]
    return found


def test_effects_are_those_of_the_function(shares, browser):
    comparison = compare(named(select_stores(shares.store.path)).scores, "cas")
    pairs = pairwise(comparison).set_index(["first", "second"])
    with Visit(browser, shares.folder / "scores.html") as visit:
        visit.page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        table = visit.page.get_by_role("region", name="CAS, p-values")
        lines = [line.split("\t") for line in table.locator("tbody tr").all_inner_texts()]
        assert len(lines) == len(pairs) == 3
        for first, second, *cells in lines:
            row = pairs.loc[(first.strip(), second.strip())]
            assert cells[:6] == [
                *(f"{row[name]:.0f}" for name in ("win", "tie", "loss")),
                *(f"{row[name]:.3g}" for name in ("p", "p_holm", "p_nemenyi")),
            ]
            for shown, name, digits in zip(
                cells[6:], ("median_difference", "dominance", "cliffs_delta"), (4, 2, 2), strict=True
            ):
                low, high = row[f"{name}_low"], row[f"{name}_high"]
                assert shown.strip() == f"{row[name]:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"
        table.get_by_role("button", name="Median difference").click()
        values = [float(text.split()[0]) for text in table.locator("tbody tr td:nth-child(9)").all_inner_texts()]
        assert values == sorted(values)
