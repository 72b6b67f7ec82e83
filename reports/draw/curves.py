"""Training curves: a quantity over the steps of a stage, a line per method and run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ..data.errors import ReportError
from ..data.methods import ordered
from .canvas import canvas, extent, fit, stroke, text_width, wrap, write
from .hover import tell
from .palette import colours
from .style import FAINT, FONT_SIZE, INK, TWO_COLUMNS, styled
from .thin import means, spaced

CURVE_POINTS = 80
_WIDTH, _HEIGHT = 3.0, 1.5  # inches of a picture of one quantity
_BELOW, _ABOVE = 0.2, 0.24  # of its inches, below and above what is drawn
_SMALL = FONT_SIZE - 1
# Points with a tooltip: so many in a picture, and between so many on a curve. A page has dozens of pictures.
_TOLD, _TOLD_OF_ONE = 48, (4, 24)


@dataclass(frozen=True)
class Scale:
    """The values that a panel shows: from `low` to `high`, on a logarithmic axis where they span much."""

    low: float
    high: float
    logarithmic: bool

    @classmethod
    def of(cls, values: np.ndarray) -> "Scale":
        """Return the scale of values, of which those that are not finite are not shown."""
        there = values[np.isfinite(values)]
        low, high = (float(there.min()), float(there.max())) if len(there) else (0.0, 1.0)
        return cls(low, high, low > 0 and high > 30 * low)

    def share(self, values: np.ndarray) -> np.ndarray:
        """Return where values lie, 0 at the lowest and 1 at the highest."""
        with np.errstate(invalid="ignore"):  # infinity less infinity
            if self.logarithmic:
                return np.log(values / self.low) / np.log(self.high / self.low)
            return (values - self.low) / ((self.high - self.low) or 1.0)


def quantities(curves: Mapping[str, pd.DataFrame]) -> list[tuple[str, str]]:
    """Return the stages and names of the quantities that there are curves of, the losses first."""
    there = {key for frame in curves.values() for key in zip(frame["stage"], frame["name"], strict=True)}
    return sorted(there, key=lambda key: (key[1] != "loss", key))


def curve_points(curves: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the points that `training_curve` draws: (stage, name, step) x methods, NaN where a method has none.

    Args:
        curves: As in `training_curves`, of one run each.
    """
    parts = []
    for method, frame in curves.items():
        for (stage, name), run in frame.sort_values("step", kind="stable").groupby(["stage", "name"], sort=False):
            steps, values = _drawn(run)
            keys = {"stage": stage, "name": name, "step": steps}
            parts.append(pd.DataFrame({**keys, "method": method, "value": values}))
    if not parts:
        return pd.DataFrame()
    cells = pd.concat(parts).groupby(["stage", "name", "step", "method"])["value"].mean()
    return cells.unstack("method").reindex(columns=list(curves))


@styled
def training_curve(curves: Mapping[str, pd.DataFrame], stage: str, name: str, methods: Sequence[str] = ()) -> Figure:
    """Draw one quantity of one stage.

    Args:
        curves: As in `training_curves`.
        stage: Name of the stage.
        name: Name of the quantity.
        methods: As in `training_curves`.
    """
    figure, axes = canvas(_WIDTH, _HEIGHT)
    _panel(axes, (0.0, 0.0, _WIDTH, _HEIGHT), _rows(curves, name), stage, name, colours([*methods, *curves]))
    return figure


@styled
def training_curves(curves: Mapping[str, pd.DataFrame], methods: Sequence[str] = ()) -> Figure:
    """Draw training losses, a panel per stage, a line per method and run.

    Args:
        curves: By method: stage, step, name, value, as the store keeps them, and `seed` where there are several runs.
            Of each stage the row named "loss" is drawn; of more than 80 steps means over 80 equal stretches.
        methods: All methods of the report, so that colours agree.

    Raises:
        ReportError: There is no loss in any of the frames.
    """
    rows = _rows(curves, "loss")
    if rows.empty:
        raise ReportError("there are no training losses to draw; run with --keep light")
    stages, names = list(dict.fromkeys(rows["stage"])), ordered(rows["method"])
    labels = [wrap(name, 1.5, _SMALL) for name in names]
    room = max(extent(label, _SMALL)[0] for label in labels) + 0.35
    heights = [extent(label, _SMALL)[1] + 0.03 for label in labels]
    height = max(2.3, 0.3 + sum(heights))
    figure, axes = canvas(TWO_COLUMNS, height)
    chosen = colours([*methods, *curves])
    wide = (TWO_COLUMNS - room) / len(stages)
    for place, stage in enumerate(stages):
        _panel(axes, (place * wide, 0.0, wide - 0.1, height), rows, stage, "loss", chosen)
    for place, name in enumerate(names):
        y = height / 2 + sum(heights) / 2 - sum(heights[:place]) - heights[place] / 2
        stroke(axes, np.array([TWO_COLUMNS - room + 0.05, TWO_COLUMNS - room + 0.25]), np.full(2, y), chosen[name], 1.2)
        write(axes, TWO_COLUMNS - room + 0.32, y, labels[place], size=_SMALL)
    return figure


def _rows(curves: Mapping[str, pd.DataFrame], name: str) -> pd.DataFrame:
    """Return the rows of one quantity of all methods, with the columns `method` and `seed`."""
    parts = [frame[frame["name"] == name].assign(method=method) for method, frame in curves.items()]
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["stage", "method"])
    return rows if "seed" in rows else rows.assign(seed=0)


def _panel(
    axes: Axes,
    box: tuple[float, float, float, float],
    rows: pd.DataFrame,
    stage: str,
    name: str,
    chosen: Mapping[str, str],
) -> None:
    """Draw the rows of a stage in a box, with two axes, the ends of which are named."""
    left, bottom, width, height = box
    of = rows[rows["stage"] == stage]
    scale = Scale.of(of["value"].to_numpy(float))
    last = max(float(of["step"].max()), 1.0)
    high, low = _number(scale.high), _number(scale.low)
    room = max(0.3, *(text_width(text, _SMALL) for text in (high, low))) + 0.1
    left, bottom = left + room, bottom + _BELOW
    width, height = width - room - 0.05, height - _BELOW - _ABOVE
    title = f"{stage}, {name}" + (" (log scale)" if scale.logarithmic else "")
    write(axes, left, bottom + height + 0.15, fit(title, width), colour=INK)
    for text, y in ((high, bottom + height - 0.02), (low, bottom + 0.02)):
        write(axes, left - 0.05, y, text, "right", _SMALL)
    write(axes, left, bottom - 0.11, "0", size=_SMALL)
    write(axes, left + width, bottom - 0.11, f"{last:.0f} steps", "right", _SMALL)
    stroke(axes, np.array([left, left, left + width]), np.array([bottom + height, bottom, bottom]), FAINT, 0.5)
    told = int(np.clip(_TOLD / max(of.groupby(["method", "seed"]).ngroups, 1), *_TOLD_OF_ONE))
    for method in ordered(of["method"]):
        runs = of[of["method"] == method].sort_values("step", kind="stable").groupby("seed")
        for seed, run in runs:
            steps, values = _drawn(run)
            places = np.clip(scale.share(values), 0, 1)
            line = stroke(axes, left + steps / last * width, bottom + places * height, chosen[method], 0.9, 0.9)
            _tell(line, method if len(runs) == 1 else f"{method}, seed {seed}", steps, values, told)


def _drawn(run: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the steps and the values (n,) that are drawn of a run, in order."""
    return means(run["step"].to_numpy(float), CURVE_POINTS), means(run["value"].to_numpy(float), CURVE_POINTS)


def _tell(line: Line2D, name: str, steps: np.ndarray, values: np.ndarray, most: int) -> None:
    """Have a curve tell its name, and at so many of its points, evenly spaced, the step and the value."""
    there = np.flatnonzero(np.isfinite(values))
    points = there[spaced(len(there), most)]
    tell(line, name, points={int(i): f"{name}, step {steps[i]:.0f}: {values[i]:.3g}" for i in points})


def _number(value: float) -> str:
    return f"{value:.0f}" if 1000 <= abs(value) < 1e5 else f"{value:.3g}"
