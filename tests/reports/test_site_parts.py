"""The parts of the site: file names, paths taken out, light SVG."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ucrbench.reports.draw.thin import means, thin
from ucrbench.reports.draw.web import compact
from ucrbench.reports.site.names import file_names
from ucrbench.reports.site.paths import hide_paths
from ucrbench.reports.site.pictures import curves_of, drawable, map_of, series_of


@given(st.lists(st.text(min_size=1, max_size=100), max_size=12))
def test_file_names_are_safe_and_apart(names):
    files = file_names(names)
    assert len({file.lower() for file in files.values()}) == len(set(names))
    for file in files.values():
        stem = file.removesuffix(".html")
        assert stem
        assert set(stem) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
        assert len(file) < 80


def test_plain_names_keep_their_name():
    assert file_names(["GunPoint", "vqvae_barlow"]) == {
        "GunPoint": "GunPoint.html",
        "vqvae_barlow": "vqvae_barlow.html",
    }
    both = file_names(["ecg", "ECG"])
    assert "ecg.html" not in both.values()
    assert file_names(["con"])["con"].startswith("con-")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[Errno 2] No such file or directory: '/home/jo smith/data/x_TRAIN.ts'", "…/x_TRAIN.ts"),
        ('  File "/srv/a/lib/python3.11/site-packages/torch/nn/modules/conv.py", line 3', "torch/nn/modules/conv.py"),
        ('  File "/usr/lib/python3.11/json/decoder.py", line 3', "json/decoder.py"),
        ('  File "/home/user/src/models/loop.py", line 3', "…/models/loop.py"),
        ("cannot write /mnt/scratch/jo/out/scores: disk full", "cannot write …/scores: disk full"),
        ("cannot read C:\\Users\\jo\\data\\x.ts", "cannot read …/x.ts"),
        ("look into /home/jo for it", "look into ~ for it"),
        ('{"data": "/root"}', '{"data": "~"}'),
    ],
)
def test_paths_are_hidden(text, wanted):
    found = hide_paths(text)
    assert wanted in found
    assert "jo" not in found.replace("json", "")
    assert hide_paths(found) == found


@pytest.mark.parametrize(
    "text",
    ["shape (3/4) and 1/2", "see https://example.org/a/b", "a / b", "win/tie/loss", "bench/runner.py", "-1e-3/s"],
)
def test_other_text_stays(text):
    assert hide_paths(text) == text


def test_paths_are_light_and_say_the_same():
    assert compact("M 0 5 \nL 1.04 3 \nL 2 4.26 \n") == "M0 5l1-2 1 1.3"
    assert compact("M 0 1 \nL 0.0001 1 \nM 3 4 \nL 13 -996 \nz\n") == "M0 1h0M3 4l10-1000z"
    assert compact("M 1 2 \nC 1 2 3 4 5 6 \n") == "M 1 2 C 1 2 3 4 5 6"
    assert compact("M 0.5 0.5 \nL 1 0.1 \n") == "M0.5 0.5l.5-.4"


@given(st.lists(st.tuples(st.floats(-500, 500), st.floats(-500, 500)), min_size=2, max_size=50))
def test_light_paths_stay_within_a_twentieth_of_a_point(points):
    data = "M " + " L ".join(f"{x:.6f} {y:.6f}" for x, y in points)
    start, _, steps = compact(data)[1:].partition("l")
    place = [float(value) for value in start.removesuffix("h0").split()]
    numbers = [float(value) for value in re.findall(r"-?[\d.]+(?:e[-+]\d+)?", steps)] or [0.0] * (2 * len(points) - 2)
    found = np.cumsum(np.array([place, *np.reshape(numbers, (-1, 2))]), axis=0)
    np.testing.assert_allclose(found, np.array(points), atol=0.051)


def test_a_picture_for_a_page_has_no_ids_and_no_type_of_its_own():
    svg = map_of(latents_of(5), 'a "b" <c>').svg
    assert 'aria-label="Latents of a &#34;b&#34; &lt;c&gt; by class"' in svg
    assert svg.startswith('<svg class="embedding" role="img"')
    for unwanted in (" id=", "<style", "<metadata", "DejaVu", 'pt"', "clip-path", "<!--"):
        assert unwanted not in svg
    assert svg == map_of(latents_of(5), 'a "b" <c>').svg


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=300), st.integers(8, 64))
def test_thin_keeps_ends_and_extremes(values, most):
    places, shown = thin(np.array(values), most)
    assert len(places) <= max(most, 8)
    assert (np.diff(places) > 0).all()
    assert (shown.min(), shown.max()) == (min(values), max(values))
    assert (shown[0], shown[-1]) == (values[0], values[-1])


def latents_of(n):
    rows = np.random.default_rng(0).normal(size=(n, 3))
    return {"train": rows, "test": rows, "y_train": np.arange(n), "y_test": np.arange(n)}


def test_pictures_survive_what_is_degenerate():
    flat = {"train": np.ones((3, 1)), "test": np.ones((2, 1)), "y_train": np.arange(3), "y_test": np.arange(2)}
    assert "nan" not in map_of(flat, "m").svg
    assert not drawable({**flat, "train": np.ones((2, 1))})
    assert not drawable({**flat, "test": np.full((2, 1), np.inf)})
    lost = pd.DataFrame({"stage": "s", "step": [0, 1], "name": "loss", "value": [np.nan, np.inf]})
    (curve,) = curves_of({"m": lost}, ["m"]).items()
    assert curve[0] == "s, loss"
    assert "nan" not in curve[1].svg
    series = series_of((np.zeros((2, 5)), np.zeros(2, int)), {"m": {}}, ["m"]).svg
    assert series.count(">none<") == 2
    assert "nan" not in series


def test_means_of_equal_stretches():
    np.testing.assert_allclose(means(np.arange(12.0), 4), [1, 4, 7, 10])
    np.testing.assert_array_equal(means(np.arange(3.0), 4), np.arange(3))
