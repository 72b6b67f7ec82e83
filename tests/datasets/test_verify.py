"""`verify`, and the hashes on record."""

import os

import pytest
from dataset_places import BUNDLED

from ucrbench.datasets import DatasetError, data_hash, hashes, load, source, verify


def test_hashes_on_record_are_those_of_the_bundled_sets():
    assert hashes.bundled_hashes() == hashes.recorded()
    assert set(hashes.recorded()) == {
        "ACSF1",
        "ArrowHead",
        "GunPoint",
        "ItalyPowerDemand",
        "OSULeaf",
        "PickupGestureWiimoteZ",
    }


def test_untouched_sets_are_well(data_home):
    seen = []
    results = verify(progress=seen.append)
    assert seen == results
    assert {r.name: r.data_hash for r in results} == hashes.recorded()
    assert all(r.ok and r.recorded and r.source == "bundled" for r in results)
    assert not data_home.exists() or not [p for p in data_home.rglob("*") if p.is_file() and p.suffix != ".npz"]


def test_verify_reads_the_files_and_not_the_cache(archive, monkeypatch):
    monkeypatch.setattr(source, "bundled_folder", lambda: None)
    folder = archive("GunPoint")
    before = load("GunPoint").data_hash
    path = folder / "GunPoint_TEST.ts"
    stamp, text = path.stat(), path.read_text()
    at = text.index("@data") + 8
    digit = "1" if text[at] != "1" else "2"
    path.write_text(text[:at] + digit + text[at + 1 :])
    # A change that neither size nor time shows, as a disk error makes it.
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert data_hash("GunPoint") == before
    (result,) = verify()
    assert not result.ok
    assert "differ from those on record" in result.problem
    assert result.data_hash == data_hash("GunPoint") != before


def test_problems_are_reported_and_the_rest_goes_on(archive, data_home, monkeypatch):
    monkeypatch.setattr(source, "bundled_folder", lambda: None)
    (archive("ArrowHead") / "ArrowHead_TEST.ts").write_text("")
    archive("ItalyPowerDemand")
    (data_home / "FordA").mkdir()
    results = {r.name: r for r in verify()}
    assert list(results) == ["ArrowHead", "FordA", "ItalyPowerDemand"]
    assert "ArrowHead_TEST.ts is empty" in results["ArrowHead"].problem
    assert "empty folder" in results["FordA"].problem
    assert results["FordA"].source == "absent"
    assert results["ItalyPowerDemand"].ok


def test_named_sets_that_are_not_there_are_problems(data_home):
    results = verify(names=["Wafer", "GunPoint"])
    assert [r.ok for r in results] == [False, True]
    assert "ucrbench data fetch Wafer" in results[0].problem
    with pytest.raises(DatasetError, match="did you mean Wafer"):
        verify(names=["wafer"])


def test_made_sets_are_well_without_a_hash_on_record(made_archive):
    results = {r.name: r for r in verify(made_archive) if r.source == "folder"}
    assert set(results) == {"ShakeGestureWiimoteZ", "SmoothSubspace"}
    assert all(r.ok and not r.recorded and len(r.data_hash) == 64 for r in results.values())


def test_bundled_folder_is_aeons():
    assert (BUNDLED / "GunPoint" / "GunPoint_TRAIN.ts").is_file()
