"""Names of methods for people: titles of variants, and whatever else a user wants to call them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from .errors import ReportError
from .methods import TITLES, ordered, titled
from .selection import Selection


def shown(selection: Selection) -> Selection:
    """Return a selection whose methods have the names that reports show; `identifiers` has those of the rows.

    Raises:
        ReportError: A method to be renamed is not there, or two would have one name.
    """
    methods = ordered([*selection.jobs["method"], *selection.scores["method"]])
    names = _names(methods, selection.reading.rename)
    identifiers = {name: method for method, name in names.items()}
    if len(identifiers) < len(names):
        twice = next(name for method, name in names.items() if identifiers[name] != method)
        raise ReportError(f"two methods would be called {twice!r}; give each a name of its own")

    def rename(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(method=frame["method"].map(names))

    return replace(selection, scores=rename(selection.scores), jobs=rename(selection.jobs), identifiers=identifiers)


def _names(methods: Sequence[str], wishes: Mapping[str, str]) -> dict[str, str]:
    names = {method: titled(method) for method in methods}
    for old, new in wishes.items():
        # A whole name, or a variant whatever its views and its store.
        meant = [method for method in methods if old in (method, titled(method))]
        if not meant:
            meant = [method for method in methods if old in (method.split(" ")[0], TITLES.get(method.split(" ")[0]))]
        if not meant:
            raise ReportError(f"there is no method {old!r} to rename; there are: {', '.join(methods)}")
        for method in meant:
            rest = method[len(old) :] if method.startswith(old) else titled(method)[len(old) :]
            names[method] = new + rest
    return names
