"""The folder of a paper: it says what is so, and leaves alone what is not its own."""

import re
import shutil

import numpy as np
import pandas as pd
import pytest
from synthetic_store import build

from ucrbench.reports import Reading, ReportError, check, paper
from ucrbench.reports.data import external
from ucrbench.reports.draw.canvas import text_width, wrap
from ucrbench.reports.draw.style import font_family, in_print
from ucrbench.reports.paper.latex import Cell, booktabs, escape, frame_latex
from ucrbench.reports.paper.layout import layout_of
from ucrbench.results.published import published

NAMES = ["fid", "cas"]
VARIANTS = ("ae", "vae", "vqvae_vicreg")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("paper")
    datasets = [f"D{i:02}" for i in range(41)]
    # Series of the first three are drawn.
    build(folder / "out", datasets[:3], VARIANTS, seeds=(0, 1), names=NAMES)
    build(folder / "out", datasets[3:], VARIANTS, seeds=(0, 1), failed=[("D03", "vae")], names=NAMES, samples=False)
    return paper(folder / "out", folder / "paper", gaps="common")


def test_everything_is_there_and_knows_its_rows(made):
    folder = made.parent
    assert check(folder) == []
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    named = set(re.findall(r'^  "([^"]+)": \{$', (folder / "lineage.json").read_text(), re.MULTILINE))
    assert {path for path in there if "/" in path} | {"protocol.tex"} == named
    shown = set(re.findall(r"(?:input|includegraphics(?:\[.*?\])?)\{([^}]+)\}", made.read_text()))
    assert {path for path in there if path.endswith(".tex")} - {"main.tex"} <= shown
    assert {path for path in there if path.startswith("figures") and path.endswith(".pdf")} <= shown
    for kind in ("cd", "matrix", "box", "seconds"):
        assert f"figures/fid-{kind}.pdf" in there
    assert {
        "figures/fid-cd-p-values.csv",
        "figures/fid-cd.png",
        "tables/generation.csv",
        "figures/series-D00.pdf",
    } <= there
    assert re.match(r"% ucrbench rows [0-9a-f]{20}\n", (folder / "tables/fid.tex").read_text())


def test_policy_for_gaps_is_in_every_caption(made):
    text = made.read_text() + "".join(path.read_text() for path in (made.parent / "tables").glob("*.tex"))
    captions = re.findall(r"\\caption\{(.*?)\}\s*(?:\\label|\n)", text)
    about_scores = [caption for caption in captions if not caption.startswith(("Coverage", "Median over", "D0"))]
    assert len(about_scores) > 2 * 4
    for caption in about_scores:
        assert "olicy for gaps" in caption, caption
        assert "common" in caption
    assert "left out: D03" in text


def test_protocol_says_what_the_rows_say(made):
    text = (made.parent / "protocol.tex").read_text()
    for words in (
        r"We use 41 data sets of the UCR archive~\cite{dau2019ucr} (version 2018)",
        "3 methods ran with 2 seeds (0 and 1): 244 of 246 jobs finished.",
        "preset quick",
        "cpu (2 threads) with 2 threads each",
        r"\emph{common}",
        "on 256 generated series",
        "Commit: 0123456789ab.",
    ):
        assert words in text
    keys = set(re.findall(r"@\w+\{(\w+),", (made.parent / "references.bib").read_text()))
    cited = {key for found in re.findall(r"\\cite\{([^}]+)\}", text) for key in found.split(",")}
    assert {"kingma2014vae", "bardes2022vicreg", "wang2017fcn", "heusel2017fid", "holm1979"} <= cited <= keys
    assert not {"lee2021vibcreg", "zbontar2021barlow", "salimans2016is"} & cited


def test_settings_of_methods_own_stand_behind_their_variant(tmp_path):
    names = ("ae", "vqvae[codebook.codes=16]", "vqvae[codebook.codes=8]", "m:C(d=2)")
    build(tmp_path / "out", ["D"], names, names=NAMES, samples=False)
    main = paper(tmp_path / "out", tmp_path / "paper")
    text = (main.parent / "protocol.tex").read_text(encoding="utf-8").replace(r"\hspace{0pt}", "")
    own = r"(\texttt{codebook.codes=8}; \texttt{codebook.codes=16}) and \texttt{m:C(d=2)}."
    assert rf"The methods are AE~\cite{{ghosh2020rae}}, VQVAE~\cite{{oord2017vqvae,lee2023timevqvae}} {own}" in text


def test_a_number_in_a_name_is_not_broken():
    names = ("VQVAE (codes 128, lr 0.0005, eps 1e-05)", "mine:Model(lr=0.0005, eps=1e-05)")
    for name in names:
        for room in (0.7, 0.9, 1.1, 1.3):
            words = re.split(r"\s|=", wrap(name, room, most=9))
            assert {"0.0005,", "1e-05)"} <= set(words)
        frame = pd.DataFrame({"a": [1.0], name: [2.0]}, index=["D"])
        heads = re.split(r" \\\\ |\s|=|\\end", frame_latex(frame, "Data set", "A table.", "t"))
        assert {"0.0005,", "1e-05)"} <= set(heads)


def test_tables_mark_best_and_second(made):
    found = pd.read_csv(made.parent / "tables/fid.csv", index_col=0)
    line = next(line for line in (made.parent / "tables/fid.tex").read_text().splitlines() if line.startswith("D00 "))
    means = found.loc["D00", [name for name in found if name.endswith(" mean")]].sort_values()
    assert rf"\textbf{{{means.iloc[0]:.3f}}}" in line
    assert rf"\underline{{{means.iloc[1]:.3f}}}" in line
    assert line.count(r"$\pm$") == 3
    assert r"\begin{longtable}" in (made.parent / "tables/fid.tex").read_text()


def test_second_paper_keeps_what_people_wrote(tmp_path):
    build(tmp_path / "out", list("ABCDEF"), VARIANTS[:2], samples=False, names=["knn", "fid"])
    main = paper(tmp_path / "out", tmp_path / "paper")
    main.write_text("my text")
    (main.parent / "notes.txt").write_text("my notes")
    shutil.rmtree(tmp_path / "out")
    build(tmp_path / "out", list("ABCDEF"), VARIANTS[:2], samples=False, names=["knn"])
    assert {stale.path for stale in check(main.parent)} >= {"tables/fid.tex", "tables/leaderboard.csv"}
    paper(tmp_path / "out", tmp_path / "paper")
    assert main.read_text() == "my text"
    assert (main.parent / "notes.txt").read_text() == "my notes"
    assert not (main.parent / "tables/fid.tex").exists()
    assert check(main.parent) == []
    assert not list(main.parent.glob(".paper*"))


def test_folders_that_cannot_be_used(tmp_path):
    build(tmp_path / "out", ["A", "B"], samples=False, names=["knn"])
    (tmp_path / "file").write_text("")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("")
    for place, said in (
        ("file", "is a file"),
        ("full", "holds something else"),
        ("file/paper", "cannot write|is a file"),
    ):
        with pytest.raises(ReportError, match=said):
            paper(tmp_path / "out", tmp_path / place)
    with pytest.raises(ReportError, match="unknown policy"):
        paper(tmp_path / "out", tmp_path / "paper", gaps="impute")
    assert not (tmp_path / "paper").exists()


def test_several_stores_and_published_results(tmp_path, monkeypatch):
    # A paper draws three figures a score; one score of the published table will do.
    monkeypatch.setattr(external, "published", lambda: published().query("score == 'fid'"))
    for label in "AB":
        build(tmp_path / label, ["ECG5000", "FordA", "GunPoint"], ("ae", "vqvae"), samples=False, names=["fid"])
    stores = {"A": tmp_path / "A", "B": tmp_path / "B"}
    # The judge of the published values is another one than the stores'.
    main = paper(stores, tmp_path / "paper", None, "common", ["published:thesis"], reading=Reading(mix_judges=True))
    table = (main.parent / "tables/fid.tex").read_text()
    assert "2.555" in table
    assert "not as a reproduction" in table
    assert r"\cite{mathisen2024thesis}" in (main.parent / "protocol.tex").read_text()
    ranks = pd.read_csv(main.parent / "figures/fid-cd-ranks.csv")
    assert {"AE [A]", "AE [B]", "VQVAE + Barlow Twins (slice) [thesis]"} <= set(ranks["method"])
    assert check(main.parent) == []


def test_escape_leaves_no_command():
    assert escape("a_b & 5% $x$ #1 {y} ~ ^ \\z") == (
        r"a\_b \& 5\% \$x\$ \#1 \{y\} \textasciitilde{} \textasciicircum{} \textbackslash{}z"
    )


def test_escape_prints_just_the_text():
    assert escape("--x---") == "-{}-x-{}-{}-"
    assert escape("[a] ,, ''") == "{[}a{]} ,{}, '{}'"
    assert escape("日\x07 é") == "U+65E5 é"
    assert escape("a\nb") == "a b"


def test_wide_tables_come_in_parts_of_whole_columns():
    lines = [("row", [Cell(f"{i}.123456 ± 0.123456", 1) for i in range(20)])]
    text = booktabs("Name", [f"a_head_of_some_length_{i}" for i in range(20)], lines, "What. ", "x/y z", "abc")
    assert text.startswith("% ucrbench rows abc\n")
    parts = re.findall(r"\\begin\{tabular\}\{(l r*|lr*)\}", text)
    assert sum(part.count("r") for part in parts) == 20
    assert len(parts) > 2
    assert re.findall(r"\\label\{(.*?)\}", text)[:2] == ["tab:x-y-z", "tab:x-y-z-2"]
    assert f"Part 1 of {len(parts)}." in text
    assert [re.search(rf"textbf\{{{i}\.123456\}}", text) is not None for i in range(20)] == [True] * 20


def test_two_columns_have_tables_and_figures_of_a_column_or_across(tmp_path):
    build(tmp_path / "out", [f"D{i:02}" for i in range(42)], VARIANTS[:2], samples=False, names=[*NAMES, "knn"])
    for columns in (1, 2):
        paper(tmp_path / "out", tmp_path / f"paper{columns}", columns=columns)
    one, two = ((tmp_path / f"paper{columns}") for columns in (1, 2))
    assert r"\documentclass[10pt,a4paper]{article}" in (one / "main.tex").read_text()
    assert r"\documentclass[10pt,a4paper,twocolumn]{article}" in (two / "main.tex").read_text()
    written = {path.stem: path.read_text() for path in (two / "tables").glob("*.tex")}
    assert r"\begin{table}[htbp]" in written["knn"]
    assert all(text.count(r"\begin{table") == text.count(r"\end{table") for text in written.values())
    assert not any("longtable" in text for text in written.values())
    assert r"\begin{longtable}" in (one / "tables/knn.tex").read_text()
    # A table over pages is several tables: every row once, and no label twice.
    assert re.findall(r"^D\d\d", written["knn"], re.MULTILINE) == [f"D{i:02}" for i in range(42)]
    assert re.findall(r"\\label\{(.*?)\}", written["knn"]) == ["tab:knn", "tab:knn-row-22"]
    assert "Rows 22 to 42 of 42." in written["knn"]
    for name, width in (("knn-cd", 3.4), ("knn-box", 3.4), ("knn-seconds", 3.4)):
        assert [width_of(folder / f"figures/{name}.pdf") for folder in (one, two)] == [7.0, width]
    assert "%" not in re.sub(r"(?<!\\)%.*", "", (two / "main.tex").read_text())  # no half-written placeholder
    assert check(two) == []
    with pytest.raises(ReportError, match="a paper of 3 columns; it has 1 or 2"):
        paper(tmp_path / "out", tmp_path / "paper3", columns=3)


def test_a_table_spans_two_columns_where_one_is_too_narrow():
    def begun(n, columns):
        lines = [("row", [Cell("0.1234 ± 0.0012")] * n)]
        text = booktabs("Name", ["head"] * n, lines, "What.", "x", layout=layout_of(columns))
        return re.findall(r"\\begin\{(table\*?)\}\[htbp\]", text)

    assert [begun(n, 2) for n in (3, 5, 14)] == [["table"], ["table*"], ["table*"] * 2]
    assert [begun(n, 1) for n in (3, 5, 14)] == [["table"], ["table"], ["table"] * 2]


def test_what_spans_two_columns_comes_last_or_has_the_pages_for_itself():
    one, two = layout_of(1), layout_of(2)
    assert one.section("A", ["x"], []) == ["", r"\clearpage\section*{A}", "x"]
    assert two.section("A", ["x"], ["y"]) == ["", r"\twocolumn\section*{A}", "x", "y"]
    assert two.section("A", [], ["y"]) == ["", r"\onecolumn\section*{A}", "y"]
    assert two.section("", ["x"], []) == ["", r"\twocolumn", "x"]


def test_a_picture_too_wide_is_shrunk_and_one_far_too_wide_is_turned():
    one, two = layout_of(1), layout_of(2)
    assert one.fitted(470, False) == two.fitted(240, False) == two.fitted(490, True) == ""
    assert one.fitted(600, False) == two.fitted(290, False) == r"[width=\linewidth]"
    assert "angle=90" in one.fitted(640, False)
    assert "angle=90" in two.fitted(700, True)
    assert [two.wide(points) for points in (245, 290, 300)] == [False, False, True]


def width_of(path):
    """The width of a PDF's page in inches."""
    return round(float(re.search(rb"/MediaBox \[ ?0 0 ([\d.]+)", path.read_bytes())[1]) / 72, 2)


def test_figures_have_the_letters_of_a_document_in_papers_alone(made):
    figures = list((made.parent / "figures").glob("*.pdf"))
    assert all(b"Serif" in path.read_bytes() or b"Roman" in path.read_bytes() for path in figures)
    assert font_family() == ["DejaVu Sans"]
    with in_print():
        assert "DejaVu Sans" not in font_family()
        printed = text_width("mean rank")
    assert text_width("mean rank") != printed


def test_frames_keep_whole_numbers_whole():
    frame = pd.DataFrame({"n": [3, 0], "x": [0.5, np.nan], "s": ["a&b", None]}, index=["p", "q"])
    text = frame_latex(frame, "First", "Caption.", "label", 2)
    assert r"p & 3 & 0.50 & a\&b \\" in text
    assert r"q & 0 & -- & -- \\" in text
