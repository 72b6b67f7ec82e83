"""Pictures of a data set's page: training curves, series, latents. Of each method its first seed is shown."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from markupsafe import Markup
from sklearn.decomposition import PCA

from .svg import dots, line, picture, thin

MOST_CLASSES = 5
SERIES = 4
CURVE_POINTS = 80
_POINTS = 64
_MARKS = 160
# After Okabe and Ito (2008) and Tol (2021): ten classes can be told apart, more share colours.
CLASS_COLOURS = (
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9", "#882255", "#7b6fd0", "#8c8c8c", "#117733",
)  # fmt: skip


@dataclass(frozen=True)
class Curve:
    """One quantity over training: its stage and name, its range as text, the picture."""

    stage: str
    name: str
    low: str
    high: str
    steps: int
    logarithmic: bool
    svg: Markup


def training_curves(curves: Mapping[str, pd.DataFrame], colours: Mapping[str, str]) -> list[Curve]:
    """A picture per stage and quantity, a line per method; the losses first.

    Args:
        curves: For each method a frame (stage, step, name, value).
        colours: Colour of each method.
    """
    lines: dict[tuple[str, str], dict[str, tuple[np.ndarray, np.ndarray]]] = {}
    for method, frame in curves.items():
        for key, rows in frame.groupby(["stage", "name"], sort=False):
            lines.setdefault(key, {})[method] = (rows["step"].to_numpy(float), rows["value"].to_numpy(float))
    order = sorted(lines, key=lambda key: (key[1] != "loss", key))
    return [_curve(*key, lines[key], colours) for key in order]


def _curve(
    stage: str, name: str, lines: Mapping[str, tuple[np.ndarray, np.ndarray]], colours: Mapping[str, str]
) -> Curve:
    width, height = 480, 200
    values = np.concatenate([y for _, y in lines.values()])
    values = values[np.isfinite(values)]
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    logarithmic = low > 0 and high > 30 * low
    scale = np.log if logarithmic else np.asarray
    bottom, span = float(scale(low)), float(scale(high) - scale(low)) or 1.0
    last = max(float(x.max()) for x, _ in lines.values()) or 1.0
    body = []
    for method, (x, y) in lines.items():
        x, y = _means(x, CURVE_POINTS), _means(y, CURVE_POINTS)
        ys = height - 6 - (scale(y) - bottom) / span * (height - 12)
        body.append(f'<path stroke="{colours[method]}" d="{line(x / last * (width - 4) + 2, ys)}"/>')
    label = f"{stage}, {name}: from {low:.3g} to {high:.3g} over {last:.0f} steps, {', '.join(lines)}"
    svg = picture(width, height, label, body, "curve")
    return Curve(stage, name, f"{low:.3g}", f"{high:.3g}", int(last), logarithmic, svg)


def _means(values: np.ndarray, most: int) -> np.ndarray:
    """Means of at most `most` equal stretches: a loss is noise and trend, and the trend is what is looked for."""
    if len(values) <= most:
        return values
    starts = np.linspace(0, len(values), most, endpoint=False).astype(int)
    return np.add.reduceat(values, starts) / np.diff(starts, append=len(values))


def embedding(latents: Mapping[str, np.ndarray], method: str) -> tuple[Markup, str]:
    """Latents in the plane of their first two principal components (of the training split).

    Args:
        latents: train (n, d), test (m, d), y_train (n,), y_test (m,).
        method: Whose latents, for the label.

    Returns:
        The picture: training series as squares, test series as dots, coloured by class; and how much of the
        training variance the plane holds, as text.
    """
    width, height = 400, 300
    fitted = np.asarray(latents["train"], dtype=float)[_spread(len(latents["train"]), 4 * _MARKS)]
    with np.errstate(invalid="ignore"):  # latents that are all the same
        solver = "covariance_eigh" if fitted.shape[1] <= 512 else "randomized"
        pca = PCA(min(2, *fitted.shape), svd_solver=solver, random_state=0).fit(fitted)
    share = np.nansum(pca.explained_variance_ratio_)
    points, classes = {}, {}
    for split in ("train", "test"):
        shown = _spread(len(latents[split]), _MARKS)
        points[split] = _plane(pca.transform(np.asarray(latents[split], dtype=float)[shown]))
        classes[split] = np.asarray(latents[f"y_{split}"])[shown]
    # The outermost hundredth may leave the frame, so that one far point does not squeeze all others.
    low, high = np.nanpercentile(np.vstack(list(points.values())), [1, 99], axis=0)
    pad = np.maximum(0.08 * (high - low), 1e-9)
    low, span = low - pad, high - low + 2 * pad
    body = []
    for split, found in points.items():
        places = np.clip((found - low) / span, 0, 1) * (width - 12, height - 12) + 6
        for label, colour in classes_of(latents):
            if (of := places[classes[split] == label]).size:
                body.append(f'<path class="{split}" stroke="{colour}" d="{dots(of[:, 0], height - of[:, 1])}"/>')
    label = f"Latents of {method} by class: {len(points['train'])} training and {len(points['test'])} test series"
    return picture(width, height, label, body, "embedding"), f"{100 * share:.0f} %"


def _spread(n: int, wanted: int) -> np.ndarray:
    return np.unique(np.linspace(0, n - 1, min(n, wanted)).round().astype(int)) if n else np.empty(0, int)


def _plane(points: np.ndarray) -> np.ndarray:
    return points if points.shape[1] == 2 else np.column_stack([points[:, 0], np.zeros(len(points))])


def classes_of(latents: Mapping[str, np.ndarray]) -> list[tuple[int, str]]:
    """Classes with their colours, for the legend."""
    labels = sorted(set(np.asarray(latents["y_train"]).tolist()) | set(np.asarray(latents["y_test"]).tolist()))
    return [(label, CLASS_COLOURS[number % len(CLASS_COLOURS)]) for number, label in enumerate(labels)]


def series_panels(
    real: tuple[np.ndarray, np.ndarray], generated: Mapping[str, Mapping[str, np.ndarray]], colours: Mapping[str, str]
) -> tuple[list[str], list[tuple[str, list[Markup | None]]]]:
    """Real series and, below, what each method generates; all with the same scale.

    Args:
        real: x (n, L) and labels (n,).
        generated: For each method `unconditional` (n, L'), and where it has them `conditional` (m, L') with
            `conditional_labels` (m,).
        colours: Colour of each method.

    Returns:
        Headings of the columns (all classes, then one per class), and per row its name and its pictures; None
        where there is nothing to show.
    """
    x, y = real
    classes = [int(label) for label in np.unique(y)[:MOST_CLASSES]]
    low, high = float(np.nanmin(x)), float(np.nanmax(x))
    pad = 0.15 * (high - low) or 1.0
    limits = (low - pad, high + pad)
    rows = [("real", "currentColor", x, x, y)]
    for method, arrays in generated.items():
        none = np.empty((0, x.shape[1]))
        made, labels = arrays.get("conditional", none), arrays.get("conditional_labels", np.empty(0, int))
        rows.append((method, colours[method], arrays.get("unconditional", none), made, labels))
    shown = []
    for name, colour, free, by_class, labels in rows:
        panels = [(free, "without class"), *((by_class[labels == label], f"class {label}") for label in classes)]
        shown.append((name, [_panel(content, limits, colour, f"{name}, {what}") for content, what in panels]))
    return ["all", *(f"class {label}" for label in classes)], shown


def _panel(content: np.ndarray, limits: tuple[float, float], colour: str, label: str) -> Markup | None:
    if not content.size:
        return None
    width, height = 240, 100
    low, high = limits
    chosen = content[_spread(len(content), SERIES)]
    data = ""
    for values in chosen:
        x, y = thin(values, _POINTS)
        y = height - 2 - (np.clip((y - low) / (high - low), 0, 1)) * (height - 4)
        data += line(2 + x / max(len(values) - 1, 1) * (width - 4), y)
    return picture(width, height, f"{len(chosen)} series, {label}", [f'<path stroke="{colour}" d="{data}"/>'], "series")
