"""The browser of the tests of the site, and the site that several of them visit."""

from types import SimpleNamespace

import pytest
from browser import chromium
from synthetic_store import DATASETS, TYPES, build


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """A store with a failed job, so that gaps are there, and its site."""
    out = tmp_path_factory.mktemp("site") / "out"
    from ucrbench.reports import report

    store = build(out, DATASETS, seeds=(0, 1), failed=[("Beef", "vae")], samples=False)
    build(out, DATASETS[:1], seeds=(0, 1))
    first = report(out, types=TYPES)
    return SimpleNamespace(store=store, first=first, folder=first.parent)
