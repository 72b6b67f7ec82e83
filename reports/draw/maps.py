"""Maps of latents, and of real and generated series."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..data.errors import ReportError
from ..data.methods import ordered
from ..stats.projection import HOW, How, project
from .canvas import canvas, chart, dots, extent, fit, frame, label, plain, wrap, write
from .hover import tell
from .palette import class_colours, colours
from .style import FAINT, FONT_SIZE, INK, TWO_COLUMNS, styled
from .thin import spaced

# Points drawn per set of rows; t-SNE, whose time grows with all of them, has fewer in all.
MOST_POINTS = 400
MOST_TSNE = 800
MOST_CLASSES_NAMED = 12
_WIDTH, _HEIGHT, _LEGEND = 3.2, 2.6, 0.9
_BELOW, _LEFT = 0.32, 0.17  # of its inches, for the names of the axes and what there is to say


@styled
def latent_map(
    latents: Mapping[str, np.ndarray],
    how: How = "pca",
    seed: int = 0,
    most: int = MOST_POINTS,
    legend: bool = True,
    title: str = "",
) -> Figure:
    """Draw the latents of one job by class: training series as squares, test series as dots.

    Args:
        latents: As the store keeps them: `train`, `test` (n, d) and `y_train`, `y_test`.
        how: As in `project`; principal components are those of the training series.
        seed: As in `project`.
        most: Number of rows drawn of a split, evenly spaced where there are more.
        legend: Name the classes beside the map, if they are not too many.
        title: What to write above the map.

    Raises:
        ReportError: As `project`.
    """
    kept = {split: spaced(len(latents[split]), min(most, _most(how, 2))) for split in ("train", "test")}
    placed = project(*(latents[split][rows] for split, rows in kept.items()), how=how, seed=seed)
    shades = class_colours(latents)
    legend = legend and len(shades) <= MOST_CLASSES_NAMED
    title = wrap(title, _WIDTH - _LEFT)
    above = extent(title)[1] + 0.04 if title else 0.0
    figure, axes = canvas(_WIDTH + _LEGEND * legend, _HEIGHT + above)
    if title:
        write(axes, (_LEFT + _WIDTH) / 2, _HEIGHT + above / 2, title, "center")
    frame(axes, np.array([(_LEFT, _BELOW, _WIDTH - _LEFT - 0.02, _HEIGHT - _BELOW - 0.02)]), FAINT, 0.5)
    boxed = _inches(placed.points)
    for (split, rows), points in zip(kept.items(), boxed, strict=True):
        train = split == "train"
        labels = np.asarray(latents[f"y_{split}"])[rows]
        for one, shade in shades.items():
            if (of := points[labels == one]).size:
                drawn = dots(axes, of, shade, *((2.6, 0.4) if train else (3.2, 0.75)), square=train)
                tell(drawn, f"class {one}, {split}", rows=rows[labels == one])
    write(axes, (_LEFT + _WIDTH) / 2, 0.22, f"{HOW[how]} 1", "center", FONT_SIZE - 1)
    write(axes, 0.08, (_BELOW + _HEIGHT) / 2, f"{HOW[how]} 2", "center", FONT_SIZE - 1, turned=True)
    counts = f"squares: train ({len(kept['train'])}), dots: test ({len(kept['test'])})"
    write(axes, _LEFT, 0.07, counts, size=FONT_SIZE - 1)
    if placed.share is not None:
        write(axes, _WIDTH - 0.02, 0.07, f"{100 * placed.share:.0f} % of variance", "right", FONT_SIZE - 1)
    if legend:
        for place, (one, shade) in enumerate(shades.items()):
            y = _BELOW + (_HEIGHT - _BELOW) / 2 + 0.16 * (len(shades) / 2 - place - 0.5)
            dots(axes, np.array([[_WIDTH + 0.12, y]]), shade, 4.0)
            write(axes, _WIDTH + 0.22, y, fit(f"class {one}", _LEGEND - 0.24, FONT_SIZE - 1), size=FONT_SIZE - 1)
    return figure


def _inches(sets: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return points as inches in the map's frame, on one scale.

    The outermost hundredth may leave the frame, so that one far point does not squeeze all others: such points are
    drawn at its edge.
    """
    low, high = np.percentile(np.concatenate(sets), [1, 99], axis=0)
    pad = np.maximum(0.08 * (high - low), 1e-9)
    low, span = low - pad, high - low + 2 * pad
    room = np.array([_WIDTH - _LEFT - 0.14, _HEIGHT - _BELOW - 0.16])
    return [np.clip((points - low) / span, 0, 1) * room + (_LEFT + 0.06, _BELOW + 0.07) for points in sets]


@styled
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
    content = [rows[spaced(len(rows), most), :length] for rows in (real, *(generated[name] for name in names))]
    points = project(*content, how=how, seed=seed).points
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


def _most(how: str, sets: int) -> int:
    return MOST_POINTS if how == "pca" else min(MOST_POINTS, MOST_TSNE // sets)


def _name(axes: Axes, how: str, title: str) -> None:
    axes.set(xticks=[], yticks=[])
    label(axes, f"{HOW[how]} 1", f"{HOW[how]} 2")
    axes.set_title(plain(wrap(title, 2.0)), size=FONT_SIZE, color=INK)


def _same_limits(panels: Sequence[Axes], points: Sequence[np.ndarray]) -> None:
    every = np.concatenate(points)
    low, high = every.min(axis=0), every.max(axis=0)
    pad = 0.05 * (high - low) + 1e-9
    for axes in panels:
        axes.set(xlim=(low[0] - pad[0], high[0] + pad[0]), ylim=(low[1] - pad[1], high[1] + pad[1]))
