"""Arrays that a store has kept, under the archive's labels."""

import json
from dataclasses import dataclass, replace

import pandas as pd
import pytest
from synthetic_store import archive

from ucrbench.reports.data.kept import kept_of
from ucrbench.reports.data.selection import select
from ucrbench.reports.site.pictures import pictures_of


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
def test_classes_have_the_labels_of_the_archive(selection, labels, shown, tmp_path):
    kept = kept_of(with_labels(selection, labels), "GunPoint")
    assert kept.real[1].tolist() == [shown[n % 12] for n in range(60)]
    (latents,), (samples,) = kept.latents().values(), kept.samples().values()
    assert latents["y_train"].tolist() == [shown[n % 12] for n in range(24)]
    assert latents["y_test"].tolist() == [shown[n % 12] for n in range(36)]
    assert samples["conditional_labels"].tolist() == kept.real[1].tolist()
    series, maps = pictures_of({}, kept.latents(), kept.real, kept.samples(), ["ae"], tmp_path / "series.pdf", "")
    assert list(maps.classes) == shown
    assert [f"class {label}<" in series.pictures["series"] for label in shown] == [True] * 5 + [False] * 7


def test_a_row_without_labels_takes_those_of_another(selection):
    known = with_labels(selection, [str(n + 1) for n in range(12)])
    old = known.jobs.assign(class_labels=None, job="0000")
    both = replace(known, jobs=pd.concat([old, known.jobs]))
    assert kept_of(both, "GunPoint").real[1].max() == 12
