"""Selections of data sets, against the catalogue read on its own."""

import csv
from pathlib import Path

import pytest

from ucrbench import datasets
from ucrbench.datasets import DatasetError, select

with Path(datasets.__file__).with_name("catalogue.csv").open(encoding="utf-8") as _file:
    ROWS = list(csv.DictReader(_file))


def named(keep) -> tuple[str, ...]:
    return tuple(row["name"] for row in ROWS if keep(row))


def test_names_come_once_in_the_order_in_which_they_are_named():
    wanted = ("Wine", "GunPoint", "Beef")
    assert (
        select("Wine,GunPoint Beef")
        == select(" Wine , GunPoint,\n\tBeef,")
        == select(["Wine", "GunPoint,Beef"])
        == wanted
    )
    assert select("Wine GunPoint Wine Beef Wine") == wanted
    assert select("Wine Gun* GunPoint")[:2] == ("Wine", "GunPoint")


@pytest.mark.parametrize(
    ("term", "keep"),
    [
        ("all", lambda row: True),
        ("Sony*", lambda row: row["name"] in ("SonyAIBORobotSurface1", "SonyAIBORobotSurface2")),
        ("SonyAIBORobotSurface[12]", lambda row: row["name"].startswith("Sony")),
        ("Ham?Outlines", lambda row: False),
        ("*Gesture*", lambda row: "Gesture" in row["name"]),
        ("type:ECG", lambda row: row["type"] == "ECG"),
        ("type:ecg", lambda row: row["type"] == "ECG"),
        ("classes:2", lambda row: int(row["n_classes"]) == 2),
        ("classes:=2", lambda row: int(row["n_classes"]) == 2),
        ("length:<500", lambda row: int(row["length"]) < 500),
        ("length:<=150", lambda row: int(row["length"]) <= 150),
        ("train:>1000", lambda row: int(row["n_train"]) > 1000),
        ("test:>=1000", lambda row: int(row["n_test"]) >= 1000),
        ("archive:2015", lambda row: row["archive"] == "2015"),
        ("type:ECG,classes:3", lambda row: row["type"] == "ECG" or row["n_classes"] == "3"),
    ],
)
def test_a_term_selects_what_the_catalogue_says(term, keep):
    expected = named(keep)
    if not expected:
        with pytest.raises(DatasetError, match="is named like"):
            select(term)
        return
    assert sorted(select(term)) == sorted(expected)


def test_bundled_sets_are_those_that_aeon_ships_and_need_no_download(monkeypatch):
    found = select("bundled")
    assert {"GunPoint", "ItalyPowerDemand", "PickupGestureWiimoteZ"} <= set(found)
    assert all(datasets.load(name).source == "bundled" for name in found)
    monkeypatch.setattr("ucrbench.datasets.source.bundled_folder", lambda: None)
    with pytest.raises(DatasetError, match="ships no data sets"):
        select("bundled")


def test_a_file_holds_terms_and_comments(tmp_path):
    path = tmp_path / "sets.txt"
    path.write_text("\ufeff# mine\nWine  # small\n\nGunPoint, Beef\r\nSony*\n", encoding="utf-8")
    expected = ("Wine", "GunPoint", "Beef", "SonyAIBORobotSurface1", "SonyAIBORobotSurface2")
    assert select(f"@{path}") == expected
    assert select(f"Coffee @{path}") == ("Coffee", *expected)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no data set is named"),
        (" , ", "no data set is named"),
        ("gunpoint", "did you mean GunPoint"),
        ("Wine,ECG500", "unknown data set 'ECG500': did you mean ECG5000"),
        ("sony*", "did you mean SonyAIBORobotSurface1, SonyAIBORobotSurface2"),
        ("GunPiont*", "did you mean GunPoint"),
        ("zzz*", "shows the 128 names"),
        ("type:EGC", "did you mean .*ECG"),
        ("type:", "there are Device, ECG, "),
        ("lenght:<500", r"did you mean length:<500\?"),
        ("colour:2", "there are type, length, classes, train, test, archive"),
        ("length:short", "write a number, .* such as length:<500"),
        ("length:<1", "length goes from 15 to 2844"),
        ("classes:1", "classes goes from 2 to 60"),
    ],
)
def test_what_selects_nothing_is_refused_in_one_line_with_what_is_near(text, words):
    with pytest.raises(DatasetError, match=words) as told:
        select(text)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read .No such file"),
        (b"\xff\xfe\x00", "no text in UTF-8"),
        (b"# nothing\n", "names no data set"),
        (b"Wine\ngunpoint\n", "line 2: unknown data set 'gunpoint': did you mean GunPoint"),
        (b"@sets.txt\n", "line 1: @sets.txt: a file of names names no other"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_line(tmp_path, content, words):
    path = tmp_path / "sets.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DatasetError, match=words) as told:
        select(f"@{path}")
    assert str(told.value).startswith(f"@{path}")
    assert "\n" not in str(told.value)
