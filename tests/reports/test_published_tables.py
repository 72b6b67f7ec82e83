"""The tables of published results that ship with the package."""

import pandas as pd
import pytest

from ucrbench.datasets import catalogue
from ucrbench.results import SCORES
from ucrbench.results.published import published
from ucrbench.results.published.thesis import _FOLDER, tidy


def test_published_results_are_those_of_the_thesis():
    rows = published().query("source == 'thesis'").reset_index(drop=True)
    csv = pd.read_csv(_FOLDER / "thesis.csv")
    pd.testing.assert_frame_equal(rows, tidy(csv), check_dtype=False)
    assert len(rows) == (csv["metric"] != "stage1_seconds").sum() == 168
    row = rows.query("dataset == 'ECG5000' and variant == 'vqvae_barlow' and views == 'slice' and score == 'fid'")
    assert row[["value", "std", "runs"]].to_numpy().tolist() == [[2.555, 0.2201, 4]]
    assert not row["higher_is_better"].item()
    assert rows["variant"].notna().all()


# Cells of the sources' own files.
@pytest.mark.parametrize(
    ("source", "dataset", "variant", "score", "value", "std", "runs"),
    [
        ("timevqvae", "GunPoint", "TimeVQVAE", "fid", 0.8, 0.4, None),
        ("timevqvae", "GunPoint", "TimeVQVAE", "cas", 0.991, 0.01, None),
        ("timevqvae", "GunPoint", "TimeGAN", "inception_score", 1.6, None, None),
        ("tsml", "ArrowHead", "1NN-DTW", "accuracy", 0.7028571428571428, None, 1),
        ("tloss", "Adiac", "T-Loss (5)", "accuracy", 0.703, None, 1),
        ("archive", "Adiac", "1NN-ED", "accuracy", 0.6113, None, 1),
        ("dl4tsc", "ACSF1", "fcn", "accuracy", 0.898, 0.016432, 5),
    ],
)
def test_published_cells(source, dataset, variant, score, value, std, runs):
    rows = published()
    row = rows[(rows[["source", "dataset", "variant", "score"]] == [source, dataset, variant, score]).all(axis=1)]
    assert row["value"].item() == pytest.approx(value)
    for column, wanted in (("std", std), ("runs", runs)):
        assert row[column].isna().item() if wanted is None else row[column].item() == pytest.approx(wanted)


def test_published_tables_are_of_the_archive_and_within_bounds():
    rows = published()
    sizes = {"archive": 128, "dl4tsc": 128, "thesis": 4, "timevqvae": 128, "tloss": 125, "tsml": 112}
    assert rows.groupby("source")["dataset"].nunique().to_dict() == sizes
    assert set(rows["dataset"]) == set(catalogue())
    assert not rows.duplicated(["source", "dataset", "variant", "views", "score"]).any()
    bounds = {"accuracy": (0, 1)} | {name: score.bounds for name, score in SCORES.items()}
    for score, of in rows.groupby("score"):
        assert of["value"].between(*bounds[score]).all(), score
