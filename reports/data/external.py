"""Results from elsewhere as tidy rows: the tables that ship with the package, and anyone's CSV."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ...results import SCORES, judged_scores
from ...results.published import published
from .errors import ReportError

_PUBLISHED = "published"
_TIDY = ("dataset", "method", "score", "value")


@dataclass(frozen=True, eq=False)
class External:
    """Rows from elsewhere.

    Attributes:
        rows: dataset, method, variant, views, seed, score, value, higher_is_better, and where the source gives
            means over runs `runs` and `std`.
        note: Their origin, and how far they may be compared, a sentence or two for captions.
    """

    rows: pd.DataFrame
    note: str


def read_external(spec: str) -> External:
    """Read rows that a user asked to compare with.

    Args:
        spec: "published", "published:NAME", the path of a tidy CSV (dataset, method, score, value; seed if there
            are several, classifier where the judge is known), or "SCORE=PATH": a CSV whose first column names data
            sets, and whose others are methods.

    Raises:
        ReportError: There is no such table or file, or it is not laid out so.
    """
    if _is_published(spec):
        return _from_published(spec.partition(":")[2])
    score, path = _parts(spec)
    return _from_wide(score, path) if score else _from_tidy(path)


def move_spec(spec: str, to: Callable[[Path], str | Path]) -> str:
    """Return a spec as `read_external` takes it, with its path, if it has one, changed by `to`."""
    if _is_published(spec):
        return spec
    score, path = _parts(spec)
    return f"{score}={to(path)}" if score else str(to(path))


def _is_published(spec: str) -> bool:
    return spec == _PUBLISHED or spec.startswith(_PUBLISHED + ":")


def _parts(spec: str) -> tuple[str, Path]:
    score, equals, path = spec.partition("=")
    return (score, Path(path)) if equals and not Path(spec).exists() else ("", Path(spec))


def _from_published(name: str) -> External:
    rows = published()
    if name:
        if name not in set(rows["source"]):
            there = ", ".join(sorted(set(rows["source"])))
            raise ReportError(f"no published table is called {name!r}; there are: {there}")
        rows = rows[rows["source"] == name]
    views = np.where(rows["views"] == "none", "", " (" + rows["views"] + ")")
    method = rows["variant"] + views + " [" + rows["source"] + "]"
    notes = rows.drop_duplicates("source")
    note = " ".join(f"[{row.source}]: {row.citation}. {row.comparable}" for row in notes.itertuples())
    return External(_judged(rows.assign(method=method, seed=0)), note)


def _from_tidy(path: Path) -> External:
    frame = _read(path)
    if missing := [name for name in _TIDY if name not in frame]:
        raise ReportError(
            f"{path} lacks the column {missing[0]}; a tidy table has {', '.join(_TIDY)}, and one of data sets x "
            f"methods is named together with its score, as in linear_probe={path}"
        )
    rows = frame[[*_TIDY, *(name for name in ("seed", "classifier") if name in frame)]]
    return _external(rows, path)


def _from_wide(score: str, path: Path) -> External:
    frame = _read(path)
    if frame.shape[1] < 2:
        raise ReportError(f"{path} has no column of values; the first names data sets, the others are methods")
    first = frame.columns[0]
    rows = frame.melt(first, var_name="method", value_name="value").rename(columns={first: "dataset"})
    return _external(rows.assign(score=score), path)


def _read(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path, encoding="utf-8")
    except FileNotFoundError as error:
        raise ReportError(f"there is no file {path}; name a CSV, or published") from error
    except (OSError, ValueError) as error:  # pandas' parser errors are ValueErrors
        raise ReportError(f"{path} cannot be read as CSV: {str(error).splitlines()[0]}") from error


def _external(rows: pd.DataFrame, path: Path) -> External:
    rows = rows.copy()
    if unknown := sorted(set(rows["score"]) - set(SCORES)):
        raise ReportError(f"{path}: there is no score {unknown[0]!r}; there are: {', '.join(SCORES)}")
    value = pd.to_numeric(rows["value"], errors="coerce")
    if (bad := value.isna() & rows["value"].notna()).any():
        raise ReportError(f"{path}: {rows.loc[bad, 'value'].iloc[0]!r} is no number")
    rows["value"] = value.astype(float)
    _check_bounds(rows, path)
    for column in ("dataset", "method"):
        if rows[column].isna().any():
            raise ReportError(f"{path} has a row without {column}")
        rows[column] = rows[column].astype(str)
    rows["variant"] = rows["method"]
    rows["method"] = rows["method"] + f" [{path.stem}]"
    rows["views"] = "none"
    rows["source"] = path.stem
    rows["higher_is_better"] = rows["score"].map({name: score.higher_is_better for name, score in SCORES.items()})
    if "seed" not in rows:
        rows["seed"] = 0
    note = (
        f"[{path.stem}]: values read from {path.name}, made elsewhere, with data and settings that are not known here."
    )
    return External(_judged(rows.reset_index(drop=True)), note)


def _judged(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with the judge of the judged ones: as they say, or one that is not known and is nobody else's."""
    said = rows["classifier"] if "classifier" in rows else pd.Series(None, index=rows.index, dtype=object)
    unknown = ("unknown [" + rows["source"] + "]").where(rows["score"].isin(judged_scores()), None)
    return rows.assign(classifier=said.where(said.notna(), unknown))


def _check_bounds(rows: pd.DataFrame, path: Path) -> None:
    """Refuse values that their score cannot have, as those in percent."""
    for name, of in rows.groupby("score"):
        score = SCORES[name]
        low, high = score.bounds
        outside = of[np.isfinite(of["value"]) & ~of["value"].between(low, high)]
        if outside.empty:
            continue
        row = outside.iloc[0]
        span = f"between {low:g} and {high:g}" if np.isfinite(high) else f"at least {low:g}"
        percent = low == 0 and high == 1 and of["value"].between(0, 100).all()
        raise ReportError(
            f"{path}: {row['value']:g} of {row['method']} on {row['dataset']} is no value of {name}, which is {span}"
            + ("; if it is in percent, divide by 100" if percent else "")
        )
