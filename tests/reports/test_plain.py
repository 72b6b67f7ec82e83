"""One score as a table without the site."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from synthetic_store import build

from ucrbench.reports import Reading, ReportError, compare, select_stores, write_table
from ucrbench.reports.paper import plain


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    out = tmp_path_factory.mktemp("plain") / "out"
    build(out, ["A", "B", "C"], ("ae", "vqvae"), seeds=(0, 1), samples=False, names=["fid", "knn"])
    return out


@pytest.fixture(scope="module")
def comparison(store):
    return compare(select_stores(store).scores, "fid")


def test_csv_has_means_over_seeds_and_mean_ranks(store, comparison, tmp_path):
    table = pd.read_csv(write_table(store, "fid", tmp_path / "new" / "fid.csv"), index_col=0)
    assert list(table) == ["AE", "VQVAE"]
    assert list(table.index) == ["A", "B", "C", "mean rank"]
    rows = select_stores(store).scores.query("score == 'fid' and method == 'ae' and dataset == 'B'")
    assert table.loc["B", "AE"] == pytest.approx(rows["value"].mean())
    assert table.loc["mean rank"].tolist() == comparison.summary["mean_rank"][["ae", "vqvae"]].tolist()


def test_markdown_and_latex_have_a_row_of_ranks(store, comparison, tmp_path):
    ranks = comparison.summary["mean_rank"]
    text = write_table(store, "fid", tmp_path / "fid.md", reading=Reading(rename={"ae": "a|b"})).read_text()
    assert text.splitlines()[0] == r"| data set | VQVAE | a\|b |"
    assert f"| mean rank | {ranks['vqvae']:.2f} | {ranks['ae']:.2f} |" in text
    text = write_table(store, "fid", tmp_path / "fid.tex").read_text()
    assert rf"mean rank & {ranks['ae']:.2f} & {ranks['vqvae']:.2f} &  \\" in text


def test_excel_needs_openpyxl(store, tmp_path, monkeypatch):
    monkeypatch.setattr(plain, "find_spec", lambda name: None)
    with pytest.raises(ReportError, match=r"need the extra: pip install 'ucrbench\[excel\]', or .* write csv"):
        write_table(store, "fid", tmp_path / "fid.xlsx")
    assert not list(tmp_path.iterdir())


def test_a_workbook_has_the_numbers_of_the_csv(store, tmp_path):
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl is not installed")
    reading = Reading(rename={"ae": "=1+1\x07", "vqvae": "Größe_50% & µ"})
    csv = pd.read_csv(write_table(store, "fid", tmp_path / "fid.csv", reading=reading), index_col=0)
    path = write_table(store, "fid", tmp_path / "fid.xlsx", reading=reading)
    table = pd.read_excel(path, index_col=0)
    assert set(table) == {"=1+1", "Größe_50% & µ"}
    assert list(table.index) == ["A", "B", "C", "mean rank"]
    np.testing.assert_allclose(table.to_numpy(), csv.to_numpy(), rtol=1e-12)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["fid"]
    kinds = [[cell.data_type for cell in row] for row in book["fid"].iter_rows()]
    assert kinds == [["s"] * 3, *[["s", "n", "n"]] * 4]


def test_what_cannot_be_written_is_said_in_a_line(store, tmp_path):
    with pytest.raises(ReportError, match="there is no score 'cas' here; there are: fid, knn"):
        write_table(store, "cas", tmp_path / "cas.csv")
    with pytest.raises(ReportError, match="says of no format; there are: csv, xlsx, tex, md"):
        write_table(store, "fid", tmp_path / "fid.doc")
    (tmp_path / "file").write_text("")
    with pytest.raises(ReportError, match="cannot write"):
        write_table(store, "fid", tmp_path / "file" / "fid.csv")


def test_the_command_prints_the_path(store, tmp_path):
    command = [sys.executable, "-m", "ucrbench.bench", "table", str(store), "--score", "fid", "--format", "md"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "fid.md\n"), done.stderr
    assert (tmp_path / "fid.md").is_file()
