"""Results from elsewhere as tidy rows: the tables that ship with the package, and anyone's CSV."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ...results import SCORES, judged_scores, score_of
from ...results.published import ACCURACY, published
from .errors import ReportError, nearest
from .grid import Grid, is_gap, read_grid
from .readings import doubt_of, is_accuracy, reading_of

_PUBLISHED = "published"
_BESIDE = "linear_probe"  # the score beside which a classifier's accuracy stands where none is named
_TIDY = ("dataset", "method", "score", "value")
_ERROR = re.compile(r"(?i)(?<![a-z])err(or)?s?(?![a-z])")
_SPREAD = re.compile(r"(?i)[\s_.(-]+(std|stdev|stddev|sd)\W*$")
# Words of which the names of rows below a table are made, such as "Avg. rank" or "Wins/ties/losses".
_SUMMARY = {"avg", "average", "mean", "median", "std", "total", "overall", "sum", "rank", "ranks", "acc", "accuracy",
            "win", "wins", "tie", "ties", "loss", "losses", "min", "max", "count"}  # fmt: skip


@dataclass(frozen=True, eq=False)
class External:
    """Rows from elsewhere.

    Attributes:
        rows: dataset, method, variant, views, seed, score, value, higher_is_better, and where the source gives
            means over runs `runs` and `std`.
        note: Their origin, and how far they may be compared, a sentence or two for captions.
        reading: Of a CSV, how its values are read.
    """

    rows: pd.DataFrame
    note: str
    reading: str = ""


def read_external(spec: str) -> External:
    """Read rows that a user asked to compare with.

    Args:
        spec: "published:NAME", "published:NAME/METHOD,METHOD", the path of a tidy CSV (dataset, method, score, value;
            seed if there are several, classifier where the judge is known), or "SCORE=PATH": a CSV whose first column
            names data sets, and whose others are methods, or a tidy one of that score (dataset, method, value).
            "SCORE=published:NAME" takes that score alone, and puts accuracies of classifiers, which stand beside the
            linear probe otherwise, beside that score.

    Raises:
        ReportError: There is no such table or file, or it is not laid out so.
    """
    if _is_published(spec):
        score, _, name = spec.rpartition(_PUBLISHED)
        return _from_published(name.removeprefix(":"), score.removesuffix("="))
    score, path = _parts(spec)
    grid = read_grid(path)
    tidy = {"dataset", "method", "value"} <= {head.casefold() for head in grid.heads}
    return _from_wide(grid, score) if score and not tidy else _from_tidy(grid, score)


def move_spec(spec: str, to: Callable[[Path], str | Path]) -> str:
    """Return a spec as `read_external` takes it, with its path, if it has one, changed by `to`."""
    if _is_published(spec):
        return spec
    score, path = _parts(spec)
    return f"{score}={to(path)}" if score else str(to(path))


def _is_published(spec: str) -> bool:
    named = spec.partition("=")[2] if spec.partition("=")[0] in SCORES else spec
    return named == _PUBLISHED or named.startswith(_PUBLISHED + ":")


def _parts(spec: str) -> tuple[str, Path]:
    score, equals, path = spec.partition("=")
    return (score, Path(path)) if equals and not Path(spec).exists() else ("", Path(spec))


def _from_published(name: str, score: str) -> External:
    """Return rows of a table that ships with the package, named NAME or NAME/METHOD,METHOD; of one score if named."""
    rows = published()
    name, _, methods = name.partition("/")
    name = _one_of(name, rows["source"], "published table")
    rows = rows[rows["source"] == name]
    if methods:
        wanted = [_one_of(one.strip(), rows["variant"], f"method of published:{name}") for one in methods.split(",")]
        rows = rows[rows["variant"].isin(wanted)]
    rows, beside = _beside(rows, score or _BESIDE)
    if score and (rows := rows[rows["score"] == score]).empty:
        raise ReportError(f"published:{name} has no {score}; ucrbench list published shows what it has")
    views = np.where(rows["views"] == "none", "", " (" + rows["views"] + ")")
    method = rows["variant"] + views + f" [{name}]"
    first = rows.iloc[0]
    note = f"[{name}]: {first['citation']}. {first['comparable']}{beside}"
    return External(_judged(rows.assign(method=method, seed=0)), note)


def _one_of(name: str, known: pd.Series, what: str) -> str:
    """Return the known name that a name is, whatever its case.

    Raises:
        ReportError: There is none.
    """
    by = {one.casefold(): one for one in sorted(set(known))}
    if (found := by.get(name.casefold())) is None:
        near = nearest(name, by.values())
        raise ReportError(f"there is no {what} {name!r}; " + (f"near: {', '.join(near)}" if near else _there(by)))
    return found


def _there(by: dict[str, str]) -> str:
    return f"there are: {', '.join(by.values())}"


def _beside(rows: pd.DataFrame, score: str) -> tuple[pd.DataFrame, str]:
    """Return rows with accuracies of classifiers under a score that is an accuracy too, and a sentence that says so."""
    accuracy = rows["score"] == ACCURACY
    if not accuracy.any():
        return rows, ""
    if SCORES[score].bounds != (0.0, 1.0):
        raise ReportError(f"accuracies of classifiers cannot stand beside {score}; name an accuracy such as {_BESIDE}")
    said = f" Its accuracies stand beside {score_of(score).title}."
    return rows.assign(score=rows["score"].mask(accuracy, score)), said


def _from_tidy(grid: Grid, score: str) -> External:
    """Return the rows of a tidy table; of its one score where it was named with it."""
    by = {head.casefold(): head for head in grid.heads}
    wanted = [name for name in _TIDY if name != "score" or not score]
    if missing := [name for name in wanted if name not in by]:
        raise ReportError(
            f"{grid.path} lacks the column {missing[0]}; a tidy table has {', '.join(_TIDY)}; one without scores, or "
            f"of data sets x methods, is named together with its score, as in linear_probe={grid.path}"
        )
    there = [*wanted, *(name for name in ("seed", "classifier") if name in by)]
    rows = pd.DataFrame({name: grid.column(by[name]) for name in there}, dtype=object)
    if score:
        rows["score"] = score
    if "seed" in rows:
        rows["seed"] = [_seed(text, grid) for text in rows["seed"]]
    if "classifier" in rows:
        rows["classifier"] = rows["classifier"].mask(rows["classifier"].map(is_gap), None)
    return _external(rows, grid)


def _seed(text: str, grid: Grid) -> int:
    value = grid.number(text)
    if not value.is_integer():
        raise ReportError(f"{grid.path}: {text!r} is no seed; give each row a whole number, or leave the column out")
    return int(value)


def _from_wide(grid: Grid, score: str) -> External:
    first, *methods = grid.heads
    if not methods:
        raise ReportError(
            f"{grid.path} has no column of values; the first names data sets, the others are methods, and commas, "
            "semicolons or tabs stand between them"
        )
    if spread := [name for name in methods if (base := _SPREAD.sub("", name)) != name and base in methods]:
        raise ReportError(f"{grid.path}: {spread[0]!r} sounds like standard deviations, no method; leave it out")
    if empty := [name for name in methods if all(map(is_gap, grid.column(name)))]:
        raise ReportError(f"{grid.path}: the column {empty[0]!r} has no value; fill it or leave it out")
    names = grid.column(first)
    if twice := [name for name, often in Counter(names).items() if often > 1]:
        raise ReportError(f"{grid.path} has several rows of {twice[0]}; leave one of them, or their mean")
    parts = [pd.DataFrame({"dataset": names, "method": name, "value": grid.column(name)}) for name in methods]
    return _external(pd.concat(parts, ignore_index=True).assign(score=score), grid)


def _external(rows: pd.DataFrame, grid: Grid) -> External:
    path = grid.path
    if unknown := sorted(set(rows["score"]) - set(SCORES)):
        near = nearest(unknown[0], SCORES)
        hint = f"; did you mean {near[0]}?" if near else ""
        hint = "; give accuracies, which are 1 - error" if _ERROR.search(unknown[0]) else hint
        raise ReportError(f"{path}: there is no score {unknown[0]!r}; there are: {', '.join(SCORES)}{hint}")
    for column in ("dataset", "method"):
        if (rows[column] == "").any():
            raise ReportError(f"{path} has a row without {column}")
    if summaries := [name for name in dict.fromkeys(rows["dataset"]) if _is_summary(name)]:
        raise ReportError(f"{path}: the row {summaries[0]!r} is of all data sets, and none itself; leave it out")
    rows["value"] = [grid.number(text) for text in rows["value"]]
    _check_bounds(rows, path)
    _check_errors(rows, grid)
    key = ["dataset", "method", "score", *(["seed"] if "seed" in rows else [])]
    if (twice := rows.duplicated(key)).any():
        row = rows[twice].iloc[0]
        raise ReportError(
            f"{path} has several rows of {row['score']} of {row['method']} on {row['dataset']}"
            + (f", seed {row['seed']}" if "seed" in rows else "; tell runs apart in a column seed")
        )
    doubt = doubt_of(rows)
    reading = f"{path.name} is read as {reading_of(rows)}" + f"; {doubt.rstrip('.')}" * bool(doubt)
    rows["variant"] = rows["method"]
    rows["method"] = rows["method"] + f" [{path.stem}]"
    rows["views"] = "none"
    rows["source"] = path.stem
    rows["higher_is_better"] = rows["score"].map({name: score.higher_is_better for name, score in SCORES.items()})
    if "seed" not in rows:
        rows["seed"] = 0
    origin = f"[{path.stem}]: values read from {path.name}, made elsewhere"
    note = f"{origin}, with data and settings that are not known here. {doubt}".strip()
    return External(_judged(rows.reset_index(drop=True)), note, reading)


def _judged(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with the judge of the judged ones: as they say, or one that is not known and is nobody else's."""
    said = rows["classifier"] if "classifier" in rows else pd.Series(None, index=rows.index, dtype=object)
    unknown = ("unknown [" + rows["source"] + "]").where(rows["score"].isin(judged_scores()), None)
    return rows.assign(classifier=said.where(said.notna(), unknown))


def _is_summary(name: str) -> bool:
    """Tell whether a row sums the others up, by its name."""
    words = re.findall(r"[^\W\d_]+", name.casefold())
    return bool(words) and set(words) <= _SUMMARY


def _check_bounds(rows: pd.DataFrame, path: Path) -> None:
    """Refuse values that their score cannot have, as those in percent."""
    for name, of in rows.groupby("score"):
        score = SCORES[name]
        low, high = score.bounds
        outside = of[of["value"].notna() & ~(of["value"].between(low, high) & np.isfinite(of["value"]))]
        if outside.empty:
            continue
        row = outside.iloc[0]
        span = f"between {low:g} and {high:g}" if np.isfinite(high) else f"at least {low:g}"
        percent = low == 0 and high == 1 and of["value"].between(0, 100).all()
        raise ReportError(
            f"{path}: {row['value']:g} of {row['method']} on {row['dataset']} is no value of {name}, which is {span}"
            + ("; if it is in percent, divide by 100" if percent else "")
        )


def _check_errors(rows: pd.DataFrame, grid: Grid) -> None:
    """Refuse what calls itself errors where accuracies are wanted."""
    accuracy = rows[rows["score"].map(is_accuracy)]
    names = [grid.path.stem, grid.heads[0], *accuracy["method"].unique()] if len(accuracy) else []
    if called := [name for name in names if _ERROR.search(name)]:
        raise ReportError(
            f"{grid.path}: {called[0]!r} sounds like error rates, and {accuracy.iloc[0]['score']} is an accuracy; give "
            "1 - error, and call it otherwise"
        )
