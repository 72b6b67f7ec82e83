"""Arrays that a store has kept, under the archive's labels, and the pictures of them."""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from synthetic_store import archive

from ucrbench.reports import report
from ucrbench.reports.data.kept import kept_of
from ucrbench.reports.data.selection import select
from ucrbench.reports.site.downloads import of_dataset
from ucrbench.reports.site.pictures import pictures_of

# Of each group of pictures on a page: what the pages of its PDF say.
PAGES = {
    "series": ["AE"],
    "latents": ["AE", " ".join(f"class {number}" for number in range(1, 13))],
    "curves": [
        *("autoencoder, loss", "prior, loss", "autoencoder, commitment", "autoencoder, spectrogram"),
        *("autoencoder, ssl", "autoencoder, time", "AE"),
    ],
}


@dataclass(frozen=True)
class Info:
    name: str = "GunPoint"
    n_train: int = 24
    n_test: int = 36
    length: int = 30
    n_classes: int = 12


@pytest.fixture(scope="module")
def selection(tmp_path_factory):
    return select(archive(tmp_path_factory.mktemp("kept"), [Info()], ("ae",), (0,), arrays=True))


@pytest.fixture(scope="module")
def site(selection, tmp_path_factory):
    return report(selection.stores[""], tmp_path_factory.mktemp("kept") / "site").parent


def with_labels(selection, labels):
    text = None if labels is None else json.dumps(labels)
    return replace(selection, jobs=selection.jobs.assign(class_labels=text))


@pytest.mark.parametrize(
    ("labels", "shown"),
    [
        (None, list(range(12))),
        ([str(n + 1) for n in range(12)], list(range(1, 13))),  # 10 is after 9, not after 1
        ([str(n - 1.5) for n in range(12)], [n - 1.5 for n in range(12)]),
        (list("abcdefghijkl"), list("abcdefghijkl")),
    ],
)
def test_classes_have_the_labels_of_the_archive(selection, labels, shown):
    kept = kept_of(with_labels(selection, labels), "GunPoint")
    assert kept.real[1].tolist() == [shown[n % 12] for n in range(60)]
    (latents,), (samples,) = kept.latents().values(), kept.samples().values()
    assert latents["y_train"].tolist() == [shown[n % 12] for n in range(24)]
    assert latents["y_test"].tolist() == [shown[n % 12] for n in range(36)]
    assert samples["conditional_labels"].tolist() == kept.real[1].tolist()
    series, maps = pictures_of({}, kept.latents(), kept.real, kept.samples(), ["ae"])
    assert list(maps.legend) == [f"class {label}" for label in shown]
    assert [f"class {label}<" in series.drawings["series"].svg for label in shown] == [True] * 5 + [False] * 7


def test_a_row_without_labels_takes_those_of_another(selection):
    known = with_labels(selection, [str(n + 1) for n in range(12)])
    old = known.jobs.assign(class_labels=None, job="0000")
    both = replace(known, jobs=pd.concat([old, known.jobs]))
    assert kept_of(both, "GunPoint").real[1].max() == 12


def test_each_group_of_pictures_has_a_pdf_with_a_page_for_each(site):
    """A link below a picture leads to its page; behind pictures that share a legend comes that."""
    page = (site / "datasets/GunPoint.html").read_text(encoding="utf-8")
    assert re.findall(r'href="(GunPoint-\w+\.pdf)" download>', page) == [f"GunPoint-{name}.pdf" for name in PAGES]
    for name, texts in PAGES.items():
        linked = re.findall(rf'href="GunPoint-{name}\.pdf#page=(\d+)" aria-label="PDF of ([^"]+)"', page)
        assert linked == [] if name == "series" else [(str(n), text) for n, text in enumerate(texts[:-1], start=1)]
        assert (site / f"datasets/GunPoint-{name}.pdf").read_bytes().count(b"/Type /Page ") == len(texts)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_a_pdf_says_of_whom_its_pages_are(site):
    for name, texts in PAGES.items():
        command = ["pdftotext", "-layout", site / f"datasets/GunPoint-{name}.pdf", "-"]
        pages = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\f")[:-1]
        for text, found in zip(texts, pages, strict=True):
            assert text in re.sub(r"\s+", " ", found)


def test_the_same_rows_give_the_same_pdf(site, selection, tmp_path):
    again = report(selection.stores[""], tmp_path / "site").parent
    for name in PAGES:
        one, two = ((folder / f"datasets/GunPoint-{name}.pdf").read_bytes() for folder in (site, again))
        assert one == two


def test_the_numbers_of_curves_are_those_that_are_drawn(site, selection):
    """Of 200 steps 80 means: of the first two, the next three, and so on."""
    (curve,) = kept_of(selection, "GunPoint").curves().values()
    losses = curve[(curve["stage"] == "prior") & (curve["name"] == "loss")]["value"].to_numpy()
    table = pd.read_csv(site / "datasets/GunPoint-curves.csv").set_index(["stage", "name"]).loc[("prior", "loss")]
    assert len(losses) == 200
    assert len(table) == 80
    assert table["step"].tolist()[:2] == [0.5, 3.0]
    assert table["AE"].tolist()[:2] == pytest.approx([losses[:2].mean(), losses[2:5].mean()], rel=1e-4)
    assert 'href="GunPoint-curves.csv" download' in (site / "datasets/GunPoint.html").read_text(encoding="utf-8")


def test_steps_are_whole_and_a_method_may_have_any_name():
    curve = pd.DataFrame({"stage": "prior", "step": [123456, 1234567], "name": "loss", "value": [1 / 3, np.nan]})
    pictures = pictures_of({"step": curve}, {}, (), {}, ["step"])
    nothing = {"scores": {"heads": [], "lines": {}}, "seeds": {"heads": [], "rows": []}, "jobs": []}
    table = of_dataset({**nothing, "pictures": pictures})["curves"]
    assert table.columns.tolist() == ["stage", "name", "step", "step"]
    assert table.iloc[:, 2].tolist() == [123456, 1234567]
    assert table.iloc[0, 3] == "0.33333"
    assert np.isnan(table.iloc[1, 3])
