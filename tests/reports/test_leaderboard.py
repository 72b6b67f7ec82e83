"""The leaderboard: its numbers, its marks, and its layout in a terminal."""

import re

import numpy as np
import pandas as pd
import pytest
from synthetic_store import VARIANTS, build

from ucrbench.reports import leaderboard, leaderboard_lines, leaderboard_text, score_table, select
from ucrbench.reports.paper.latex import leaderboard_latex, score_table_latex
from ucrbench.reports.stats.tables import board_places
from ucrbench.results import ResultStore


def test_leaderboard(tmp_path):
    scores = build(tmp_path, ["A", "B"], samples=False).scores()
    board = leaderboard(scores)
    assert list(board.index) == ["ae", "vae", "vqvae", "vqvae_vicreg", "vqvae_barlow"]
    assert board["knn", "mean_rank"].sum() == 15
    wanted = scores[(scores["score"] == "knn") & (scores["variant"] == "ae")]["value"].round(4).mean()
    assert board.loc["ae", ("knn", "mean")] == pytest.approx(wanted)
    assert np.isnan(board.loc["ae", ("knn_continuous", "mean")])
    assert "inception_score_std" not in board.columns.get_level_values("score")
    text = leaderboard_text(board)
    assert re.fullmatch(r"0\.\d{3} \(\d\.\d\d\)", text.loc["vqvae", "FID"])
    assert text.loc["ae", "Codebook perplexity"] == "–"


def test_best_is_bold_and_second_underlined(tmp_path):
    scores = build(tmp_path, ["A"], variants=["ae", "vae"], samples=False).scores()
    table = score_table(scores, "knn")
    best = table.mean.loc["A"].idxmax()
    assert table.place.loc["A", best] == 1
    latex = score_table_latex(table)
    assert rf"\textbf{{{table.text.loc['A', best]}}}" in latex
    assert latex.count(r"\underline{") == 1
    assert r"\toprule" in latex
    scores["value"] = 0.5
    assert (score_table(scores, "knn").place == 0).all().all()


def test_bold_marks_the_best_of_the_figure_that_it_is_on():
    """Method a has the best mean rank, b the best mean: two wins by a hair against a loss by far."""
    values = {"a": [1.0, 1.0, 9.0], "b": [1.1, 1.1, 2.0]}
    frame = pd.DataFrame(
        [
            {"dataset": dataset, "variant": name, "views": "none", "seed": 0, "score": "fid", "value": value}
            for name, column in values.items()
            for dataset, value in zip("ABC", column, strict=True)
        ]
    ).assign(higher_is_better=False)
    board = leaderboard(frame)
    places = board_places(board, frame)
    assert places["fid", "mean"].to_dict() == {"a": 2, "b": 1}
    assert places["fid", "mean_rank"].to_dict() == {"a": 1, "b": 2}
    lines = leaderboard_latex(board, places, "").splitlines()
    assert any(r"\underline{3.667} (\textbf{1.33})" in line for line in lines)
    assert any(r"\textbf{1.400} (\underline{1.67})" in line for line in lines)


def test_what_is_equal_as_it_is_shown_has_no_mark():
    frame = pd.DataFrame(
        {
            "dataset": ["A", "A"],
            "variant": ["a", "b"],
            "views": "none",
            "seed": 0,
            "score": "fid",
            "value": [1.0, 1.0001],
        }
    ).assign(higher_is_better=False)
    assert (board_places(leaderboard(frame), frame) == 0).all(axis=None)


@pytest.mark.parametrize("width", [40, 80, 120, 160])
def test_a_leaderboard_fits_the_terminal(tmp_path, width):
    variants = (*VARIANTS, "vqvae_barlow_as_published", "mymodels.diffusion:ALatentDiffusionModel")
    build(tmp_path / "out", ["A", "B"], variants, samples=False)
    board = leaderboard(select(ResultStore(tmp_path / "out")).scores)
    text = leaderboard_lines(board, width)
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text
    wanted = leaderboard_text(board)
    numbers = re.findall(r"\d+\.\d+ \(\d\.\d\d\)" if "(mean rank)" in text else r"\d+\.\d+", text)
    cells = [cell for column in wanted for cell in wanted[column] if "(" in cell or "(mean rank)" not in text]
    means = [cell if "(mean rank)" in text else cell.split(" ")[0] for cell in cells]
    assert sorted(numbers) == sorted(mean for mean in means if mean != "–")
    shown = re.sub(r"[\s_]+", "", text)
    if width == 40:
        for name in ("VQVAE+BarlowTwins(aspublished)", "mymodels.diffusion:ALatentDiffusionModel"):
            assert name.replace("_", "") in re.sub(r"\d+\.\d+\(\d\.\d\d\)", "", shown)
