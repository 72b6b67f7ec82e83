"""The catalogue against aeon's lists and the archive's own table."""

import csv

import pytest
from aeon.datasets import tsc_datasets
from dataset_places import MAKER

from ucrbench.datasets import DatasetError, catalogue, info, names


def test_catalogue_names_the_128_sets_of_aeon():
    table = catalogue()
    assert len(table) == 128
    assert set(table) == set(tsc_datasets.univariate)
    assert {n for n, i in table.items() if i.archive == 2015} == set(tsc_datasets.UCR2015)
    assert {n for n, i in table.items() if i.varies} == set(tsc_datasets.univariate_variable_length)
    assert {n for n, i in table.items() if i.missing} == set(tsc_datasets.univariate_missing_values)
    assert list(names()) == sorted(table, key=str.lower)


def test_catalogue_says_what_the_archive_publishes():
    summary = MAKER.with_name("archive-summary.csv")
    if not summary.is_file():
        pytest.skip(f"no {summary}")
    with summary.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 128
    for row in rows:
        ours = info(row["Name"])
        learned, window = row["DTW (learned_w)"].strip(" )").split(" (")
        assert (ours.type, ours.n_train, ours.n_test, ours.n_classes) == (
            row["Type"],
            int(row["Train"]),
            int(row["Test"]),
            int(row["Class"]),
        )
        assert ours.varies == (row["Length"] == "Vary")
        assert ours.varies or ours.length == int(row["Length"])
        assert ours.archive == (2015 if int(row["ID"]) <= 85 else 2018)
        assert (ours.error_ed, ours.error_dtw) == (float(row["ED (w=0)"]), float(learned))
        assert (ours.dtw_window, ours.error_dtw_full) == (int(window), float(row["DTW (w=100)"]))
        assert ours.error_default == float(row["Default rate"])


def test_facts_cannot_be_changed():
    with pytest.raises(AttributeError):
        info("GunPoint").length = 3
    with pytest.raises(TypeError):
        catalogue()["GunPoint"] = None


@pytest.mark.parametrize(
    ("wrong", "near"),
    [("gunpoint", "GunPoint"), ("ECG500", "ECG5000"), ("Italy", "ItalyPowerDemand"), ("Ford A", "FordA")],
)
def test_unknown_name_is_met_with_near_ones(wrong, near):
    with pytest.raises(DatasetError, match=f"unknown data set '{wrong}'.*{near}") as caught:
        info(wrong)
    assert "\n" not in str(caught.value)


def test_name_like_no_other_is_met_with_the_list():
    with pytest.raises(DatasetError, match="ucrbench list"):
        info("???")
