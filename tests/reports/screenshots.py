"""Pictures of a site for docs/: python tests/reports/screenshots.py SITE FOLDER."""

import sys
from pathlib import Path

from browser import Visit, chromium

# Name, page, width, height, dark, state of the leaderboard, what to scroll to.
PICTURES = (
    ("report", "index.html", 1180, 800, False, "", None),
    ("site-filter", "index.html", 1180, 640, False, "score=fid&type=Image&type=Sensor&without=vae", "details.panel"),
    ("site-dataset", "datasets/GunPoint.html", 1180, 1180, False, "", None),
    ("site-variant", "variants/vqvae_barlow.html", 1180, 800, True, "", None),
    ("site-phone", "index.html", 380, 800, False, "", None),
)


def take(site: Path, folder: Path) -> None:
    with chromium() as browser:
        for name, path, width, height, dark, state, target in PICTURES:
            with Visit(browser, site / path, width, dark, state) as visit:
                visit.page.set_viewport_size({"width": width, "height": height})
                if target:
                    visit.page.locator(target).evaluate("one => one.scrollIntoView()")
                visit.page.screenshot(path=folder / f"{name}.png")


if __name__ == "__main__":
    take(Path(sys.argv[1]).resolve(), Path(sys.argv[2]))
