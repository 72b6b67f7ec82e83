"""The parts of the site: file names, paths taken out, light SVG."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ucrbench.reports.site.names import file_names
from ucrbench.reports.site.paths import hide_paths
from ucrbench.reports.site.pictures import embedding, series_panels, training_curves
from ucrbench.reports.site.svg import dots, line, thin


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


def test_line_lifts_the_pen_and_is_relative():
    assert line(np.array([0, 1, 2.0]), np.array([5, 3, 4.0])) == "M0 5l1-2 1 1"
    assert line(np.arange(5.0), np.array([1, 2, np.nan, 4, np.inf])) == "M0 1l1 1M3 4l0 0"
    assert line(np.array([]), np.array([])) == ""
    assert dots(np.array([1.2, 1, 0]), np.array([2, 2.1, 7])) == "M0 7h0M1 2h0"


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=300), st.integers(8, 64))
def test_thin_keeps_ends_and_extremes(values, most):
    places, shown = thin(np.array(values), most)
    assert len(places) <= max(most, 8)
    assert (np.diff(places) > 0).all()
    assert (shown.min(), shown.max()) == (min(values), max(values))
    assert (shown[0], shown[-1]) == (values[0], values[-1])


def test_pictures_survive_what_is_degenerate():
    latents = {"train": np.ones((3, 1)), "test": np.ones((2, 1)), "y_train": np.arange(3), "y_test": np.arange(2)}
    svg, _ = embedding(latents, 'a "b" <c>')
    assert "&lt;c&gt;" in svg
    assert "nan" not in svg
    flat = pd.DataFrame({"stage": "s", "step": [0, 1], "name": "loss", "value": [np.nan, np.inf]})
    (curve,) = training_curves({"m": flat}, {"m": "#000000"})
    assert "nan" not in curve.svg
    heads, rows = series_panels((np.zeros((2, 5)), np.zeros(2, int)), {"m": {}}, {"m": "#000000"})
    assert heads == ["all", "class 0"]
    assert rows[1] == ("m", [None, None])
