"""Pictures: what they show is what the frames say, labels stay apart, colours stay the same."""

import os
import subprocess
import sys
from contextlib import nullcontext
from itertools import pairwise
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from test_diagram import assert_apart
from test_statistics import random_values, tidy

from ucrbench.reports import (
    ReportError,
    box_plot,
    codebook_use,
    compare,
    comparison_matrix,
    critical_difference,
    latent_map,
    real_against_generated,
    scatter,
    seconds_against_score,
    training_curves,
)
from ucrbench.reports.draw.canvas import chart, logarithmic
from ucrbench.reports.draw.charts import label_chart
from ucrbench.reports.draw.curves import quantities, training_curve
from ucrbench.reports.draw.files import save, svg_text
from ucrbench.reports.draw.palette import colours
from ucrbench.reports.draw.style import ONE_COLUMN, TWO_COLUMNS, in_print

NAMES = ["ae", "vae", "mine:A$B_{x}", "<script>&%#", "😀 of a name so long that no column can ever hold all of it"]


@pytest.fixture(scope="module")
def values():
    return random_values(30, 5).set_axis(NAMES, axis=1)


def texts(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_matrix_says_what_the_comparison_says(values):
    found = compare(tidy(values), "knn")
    figure = comparison_matrix(found)
    pair = found.pairs.set_index(["first", "second"])[["win", "tie", "loss"]].loc[("ae", "vae")]
    said = texts(figure)
    assert f"{pair['win']} / {pair['tie']} / {pair['loss']}" in said
    assert f"{pair['loss']} / {pair['tie']} / {pair['win']}" in said
    median = np.median(values["ae"] - values["vae"])
    assert f"{median:+.4f}" in said
    assert f"{-median:+.4f}" in said
    assert_apart(figure)
    assert_apart(comparison_matrix(compare(tidy(random_values(12, 2) * 0), "knn")))


def test_matrix_of_missing_values(values):
    holed = values.copy()
    holed.iloc[:20, 0] = np.nan
    assert "-inf" in texts(comparison_matrix(compare(tidy(holed), "knn", gaps="worst")))


@pytest.mark.parametrize("score", ["knn", "fid"])
def test_scatter_counts_and_colours(values, score):
    found = compare(tidy(values, score), score)
    figure = scatter(found, "vae", "ae")
    pair = found.pairs.set_index(["first", "second"])[["win", "tie", "loss"]].loc[("ae", "vae")]
    title = figure.axes[0].get_title()
    assert title.endswith(f"{pair['loss']} won, {pair['tie']} tied, {pair['win']} lost")
    drawn = [to_hex(colour) for colour in figure.axes[0].collections[0].get_facecolors()]
    assert drawn.count(colours(NAMES)["vae"]) == pair["loss"]
    assert drawn.count(colours(NAMES)["ae"]) == pair["win"]
    with pytest.raises(ReportError, match="no method 'nobody'"):
        scatter(found, "ae", "nobody")


def test_one_colour_per_method_in_every_picture(values):
    scores = pd.concat([tidy(values), tidy(values[NAMES[2:]], "fid")])
    wanted = colours(NAMES)
    assert len(set(wanted.values())) == 5
    for score in ("knn", "fid"):
        found = compare(scores, score)
        dots = critical_difference(found).axes[0].lines
        drawn = [line.get_markerfacecolor() for line in dots if line.get_markersize() == 4.5]
        assert sorted(drawn) == sorted(wanted[name] for name in found.values)
        boxes = [to_hex(patch.get_facecolor()) for patch in box_plot(found).axes[0].patches]
        assert boxes == [wanted[name] for name in found.summary.index]


def test_seconds_are_those_of_the_data_sets_compared_on(values):
    holed = values.copy()
    holed.iloc[0, 0] = np.nan
    jobs = pd.DataFrame(
        [
            {"method": name, "dataset": dataset, "status": "ok", "device": "cpu", "seconds_total": 10.0 + number}
            for number, dataset in enumerate(values.index)
            for name in NAMES[:4]
        ]
    )
    figure = seconds_against_score(tidy(holed), jobs, "knn", gaps="common")
    points = {line.get_color(): line for line in figure.axes[0].lines}
    line = points[colours(NAMES)["vae"]]
    assert line.get_xdata()[0] == pytest.approx(10 + np.arange(1, 30).mean())
    assert line.get_ydata()[0] == pytest.approx(values["vae"].iloc[1:].mean())
    assert len(figure.axes[0].lines) == 4
    with pytest.raises(ReportError, match="whose time is known"):
        seconds_against_score(tidy(values), jobs.assign(status="failed"), "knn")


def curve(stage, n=300):
    return pd.DataFrame({"stage": stage, "step": range(n), "name": "loss", "value": np.linspace(2, 1, n)})


def strokes(figure, colour):
    """The lines of a colour, each as points (n, 2) in inches."""
    return [line.get_xydata() for line in figure.axes[0].lines if line.get_color() == colour]


def test_training_curves_have_a_panel_per_stage():
    frames = {"vqvae": pd.concat([curve("autoencoder"), curve("prior")]), "ae": curve("autoencoder", 50)}
    figure = training_curves(frames, NAMES)
    assert {"autoencoder, loss", "prior, loss", "vqvae", "ae", "299 steps"} <= set(texts(figure))
    chosen = colours([*NAMES, *frames])
    first, second, legend = strokes(figure, chosen["vqvae"])
    assert [len(first), len(second), len(legend)] == [80, 80, 2]
    assert first[:, 0].max() < second[:, 0].min()
    assert [len(points) for points in strokes(figure, chosen["ae"])] == [50, 2]
    # Means of equal stretches of a straight line lie on a straight line, and in the middle of the panel on average.
    np.testing.assert_allclose(np.diff(first[:, 1], 2), 0, atol=2e-2)
    frame = max(strokes(figure, "#8a8a8a"), key=lambda points: points[0, 1])
    assert first[:, 1].mean() == pytest.approx(frame[:, 1].mean() + np.ptp(frame[:, 1]) / 6, abs=0.02)
    with pytest.raises(ReportError, match="no training losses"):
        training_curves({"ae": curve("autoencoder").assign(name="time")})


def test_curves_that_span_much_are_drawn_on_a_logarithmic_scale():
    values = np.array([1000.0, 100.0, 10.0, 1.0])
    frame = pd.DataFrame({"stage": "prior", "step": range(4), "name": "loss", "value": values})
    figure = training_curve({"ae": frame}, "prior", "loss")
    (points,) = strokes(figure, colours(["ae"])["ae"])
    np.testing.assert_allclose(np.diff(points[:, 1]), np.diff(points[:, 1])[0])
    assert {"prior, loss (log scale)", "1000", "1", "3 steps"} <= set(texts(figure))
    assert quantities({"ae": pd.concat([frame.assign(name="kl"), frame])}) == [("prior", "loss"), ("prior", "kl")]


def test_codebook_use_by_hand():
    figure = codebook_use({"vqvae": np.array([4, 0, 4, 4, 4]), "vqvae_barlow": np.array([0, 0, 9, 0, 0])})
    assert [axes.get_title() for axes in figure.axes] == [
        "vqvae: 4 of 5 codes used, perplexity 4.0",
        "vqvae_barlow: 1 of 5 codes used, perplexity 1.0",
    ]
    assert [bar.get_height() for bar in figure.axes[0].patches] == [0.25, 0.25, 0.25, 0.25, 0]
    with pytest.raises(ReportError, match="no method"):
        codebook_use({"ae": np.zeros(4)})


def test_hostile_names_can_be_drawn(values, tmp_path):
    found = compare(tidy(values), "knn")
    curves = {name: curve("autoencoder", 9) for name in NAMES}
    figures = [comparison_matrix(found), box_plot(found), scatter(found, *NAMES[2:4]), training_curves(curves)]
    for number, figure in enumerate(figures):
        svg = save(figure, tmp_path / str(number), png=True)
        assert "<script" not in svg


def test_series_are_drawn_once_in_every_panel():
    x = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 1.0], [0.0, 0.5, 1.0]])
    made = {"unconditional": x[:2], "conditional": x[:1], "conditional_labels": np.array([1])}
    figure = real_against_generated((x, np.array([0, 1, 1])), {"ae": made, "raw": {}})
    said = texts(figure)
    assert [said.count(text) for text in ("all classes", "class 0", "class 1", "none")] == [1, 1, 1, 1 + 3]
    (real,) = strokes(figure, "#1a1a1a")
    (ae,) = strokes(figure, colours(["ae"])["ae"])
    # Three series of all classes, one of class 0, two of class 1; then two, none and one. A gap ends each.
    assert len(real) == 6 * 4
    assert len(ae) == 3 * 4
    assert np.isnan(real[3::4]).all()
    np.testing.assert_allclose(real[1, 1] - real[0, 1], (0.55 - 0.04) / 1.3)


@pytest.mark.parametrize("settings", [{"font.size": 30.0, "lines.linewidth": 9.0, "path.sketch": (3, 9, 2)}])
def test_settings_of_the_user_change_no_picture(values, settings):
    def drawn():
        found = compare(tidy(values), "knn")
        latents = {"train": np.eye(4), "test": np.eye(4), "y_train": np.arange(4), "y_test": np.arange(4)}
        figures = critical_difference(found), box_plot(found), latent_map(latents)
        return [svg_text(figure) for figure in figures]

    wanted = drawn()
    with mpl.rc_context(settings):
        before = dict(mpl.rcParams)
        assert drawn() == wanted
        assert dict(mpl.rcParams) == before


def test_matplotlibrc_with_tex_is_not_read(tmp_path):
    rc = Path(__file__).parents[3] / "shared" / "cases" / "matplotlibrc-usetex"
    text = rc.read_text(encoding="utf-8") if rc.is_file() else "text.usetex: True\nsavefig.bbox: tight\n"
    (tmp_path / "matplotlibrc").write_text(text, encoding="utf-8")
    code = (
        "import numpy as np; from ucrbench.reports import real_against_generated; "
        "from ucrbench.reports.draw.files import save; "
        "save(real_against_generated((np.eye(3), np.arange(3)), {}), 'figure', png=True)"
    )
    environment = {**os.environ, "MATPLOTLIBRC": str(tmp_path / "matplotlibrc")}
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path, env=environment)
    assert "real" in (tmp_path / "figure.svg").read_text(encoding="utf-8")
    assert (tmp_path / "figure.pdf").stat().st_size > 1000


def test_numbers_in_texts_are_whole(tmp_path):
    figure = comparison_matrix(compare(tidy(random_values(12, 2)), "knn"))
    svg = save(figure, tmp_path / "matrix")
    for text in texts(figure):
        assert text in svg


@pytest.mark.parametrize("width", [ONE_COLUMN, TWO_COLUMNS])
@pytest.mark.parametrize("printed", [False, True])
def test_no_text_leaves_its_chart(width, printed):
    names = ["a_rather_long_package.with_modules:AndAModel", "VQVAE + Barlow Twins", "c"]
    rows = tidy(random_values(12, 3).set_axis(names, axis=1), "knn_continuous")
    jobs = rows.assign(
        method=rows["variant"], status="ok", seconds_total=9.0, device="NVIDIA H100 80GB HBM3 (16 threads)"
    )
    shares = pd.DataFrame(np.eye(3), index=names, columns=[0.1, 0.5, 1.0])
    with in_print() if printed else nullcontext():
        found = compare(rows, "knn_continuous")
        drawn = {
            "box": box_plot(found, width),
            "seconds": seconds_against_score(rows, jobs, "knn_continuous", width=width),
            "labels": label_chart(shares, "Linear probe (continuous), mean over 128 data sets", width),
            "diagram": critical_difference(found, width),
            "matrix": comparison_matrix(found),
        }
        for name, figure in drawn.items():
            figure.draw_without_rendering()
            said = [text for legend in figure.legends for text in legend.get_texts()]
            for axes in figure.axes:
                said += [axes.title, axes.xaxis.label, axes.yaxis.label, *axes.texts]
            for text in said:
                box = text.get_window_extent()
                over = (-box.x0, -box.y0, box.x1 - figure.bbox.x1, box.y1 - figure.bbox.y1)
                assert not text.get_text() or max(over) <= 1, (name, text.get_text())


@pytest.mark.parametrize("width", [ONE_COLUMN, TWO_COLUMNS])
@pytest.mark.parametrize(
    ("low", "high"), [(28, 4500), (2e-6, 0.3), (0.05, 8), (110, 190), (30, 120), (1e-9, 1e9), (9.8, 10.1), (0.9, 1.1e6)]
)
def test_numbers_on_logarithmic_axes_do_not_touch(width, low, high):
    figure, grid = chart(width, 0.8 * ONE_COLUMN)
    axes = grid[0, 0]
    axes.plot([low, high], [low, high], "o")
    for which in ("x", "y"):
        logarithmic(axes, which)
    figure.draw_without_rendering()
    for axis, ends in ((axes.xaxis, ("x0", "x1")), (axes.yaxis, ("y0", "y1"))):
        labels = [one for one in axis.get_ticklabels(which="both") if one.get_text()]
        assert len(labels) >= 2
        boxes = sorted([getattr(one.get_window_extent(), end) for end in ends] for one in labels)
        assert all(before[1] < after[0] for before, after in pairwise(boxes))
