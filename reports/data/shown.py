"""Names of methods for people: titles of variants, and whatever else a user wants to call them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from .errors import ReportError
from .methods import TITLES, ordered, titles, variant_of
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
    entitled = titles(methods)
    names = dict(entitled)
    for old, new in wishes.items():
        if whole := [method for method in methods if old in (method, entitled[method])]:
            names |= dict.fromkeys(whole, new)
            continue
        # A variant or another base, whatever its settings, its views and its store.
        variant = next((name for name, title in TITLES.items() if old in (name, title)), None)
        beginning = TITLES.get(variant or "", old)
        meant = [one for one in methods if (variant_of(one) == variant if variant else _begins(one, old))]
        if not meant:
            raise ReportError(f"there is no method {old!r} to rename; there are: {', '.join(methods)}")
        names |= {method: new + entitled[method][len(beginning) :] for method in meant}
    return names


def _begins(method: str, base: str) -> bool:
    """Tell whether a method is a base with arguments, or with its store behind a space."""
    return method.startswith((f"{base}(", f"{base} "))
