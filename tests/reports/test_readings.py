"""Numbers from elsewhere: how they are read is said, and error rates are told by published accuracies."""

import pandas as pd
import pytest

from ucrbench.reports import readings, select_stores
from ucrbench.reports.data.readings import doubt_of
from ucrbench.results.published import published

DATASETS = ["Adiac", "Beef", "CricketX", "ECG200", "FordA", "GunPoint", "Haptics", "Lightning7", "Wine", "Yoga"]
CLASSES = [37, 5, 12, 2, 2, 2, 5, 7, 2, 2]


@pytest.fixture(scope="module")
def accuracies():
    rows = published().query("source == 'tsml' and variant in ['HC2', 'ROCKET']")
    return rows.pivot_table(index="dataset", columns="variant", values="value").loc[DATASETS]


def test_how_a_csv_is_read_is_said_in_a_line(call, tmp_path):
    path = tmp_path / "theirs.csv"
    path.write_text("dataset,A,B\nMine,0.04,0.31\nOther,0.12,0.11\n")
    status, said, error = call("report", "--against", f"linear_probe={path}", "--to", tmp_path / "site")
    assert (status, said) == (0, f"{tmp_path}/site/index.html\n")
    assert error == (
        "ucrbench: theirs.csv is read as linear_probe (accuracy, higher is better), means of methods 0.0800 to 0.2100\n"
    )
    path.write_text("dataset,method,score,value,seed\nX,A,fid,2.5,0\nX,A,fid,3.5,1\nX,A,codebook_perplexity,9,0\n")
    (line,) = readings([str(path), "published:tsml"])
    assert line == (
        "theirs.csv is read as fid (lower is better), means of methods 3.000; "
        "codebook_perplexity (no direction), means of methods 9.00"
    )


def test_error_rates_are_told_by_published_accuracies(tmp_path, accuracies):
    for name, frame, doubted in (
        ("accuracies", accuracies, ""),
        ("mistakes", 1 - accuracies, "HC2"),
        ("one", accuracies.assign(ROCKET=1 - accuracies["ROCKET"]), "ROCKET"),
        ("guessing", pd.DataFrame({"A": 1 / pd.Series(CLASSES, DATASETS)}), ""),
        ("few", 1 - accuracies[:4], ""),
        ("own", (1 - accuracies).set_axis([f"Own{row}" for row in range(10)]), ""),
    ):
        path = tmp_path / f"{name}.csv"
        frame.rename_axis("dataset").to_csv(path)
        spec = f"knn={path}"
        doubt = f"{doubted} is low where published accuracies are high, as error rates are; if so, give 1 - error"
        assert readings([spec])[0].endswith(f"; {doubt}") == bool(doubted), name
        assert (f" {doubt}." in select_stores({}, against=[spec]).notes[0]) == bool(doubted), name


def test_of_published_classifiers_errors_are_doubted_and_accuracies_are_not():
    rows = published().query("source in ['tsml', 'archive', 'tloss']").rename(columns={"variant": "method"})
    rows = rows[rows["score"] == "accuracy"].assign(score="linear_probe")
    for method, of in list(rows.groupby("method"))[::4]:
        assert doubt_of(of) == "", method
        assert doubt_of(of.assign(value=1 - of["value"])) != "", method
