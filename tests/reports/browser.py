"""A real browser for the tests of the site: Debian's Chromium, without a window and without the network."""

import shutil
from contextlib import contextmanager

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def chromium():
    """A Chromium, or a skipped test where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(_SWITCHES))
        try:
            yield browser
        finally:
            browser.close()


class Visit:
    """A page of a site in a window of its own, and what it asked for and complained of.

    Args:
        browser: From `chromium`.
        path: File of the page.
        width: Of the window.
        dark: Whether the reader prefers dark pages.
        state: What follows the # in the address.
    """

    def __init__(self, browser, path, width=1280, dark=False, state=""):
        self.complaints, self.requests = [], []
        scheme = "dark" if dark else "light"
        self.context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", lambda request: self.complaints.append(request.url))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.go(path, state)

    def go(self, path, state=""):
        """To another page in the same window; what the one before asked for and complained of is forgotten."""
        self.complaints.clear()
        self.requests.clear()
        self.page.goto(path.as_uri() + (f"#{state}" if state else ""))

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.context.close()

    @property
    def from_elsewhere(self):
        """Addresses of what was asked for that is no local file."""
        return [url for url in self.requests if not url.startswith(("file:", "data:"))]

    def column(self, table, number):
        """Texts of a column of the rows that are shown."""
        # Of rows that are scrolled out of sight the browser has no inner text.
        text = f"const cell = row.cells[{number}]; return (cell.innerText || cell.textContent).trim()"
        return self.page.eval_on_selector_all(
            f"#{table} tbody tr:not([hidden])", f"rows => rows.map(row => {{ {text} }})"
        )

    def overflow(self):
        """By how many pixels the page is wider than the window."""
        return self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
