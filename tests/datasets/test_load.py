"""Loading real sets, and the cache beside them."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from dataset_places import BUNDLED

from ucrbench.datasets import DatasetError, cache, data_folder, data_hash, info, load, source


def _cache_of(folder: Path, name: str) -> Path:
    return folder / name / f"{name}.ucrbench.npz"


@pytest.mark.parametrize(
    ("name", "treatment"),
    [
        ("ItalyPowerDemand", "none"),
        ("GunPoint", "none"),
        ("ArrowHead", "none"),
        ("PickupGestureWiimoteZ", "padded"),
    ],
)
def test_bundled_sets_load_as_the_catalogue_says(name, treatment):
    data, facts = load(name), info(name)
    assert data.x_train.shape == (facts.n_train, 1, facts.length)
    assert data.x_test.shape == (facts.n_test, 1, facts.length)
    assert data.x_train.dtype == data.x_test.dtype == np.float32
    assert data.y_train.dtype == data.y_test.dtype == np.int64
    assert np.isfinite(data.x_train).all()
    assert np.isfinite(data.x_test).all()
    assert sorted(set(data.y_train)) == list(range(facts.n_classes))
    assert (data.length, data.n_classes, data.info) == (facts.length, facts.n_classes, facts)
    assert (data.treatment, data.source) == (treatment, "bundled")


def test_ten_classes_keep_their_order():
    assert load("PickupGestureWiimoteZ").classes == tuple(str(n) for n in range(1, 11))


def test_made_sets_load(made_archive):
    shake = load("ShakeGestureWiimoteZ", made_archive)
    assert shake.x_train.shape == (50, 1, 385)
    assert (shake.treatment, shake.source) == ("padded", "folder")
    smooth = load("SmoothSubspace", made_archive)
    assert smooth.x_test.shape == (150, 1, 15)
    assert smooth.treatment == "none"


def test_gaps_are_filled(local_set):
    data = load("DodgerLoopDay", local_set("DodgerLoopDay"))
    assert data.x_train.shape == (78, 1, 288)
    assert np.isfinite(data.x_train).all()
    assert data.treatment == "interpolated"


def test_longer_test_series_are_cut(local_set):
    data = load("AllGestureWiimoteY", local_set("AllGestureWiimoteY"))
    assert data.x_test.shape == (700, 1, 369)
    assert data.treatment == "cut+padded"


@pytest.mark.usefixtures("no_bundled")
def test_second_load_reads_the_cache_and_gives_the_same(archive, data_home, monkeypatch):
    archive("PickupGestureWiimoteZ")
    first = load("PickupGestureWiimoteZ")
    assert first.source == "folder"
    monkeypatch.setattr("ucrbench.datasets.reading.read_split", None)
    second = load("PickupGestureWiimoteZ")
    for field in ("x_train", "y_train", "x_test", "y_test"):
        np.testing.assert_array_equal(getattr(first, field), getattr(second, field))
    assert (second.classes, second.data_hash) == (first.classes, first.data_hash)
    assert data_hash("PickupGestureWiimoteZ") == first.data_hash


def test_bundled_set_is_cached_in_the_data_folder_and_never_beside_aeon(data_home):
    before = sorted(BUNDLED.rglob("*"))
    load("GunPoint")
    assert _cache_of(data_home, "GunPoint").is_file()
    assert sorted(BUNDLED.rglob("*")) == before
    # The folder with the cache alone must not pass for a data set.
    assert source.find("GunPoint", data_home).source == "bundled"


@pytest.mark.usefixtures("no_bundled")
@pytest.mark.parametrize("damage", ["cut", "text", "old format", "older source"])
def test_invalid_cache_is_made_again(archive, data_home, damage):
    folder = archive("ItalyPowerDemand")
    good = load("ItalyPowerDemand")
    path = _cache_of(data_home, "ItalyPowerDemand")
    whole = path.read_bytes()
    if damage == "cut":
        path.write_bytes(whole[: len(whole) // 2])
    elif damage == "text":
        path.write_text("not arrays")
    elif damage == "old format":
        with np.load(path) as kept:
            arrays = dict(kept)
        arrays["stamp"][0] -= 1
        arrays["train_values"] += 1
        np.savez(path, **arrays)
    else:
        test_file = folder / "ItalyPowerDemand_TEST.ts"
        text = test_file.read_text()
        test_file.write_text(text.replace(":1\n", ":2\n", 1))
    again = load("ItalyPowerDemand")
    assert (again.data_hash == good.data_hash) == (damage != "older source")
    assert cache.read(source.find("ItalyPowerDemand", data_home)) is not None
    assert [p.name for p in folder.iterdir() if p.suffix == ".part"] == []


def test_hash_is_of_the_content_and_not_of_the_text(data_home, archive, monkeypatch):
    bundled = data_hash("GunPoint")
    monkeypatch.setattr(source, "bundled_folder", lambda: None)
    folder = archive("GunPoint", data_home.with_name("other"))
    for path in folder.glob("*.ts"):
        head, _, rows = path.read_text().partition("@data\n")
        path.write_text("# written otherwise\n" + head + "@data\n" + rows.replace(",", ", "))
    assert data_hash("GunPoint", folder.parent) == bundled
    path = folder / "GunPoint_TEST.ts"
    text = path.read_text()
    path.write_text(text[:-10].rpartition("\n")[0] + "\n" + text.splitlines()[-2] + "\n")
    assert data_hash("GunPoint", folder.parent) != bundled


@pytest.mark.usefixtures("no_bundled")
def test_cache_that_cannot_be_written_is_no_error(archive, data_home):
    folder = archive("ItalyPowerDemand")
    _cache_of(data_home, "ItalyPowerDemand").mkdir()
    assert load("ItalyPowerDemand").x_train.shape == (67, 1, 24)
    assert not list(folder.glob("*.part"))


def test_read_only_data_folder_loads(read_only_folder):
    folder = read_only_folder / "ItalyPowerDemand"
    with pytest.raises(PermissionError):
        (folder / "x").touch()
    assert load("ItalyPowerDemand", read_only_folder).x_train.shape == (67, 1, 24)


def test_download_into_a_read_only_data_folder_is_one_line(read_only_folder, monkeypatch):
    monkeypatch.delenv("UCRBENCH_OFFLINE")
    with pytest.raises(DatasetError, match=r"GunPoint is not in .*cannot be written.*--data-dir"):
        load("GunPoint", read_only_folder)


def test_data_folder_is_looked_up_in_order(tmp_path, monkeypatch):
    monkeypatch.setenv("UCRBENCH_DATA", str(tmp_path / "ours"))
    monkeypatch.setenv("AEON_DATA", str(tmp_path / "aeon"))
    assert data_folder(tmp_path / "given") == tmp_path / "given"
    assert data_folder() == tmp_path / "ours"
    monkeypatch.delenv("UCRBENCH_DATA")
    assert data_folder() == tmp_path / "aeon"
    monkeypatch.delenv("AEON_DATA")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert data_folder() == tmp_path / "aeon_data"


def test_cached_set_needs_neither_aeon_nor_torch(data_home):
    load("GunPoint")
    code = (
        "import sys; from ucrbench.datasets import load; load('GunPoint');"
        "print(sorted({'aeon', 'torch', 'numba'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], env=os.environ, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
