"""Critical-difference diagrams: groups, labels that do not overlap, and when no groups are drawn."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from test_statistics import random_values, tidy

from ucrbench.reports import cliques, compare, critical_difference
from ucrbench.reports.canvas import save
from ucrbench.reports.diagram import ONE_COLUMN, TWO_COLUMNS, reading


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
    return [line for line in figure.axes[0].lines if line.get_linewidth() == 2.2]


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


@pytest.mark.parametrize(("k", "width"), [(2, ONE_COLUMN), (5, ONE_COLUMN), (5, TWO_COLUMNS), (20, TWO_COLUMNS)])
def test_labels_do_not_overlap(k, width):
    values = random_values(30, k)
    values.columns = [f"a_method_of_long_name_{i}"[-(28 if width == TWO_COLUMNS else 12) :] for i in range(k)]
    figure = critical_difference(compare(tidy(values), "knn"), width)
    renderer = FigureCanvasAgg(figure).get_renderer()
    boxes = [text.get_window_extent(renderer) for text in figure.axes[0].texts]
    # Boxes are as high as the font's tallest letters; what must not touch is the ink.
    shrunk = [box.shrunk(0.98, 0.8) for box in boxes]
    for first, second in itertools.combinations(range(len(boxes)), 2):
        overlap = shrunk[first].x0 < shrunk[second].x1 and shrunk[second].x0 < shrunk[first].x1
        overlap &= shrunk[first].y0 < shrunk[second].y1 and shrunk[second].y0 < shrunk[first].y1
        assert not overlap, (figure.axes[0].texts[first], figure.axes[0].texts[second])
    inside = figure.bbox
    assert all(box.x0 >= inside.x0 and box.x1 <= inside.x1 and box.y0 >= inside.y0 for box in boxes)


def test_same_figure_same_bytes(tmp_path):
    comparison = compare(tidy(random_values(6, 3)), "knn")
    first, second = (save(critical_difference(comparison), tmp_path / name) for name in ("a", "b"))
    assert first == second
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_all_ties_can_be_drawn(tmp_path):
    comparison = compare(tidy(random_values(6, 3) * 0), "knn")
    save(critical_difference(comparison), tmp_path / "ties")
    assert np.isfinite(comparison.p_matrix().to_numpy()).all()
