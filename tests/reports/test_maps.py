"""Maps of latents and of generated series: where the points lie, and that every class and method is drawn."""

import numpy as np
import pytest
from test_charts import NAMES, strokes, texts
from test_diagram import assert_apart

from ucrbench.reports import ReportError, generated_map, latent_map
from ucrbench.reports.draw import maps
from ucrbench.reports.draw.files import save
from ucrbench.reports.draw.legend import legend_strip
from ucrbench.reports.draw.palette import class_colours, colours
from ucrbench.reports.draw.style import TWO_COLUMNS
from ucrbench.reports.stats.projection import project


def test_principal_components_are_those_of_the_first_rows():
    rng = np.random.default_rng(0)
    line = np.outer(np.linspace(-1, 1, 50), [3.0, 4.0]) + 7
    found = project(line, rng.normal(size=(20, 2)))
    fitted, other = found.points
    assert found.share == pytest.approx(1)
    assert np.abs(fitted[:, 1]).max() < 1e-9
    assert np.ptp(fitted[:, 0]) == pytest.approx(10)
    assert other.shape == (20, 2)
    assert project(line[:, :1]).points[0].shape == (50, 2)
    with pytest.raises(ReportError, match="all of them finite"):
        project(line * np.nan)
    with pytest.raises(ReportError, match="no map 'umap'"):
        project(line, how="umap")


def test_tsne_keeps_clusters_apart_and_is_seeded():
    rng = np.random.default_rng(0)
    groups = [rng.normal(centre, 0.1, (30, 8)) for centre in (0, 20)]
    first, second = (project(*groups, how="tsne").points for _ in range(2))
    np.testing.assert_array_equal(first[0], second[0])
    centres = [points.mean(axis=0) for points in first]
    spread = max(np.linalg.norm(points - centre, axis=1).mean() for points, centre in zip(first, centres, strict=True))
    assert np.linalg.norm(centres[0] - centres[1]) > 3 * spread


@pytest.mark.parametrize("how", ["pca", "tsne"])
def test_maps_draw_every_class_and_method(tmp_path, monkeypatch, how):
    rng = np.random.default_rng(0)
    y = np.arange(60) % 3
    z = rng.normal(size=(60, 5)) + 4 * y[:, None]
    figure = latent_map({"train": z, "test": z[:30], "y_train": y, "y_test": y[:30]}, how)
    said = texts(figure)
    assert "squares: train (60), dots: test (30)" in said
    assert {"class 0", "class 1", "class 2"} <= set(said)
    for shade in class_colours({"y_train": y, "y_test": y}).values():
        train, test, legend = strokes(figure, shade)
        # Two ends of next to no length and a gap, of each point.
        assert [len(points) for points in (train, test, legend)] == [60, 30, 3]
    name = {"pca": "principal component", "tsne": "t-SNE"}[how]
    assert {f"{name} 1", f"{name} 2"} <= set(said)
    assert_apart(figure)
    alone = latent_map({"train": z, "test": z, "y_train": y, "y_test": y}, how, legend=False)
    assert len(texts(alone)) == {"pca": 4, "tsne": 3}[how]
    named = latent_map({"train": z, "test": z, "y_train": y, "y_test": y}, how, legend=False, title=NAMES[-1])
    assert NAMES[-1] in " ".join(texts(named)).replace("\n", " ")
    assert_apart(named)
    monkeypatch.setattr(maps, "MOST_TSNE", 240)
    generated = {name: rng.normal(size=(500, 38)) for name in NAMES}
    figure = generated_map(rng.normal(size=(20, 40)), generated, how)
    shown = [axes for axes in figure.axes if axes.get_visible()]
    assert len(shown) == 5
    assert all(len(axes.collections[1].get_offsets()) == {"pca": 400, "tsne": 40}[how] for axes in shown)
    save(figure, tmp_path / "map")
    with pytest.raises(ReportError, match="no generated series"):
        generated_map(rng.normal(size=(20, 40)), {"ae": np.empty((0, 40))})


def test_a_legend_alone_names_all_with_their_colours():
    shades = colours([*NAMES, *(f"method {number}" for number in range(14))])
    figure = legend_strip(shades, more=7)
    assert [text.replace("\n", " ") for text in texts(figure)] == [*shades, "and 7 more"]
    assert [line.get_color() for line in figure.axes[0].lines] == list(shades.values())
    assert figure.get_figwidth() <= TWO_COLUMNS
    assert_apart(figure)
