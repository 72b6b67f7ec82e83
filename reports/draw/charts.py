"""Charts of scores, labels, time and codes: one colour per method, the same as in the diagrams."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ...results import score_of
from ..data.errors import ReportError
from ..data.methods import ordered
from ..stats.comparison import Comparison, compare
from .canvas import chart, extent, label, logarithmic, plain, wrap
from .hover import tell
from .palette import colours
from .style import FAINT, FONT_SIZE, INK, ONE_COLUMN, TWO_COLUMNS, styled

_MARKERS = "osD^vP*X<>"
_GREY = "#b0b0b0"
_NARROW = 5.0  # inches; in less there is no room for names beside a chart


@styled
def scatter(comparison: Comparison, first: str, second: str) -> Figure:
    """Draw one method against another: a dot per data set, the diagonal, and how many the first has won, tied and lost.

    A dot has the colour of the method that is better there.

    Args:
        comparison: From `compare`; data sets on which one of the two lacks a value are not drawn, and are counted.
        first: Method on the vertical axis.
        second: Method on the horizontal one.

    Raises:
        ReportError: One of the two is not in the comparison.
    """
    for name in (first, second):
        if name not in comparison.values:
            raise ReportError(f"{comparison.score} has no method {name!r}; it has: {', '.join(comparison.values)}")
    signs = np.sign(comparison.differences(first, second))
    won, tied, lost = (int((signs == sign).sum()) for sign in (1, 0, -1))
    both = comparison.values[[first, second]].dropna()
    figure, grid = chart(ONE_COLUMN, ONE_COLUMN)
    axes = grid[0, 0]
    chosen = colours(comparison.methods)
    better = np.sign(both[first] - both[second]) * (1 if comparison.better else -1)
    shades = [_GREY if sign == 0 else chosen[first if sign > 0 else second] for sign in better]
    axes.scatter(both[second], both[first], c=shades, s=14, edgecolors=INK, linewidths=0.3, zorder=2)
    low, high = _padded(both.to_numpy())
    axes.plot([low, high], [low, high], color=FAINT, lw=0.8, zorder=1)
    axes.set(xlim=(low, high), ylim=(low, high), aspect="equal")
    missing = len(comparison.values) - len(both)
    title = f"{score_of(comparison.score).title}: {won} won, {tied} tied, {lost} lost"
    title += f" ({missing} not drawn)" if missing else ""
    label(axes, wrap(second, 2.4), wrap(first, 2.4), wrap(title, 3.0))
    return figure


@styled
def box_plot(comparison: Comparison, width: float = TWO_COLUMNS) -> Figure:
    """Draw how each method's values spread over the data sets: quartiles, whiskers at 1.5 of their range, all dots.

    Args:
        comparison: From `compare`.
        width: Width in inches.
    """
    names = list(comparison.summary.index)
    labels = [wrap(name, min(1.6, 0.35 * width)) for name in names]
    room = width - max(extent(name)[0] for name in labels) - 0.4
    below = wrap(f"{score_of(comparison.score).title} over {comparison.n_datasets} data sets", room)
    lines = max(name.count("\n") for name in labels)
    figure, grid = chart(width, 0.4 + extent(below)[1] + (0.26 + 0.1 * lines) * len(names))
    axes = grid[0, 0]
    chosen = colours(comparison.methods)
    values = [comparison.values[name].dropna().to_numpy() for name in names]
    drawn = axes.boxplot(values, orientation="horizontal", widths=0.6, showfliers=False, patch_artist=True)
    rng = np.random.default_rng(0)
    for row, (name, box, content) in enumerate(zip(names, drawn["boxes"], values, strict=True), start=1):
        box.set(facecolor=chosen[name], alpha=0.55, edgecolor=INK, linewidth=0.7)
        shaken = row + rng.uniform(-0.2, 0.2, len(content))
        axes.scatter(content, shaken, s=4, color=INK, alpha=0.45, linewidths=0, zorder=3)
    for line in (*drawn["medians"], *drawn["whiskers"], *drawn["caps"]):
        line.set(color=INK, linewidth=0.8)
    axes.set_yticks(range(1, len(names) + 1), [plain(name) for name in labels])
    axes.invert_yaxis()
    label(axes, below)
    return figure


@styled
def seconds_against_score(
    scores: pd.DataFrame,
    jobs: pd.DataFrame,
    score: str,
    gaps: str = "refuse",
    datasets: Sequence[str] | None = None,
    mix_judges: bool = False,
    width: float = TWO_COLUMNS,
) -> Figure:
    """Draw what a score costs: the mean seconds of a job against the mean score, a mark per method.

    Args:
        scores: Tidy scores.
        jobs: One row per job, with the columns `method` and `seconds_total`.
        score: Name of a score with a direction.
        gaps: As in `compare`. The seconds are those of jobs on the data sets compared on.
        datasets: As in `compare`.
        mix_judges: As in `compare`.
        width: Width in inches.

    Raises:
        ReportError: As `compare`, or no method has a job whose time is known.
    """
    comparison = compare(scores, score, gaps, datasets, mix_judges=mix_judges)
    there = jobs[(jobs["status"] == "ok") & jobs["dataset"].isin(comparison.values.index)]
    seconds = there.groupby("method")["seconds_total"].mean().dropna()
    names = [name for name in comparison.values if name in seconds and np.isfinite(comparison.values[name]).all()]
    if not names:
        raise ReportError(f"no method with a mean {score} has jobs whose time is known")
    beside = width > _NARROW
    high = 0.6 + 0.16 * len(names)
    figure, grid = chart(width, max(2.4, high) if beside else 2.1 + high)
    axes = grid[0, 0]
    chosen = colours(comparison.methods)
    for number, name in enumerate(names):
        mean = comparison.summary.loc[name, "mean"]
        (mark,) = axes.plot(
            [seconds[name]],
            [mean],
            _MARKERS[number % len(_MARKERS)],
            color=chosen[name],
            mec=INK,
            mew=0.4,
            ms=6,
            label=plain(wrap(name, 1.8)),
        )
        tell(mark, f"{name}: {mean:.{score_of(score).decimals}f}, {seconds[name]:.3g} s")
    axes.margins(0.12)
    logarithmic(axes, "x")
    devices = there.loc[there["method"].isin(names), "device"].dropna().unique()
    where = devices[0] if len(devices) == 1 else f"{len(devices)} kinds of device"
    label(axes, wrap(f"mean seconds of a job, on {where}", 0.75 * width), wrap(f"mean {score_of(score).title}", 1.6))
    legend(figure, axes, beside=beside)
    return figure


@styled
def codebook_use(counts: Mapping[str, np.ndarray], methods: Sequence[str] = ()) -> Figure:
    """Draw how often each code is used on the test series, most used first, and the perplexity.

    Args:
        counts: By method: how often each code was used (K,).
        methods: All methods of the report, so that colours agree.

    Raises:
        ReportError: No method has counts.
    """
    names = [name for name in ordered(counts) if np.sum(counts[name]) > 0]
    if not names:
        raise ReportError("no method here has counts of codes")
    figure, grid = chart(TWO_COLUMNS, 0.4 + 0.85 * len(names), rows=len(names))
    chosen = colours([*methods, *counts])
    for axes, name in zip(grid[:, 0], names, strict=True):
        share = np.sort(np.asarray(counts[name], dtype=float) / np.sum(counts[name]))[::-1]
        used = share[share > 0]
        perplexity = np.exp(-(used * np.log(used)).sum())
        bars = axes.bar(range(1, len(share) + 1), share, color=chosen[name], width=0.85)
        for place, (bar, value) in enumerate(zip(bars, share, strict=True), start=1):
            tell(bar, f"{name}, code {place}: {value:.2%}")
        axes.axhline(1 / len(share), color=FAINT, lw=0.7, ls=":")
        title = wrap(f"{name}: {len(used)} of {len(share)} codes used, perplexity {perplexity:.1f}", 6.0)
        label(axes, "", "share", title)
    label(grid[-1, 0], "codes, most used first; dotted: all alike", "share", grid[-1, 0].get_title())
    return figure


@styled
def label_chart(table: pd.DataFrame, title: str, width: float = TWO_COLUMNS) -> Figure:
    """Draw accuracies by the share of the training labels: a line per method, all labels on the right.

    Args:
        table: Methods x shares of the labels, from `accuracy_by_labels`.
        title: Title of the score, and over how many data sets it is averaged.
        width: Width in inches.
    """
    beside = width > _NARROW
    figure, grid = chart(width, 2.6 if beside else 2.4 + 0.16 * len(table))
    axes = grid[0, 0]
    chosen = colours(list(table.index))
    for method, row in table.iterrows():
        name = plain(wrap(str(method), 1.6))
        (line,) = axes.plot(range(len(row)), row, color=chosen[method], lw=1.2, marker="o", ms=3, label=name)
        said = {place: f"{method}, {share:.0%} of the labels: {value:.4f}" for place, (share, value) in _there(row)}
        tell(line, str(method), points=said)
    axes.set_xticks(range(len(table.columns)), [f"{share:.0%}" for share in table.columns])
    label(axes, "training labels", wrap(title, 1.7))
    legend(figure, axes, beside=beside)
    return figure


def _there(row: pd.Series) -> list[tuple[int, tuple[float, float]]]:
    """Return the position, the share and the value of what is finite in a row."""
    return [found for found in enumerate(row.items()) if np.isfinite(found[1][1])]


def _padded(values: np.ndarray) -> tuple[float, float]:
    low, high = float(np.min(values, initial=np.inf)), float(np.max(values, initial=-np.inf))
    if not np.isfinite(low) or not np.isfinite(high):
        return 0.0, 1.0
    pad = 0.06 * (high - low) or 0.05
    return low - pad, high + pad


def legend(figure: Figure, *panels: Axes, beside: bool = True) -> None:
    """Name the labelled lines of panels once, beside the figure's axes or below them."""
    named = {}
    for axes in panels:
        named |= {text: line for line, text in zip(*axes.get_legend_handles_labels(), strict=True)}
    figure.legend(
        named.values(),
        named.keys(),
        loc="outside right center" if beside else "outside lower center",
        fontsize=FONT_SIZE - 1,
        frameon=False,
        labelcolor=INK,
    )
