"""The browser of the tests of the site."""

import pytest
from browser import chromium


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found
