"""docs/archive.md says what the published file says: its tables and its pictures are those of the rows that ship."""

from pathlib import Path

import pandas as pd
import pytest
from archive_page import Archive, filled
from archive_tables import turned

from ucrbench.reports.draw.files import stem_of

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def archive():
    return Archive()


def test_tables_are_those_of_the_rows(archive):
    page = (DOCS / "archive.md").read_text(encoding="utf-8")
    assert filled(page, archive.tables()) == page, "run: python tests/benchmarks/archive_page.py docs"


def test_pictures_are_those_of_the_rows(archive):
    pictures = sorted((DOCS / "archive").glob("*-cd.png"))
    assert {path.stem.removesuffix("-cd") for path in pictures} == {stem_of(name) for name in archive.quick.compared}
    for score in archive.quick.compared:
        picture = (DOCS / "archive" / f"{stem_of(score)}-cd.png").read_bytes()
        assert f"ucrbench rows {archive.quick.rows((score,))}".encode() in picture, score


def test_turned_counts_the_verdicts_on_which_two_seeds_differ():
    # Of three pairs of seeds none differs in the first case, two in the second; a tie decides nothing.
    one, other = pd.DataFrame([[1, 2, 3], [1, -1, 2]]), pd.DataFrame([[0, 1, -1], [0, 0, 0]])
    assert turned([one]) == pytest.approx(2 / 6)
    assert turned([one, other]) == pytest.approx((2 / 6 + 1 / 6) / 2)
