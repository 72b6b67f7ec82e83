"""Critical-difference diagrams: groups, labels that do not overlap, and when no groups are drawn."""

import itertools
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image
from test_statistics import random_values, tidy

from ucrbench.reports import box_plot, cliques, compare, comparison_matrix, critical_difference
from ucrbench.reports.draw.diagram import write_diagram
from ucrbench.reports.draw.files import save
from ucrbench.reports.draw.style import ONE_COLUMN, TWO_COLUMNS
from ucrbench.reports.stats.groups import reading


def p_matrix(names, different):
    matrix = pd.DataFrame(1.0, index=list(names), columns=list(names))
    for a, b in different:
        matrix.loc[a, b] = matrix.loc[b, a] = 0.01
    return matrix


def test_groups_come_from_the_full_matrix():
    assert cliques(p_matrix("ABC", [])) == [["A", "B", "C"]]
    assert cliques(p_matrix("ABC", ["AB"])) == [["A", "C"], ["B", "C"]]
    # A and C are linked, B between them differs from both.
    assert cliques(p_matrix("ABC", ["AB", "BC"])) == [["A", "C"]]
    assert cliques(p_matrix("ABC", ["AB", "AC", "BC"])) == []
    assert cliques(p_matrix("ABCD", ["AD"])) == [["A", "B", "C"], ["B", "C", "D"]]


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 7), st.randoms(use_true_random=False))
def test_groups_are_the_maximal_ones(k, random):
    names = [f"m{i}" for i in range(k)]
    different = [pair for pair in itertools.combinations(names, 2) if random.random() < 0.4]
    matrix = p_matrix(names, different)
    every = [
        set(group)
        for size in range(2, k + 1)
        for group in itertools.combinations(names, size)
        if not any(set(pair) <= set(group) for pair in different)
    ]
    wanted = {frozenset(group) for group in every if not any(group < other for other in every)}
    assert {frozenset(group) for group in cliques(matrix)} == wanted


def bars(figure):
    return [line for line in figure.axes[0].lines if line.get_linewidth() == 1.6]


def test_few_data_sets_draw_no_groups_and_say_so():
    few, enough = (compare(tidy(random_values(n, 4)), "knn") for n in (4, 5))
    assert bars(critical_difference(few)) == []
    assert "no significance can be shown" in reading(few)
    assert len(bars(critical_difference(enough))) == 1
    assert "no pair can be told apart whatever the scores" in reading(enough)
    assert "no pair" not in reading(compare(tidy(random_values(12, 4)), "knn"))


def test_clear_winner_is_in_no_group():
    values = random_values(20, 4)
    values["m2"] += 2
    figure = critical_difference(compare(tidy(values), "knn"))
    (bar,) = bars(figure)
    winner = [text for text in figure.axes[0].texts if text.get_text().startswith("m2")]
    assert winner[0].get_text() == "m2  1.00"
    assert bar.get_xdata()[0] > figure.axes[0].lines[0].get_xdata()[0] + 0.5


def texts_and_boxes(figure):
    texts = [text for axes in figure.axes for text in axes.texts]
    renderer = FigureCanvasAgg(figure).get_renderer()
    # Boxes are as high as the font's tallest letters; what must not touch is the ink.
    return texts, [text.get_window_extent(renderer).shrunk(0.98, 0.8) for text in texts]


def assert_apart(figure):
    texts, boxes = texts_and_boxes(figure)
    for first, second in itertools.combinations(range(len(boxes)), 2):
        overlap = boxes[first].x0 < boxes[second].x1 and boxes[second].x0 < boxes[first].x1
        overlap &= boxes[first].y0 < boxes[second].y1 and boxes[second].y0 < boxes[first].y1
        assert not overlap, (texts[first], texts[second])
    for text, box in zip(texts, boxes, strict=True):
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1, text  # noqa: PT018


@pytest.mark.parametrize("width", [ONE_COLUMN, TWO_COLUMNS])
@pytest.mark.parametrize("k", [2, 3, 5, 20])
@pytest.mark.parametrize("name", ["m{}", "a_method_of_long_name_{}", "{} of a name so long that no column can hold it"])
def test_labels_do_not_overlap(k, width, name):
    values = random_values(30, k)
    values.columns = [name.format(i) for i in range(k)]
    assert_apart(critical_difference(compare(tidy(values), "knn"), width))


def test_labels_do_not_overlap_where_all_tie():
    assert_apart(critical_difference(compare(tidy(random_values(30, 20) * 0), "knn")))


def test_two_methods_say_so_and_print_the_test():
    found = compare(tidy(random_values(12, 2)), "knn")
    figure = critical_difference(found)
    (row,) = found.pairs.itertuples()
    said = "\n".join(text.get_text() for text in figure.axes[0].texts).split("\n")
    assert f"two methods, one test: Wilcoxon p = {row.p:.3g}" in said
    assert f"{row.win} won, {row.tie} tied, {row.loss} lost by m0" in said
    assert "Of two methods there is one test" in reading(found)
    assert not any("two methods" in text.get_text() for text in critical_difference(three()).axes[0].texts)


def three():
    return compare(tidy(random_values(12, 3)), "knn")


def test_diagram_comes_with_its_numbers(tmp_path):
    found = three()
    write_diagram(found, tmp_path / "cd", "abc", ONE_COLUMN)
    assert {path.name for path in tmp_path.iterdir()} == {
        "cd.pdf",
        "cd.svg",
        "cd.png",
        "cd-ranks.csv",
        "cd-p-values.csv",
    }
    with Image.open(tmp_path / "cd.png") as image:
        assert image.width == pytest.approx(ONE_COLUMN * 300, abs=1)
    ranks = pd.read_csv(tmp_path / "cd-ranks.csv", index_col="method")
    pd.testing.assert_frame_equal(ranks, found.summary)
    pairs = pd.read_csv(tmp_path / "cd-p-values.csv")
    pd.testing.assert_frame_equal(pairs[list(found.pairs)], found.pairs)
    p = found.nemenyi()
    assert pairs["p_nemenyi"].tolist() == pytest.approx([p.loc[a, b] for a, b in pairs[["first", "second"]].to_numpy()])
    assert (pairs["dominance_low"] <= pairs["dominance_high"]).all()


def test_same_figure_same_bytes(tmp_path):
    comparison = compare(tidy(random_values(6, 3)), "knn")
    first, second = (save(critical_difference(comparison), tmp_path / name) for name in ("a", "b"))
    assert first == second
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_all_ties_can_be_drawn(tmp_path):
    comparison = compare(tidy(random_values(6, 3) * 0), "knn")
    save(critical_difference(comparison), tmp_path / "ties")
    assert np.isfinite(comparison.p_matrix().to_numpy()).all()


def test_names_are_never_cut_where_lines_fit():
    names = {"m0": "vqvae_barlow_as_published", "m1": "VQVAE + Barlow Twins (as published)"}
    values = random_values(8, 3).rename(columns=names)
    found = compare(tidy(values), "knn")
    diagram = critical_difference(found, ONE_COLUMN)
    drawn = {"diagram": diagram, "matrix": comparison_matrix(found), "boxes": box_plot(found)}
    for name, figure in drawn.items():
        axes = figure.axes[0]
        texts = [text.get_text() for text in (*axes.texts, *axes.get_yticklabels())]
        said = [re.sub(r"\s+", "", text) for text in texts]
        assert not any("…" in text for text in texts), name
        for method in values:
            assert any(text.startswith(method.replace(" ", "")) for text in said), (name, method)
