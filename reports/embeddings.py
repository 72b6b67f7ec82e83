"""Maps of latents, and of real and generated series: principal components and t-SNE."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from threadpoolctl import threadpool_limits

from .canvas import FONT_SIZE, INK, chart, fit, label, plain
from .diagram import TWO_COLUMNS
from .errors import ReportError
from .palette import colours, ordered

How = Literal["pca", "tsne"]
# Points drawn per set of rows; t-SNE, whose time grows with all of them, has fewer in all.
MOST_POINTS = 400
MOST_TSNE = 800
_TITLE = {"pca": "principal component", "tsne": "t-SNE"}
# After Okabe and Ito (2008); with more classes the mark tells, too.
_CLASSES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#7b6fd0", "#8c8c8c")
_MARKS = "osD^vPX*"


def project(fitted: np.ndarray, *others: np.ndarray, how: How = "pca", seed: int = 0) -> list[np.ndarray]:
    """Rows as points of a plane.

    Args:
        fitted: (n, d). Principal components are those of these rows.
        others: More rows (m, d). t-SNE has no map for new rows: it lays out all together.
        how: "pca" or "tsne" (exact start from principal components, perplexity 30 or a third of the rows).
        seed: Of t-SNE.

    Returns:
        (n, 2) and (m, 2) arrays in the order given.

    Raises:
        ReportError: Fewer than three rows to fit, a value that is not finite, or an unknown `how`.
    """
    every = [np.asarray(rows, dtype=float) for rows in (fitted, *others)]
    if how not in _TITLE:
        raise ReportError(f"there is no map {how!r}; there are: {', '.join(_TITLE)}")
    if len(every[0]) < 3 or not all(np.isfinite(rows).all() for rows in every):
        raise ReportError("a map needs three rows or more, all of them finite")
    if how == "pca":
        wide = every[0].shape[1] > 1
        fit_ = PCA(2 if wide else 1, random_state=seed).fit(every[0])
        points = [fit_.transform(rows) for rows in every]
        return points if wide else [np.column_stack([rows, np.zeros(len(rows))]) for rows in points]
    together = np.concatenate(every)
    perplexity = min(30.0, (len(together) - 1) / 3)
    # One thread: on a busy machine the others wait for each other longer than they work.
    with threadpool_limits(1):
        placed = TSNE(2, init="pca", perplexity=perplexity, random_state=seed).fit_transform(together)
    return np.split(placed, np.cumsum([len(rows) for rows in every])[:-1])


def latent_map(latents: Mapping[str, np.ndarray], how: How = "pca", seed: int = 0) -> Figure:
    """Draw the latents of one job by class, training series beside test series.

    Args:
        latents: As the store keeps them: `train`, `test` (n, d) and `y_train`, `y_test`. Of more than 400 rows of a
            split, 400 evenly spaced ones are drawn.
        how: As in `project`; principal components are those of the training series.
        seed: As in `project`.
    """
    splits = {}
    for split in ("train", "test"):
        kept = _spaced(len(latents[split]), _most(how, 2))
        splits[split] = (latents[split][kept], np.asarray(latents[f"y_{split}"])[kept])
    points = project(splits["train"][0], splits["test"][0], how=how, seed=seed)
    figure, grid = chart(TWO_COLUMNS, 2.8, columns=2)
    classes = np.unique(np.concatenate([y for _, y in splits.values()]))
    for axes, (split, (_, y)), placed in zip(grid[0], splits.items(), points, strict=True):
        for number, one in enumerate(classes):
            of = placed[y == one]
            style = _CLASSES[number % len(_CLASSES)], _MARKS[number // len(_CLASSES) % len(_MARKS)]
            axes.scatter(
                of[:, 0], of[:, 1], s=9, color=style[0], marker=style[1], alpha=0.8, lw=0, label=f"class {one}"
            )
        _name(axes, how, f"{split}, {len(placed)} series")
    _same_limits(grid[0], points)
    if len(classes) <= 12:
        handles, texts = grid[0, 0].get_legend_handles_labels()
        figure.legend(handles, texts, loc="outside right center", fontsize=FONT_SIZE - 1, frameon=False, labelcolor=INK)
    return figure


def generated_map(
    real: np.ndarray,
    generated: Mapping[str, np.ndarray],
    how: How = "pca",
    seed: int = 0,
    methods: Sequence[str] = (),
) -> Figure:
    """Draw generated series among real ones, a panel per method on the same map.

    Args:
        real: (n, L). Principal components are those of the real series.
        generated: By method (m, L'); series are cut to the shortest length, and evenly spaced ones drawn of many.
        how: As in `project`.
        seed: As in `project`.
        methods: All methods of the report, so that colours agree.

    Raises:
        ReportError: As `project`, or nothing was generated.
    """
    names = [name for name in ordered(generated) if len(generated[name])]
    if not names:
        raise ReportError("there are no generated series to draw")
    length = min(rows.shape[1] for rows in (real, *generated.values()))
    most = _most(how, 1 + len(names))
    content = [rows[_spaced(len(rows), most), :length] for rows in (real, *(generated[name] for name in names))]
    points = project(*content, how=how, seed=seed)
    columns = min(3, len(names))
    rows = -(-len(names) // columns)
    figure, grid = chart(TWO_COLUMNS, 2.2 * rows + 0.2, rows, columns)
    chosen = colours([*methods, *generated])
    for axes in grid.flat[len(names) :]:
        axes.set_visible(False)
    for axes, name, placed in zip(grid.flat, names, points[1:], strict=False):
        axes.scatter(*points[0].T, s=9, facecolors="none", edgecolors=INK, linewidths=0.5)
        axes.scatter(*placed.T, s=8, color=chosen[name], alpha=0.75, lw=0)
        _name(axes, how, name)
    _same_limits(grid.flat[: len(names)], points)
    figure.supxlabel("circles: real series, dots: generated", size=FONT_SIZE, color=INK)
    return figure


def _spaced(n: int, most: int) -> np.ndarray:
    return np.unique(np.linspace(0, n - 1, min(n, most)).round().astype(int)) if n else np.empty(0, int)


def _most(how: str, sets: int) -> int:
    return MOST_POINTS if how == "pca" else min(MOST_POINTS, MOST_TSNE // sets)


def _name(axes: Axes, how: str, title: str) -> None:
    axes.set(xticks=[], yticks=[])
    label(axes, f"{_TITLE[how]} 1", f"{_TITLE[how]} 2")
    axes.set_title(plain(fit(title, 2.0)), size=FONT_SIZE, color=INK)


def _same_limits(panels: Sequence[Axes], points: Sequence[np.ndarray]) -> None:
    every = np.concatenate(points)
    low, high = every.min(axis=0), every.max(axis=0)
    pad = 0.05 * (high - low) + 1e-9
    for axes in panels:
        axes.set(xlim=(low[0] - pad[0], high[0] + pad[0]), ylim=(low[1] - pad[1], high[1] + pad[1]))
