"""The places where real data may lie: with aeon, beside the repository, or in its ignored folder."""

from pathlib import Path

from ucrbench.datasets import source

REPO = Path(__file__).resolve().parents[2]
MAKER = REPO.parent / "shared" / "ucr" / "make_archive.py"
LOCAL_ARCHIVE = REPO / ".data" / "ucr"
# Looked up once, before any test hides it.
BUNDLED = source.bundled_folder()
