"""docs/archive.md says what the published file says: its tables and its pictures are those of the rows that ship."""

from pathlib import Path

import pytest
from archive_page import Archive, filled

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
    assert {path.stem.removesuffix("-cd") for path in pictures} == {stem_of(name) for name in archive.compared}
    for score in archive.compared:
        picture = (DOCS / "archive" / f"{stem_of(score)}-cd.png").read_bytes()
        assert f"ucrbench rows {archive.rows((score,))}".encode() in picture, score
