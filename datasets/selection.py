"""Selections of data sets as people type them: names, patterns, facts of the catalogue, and files of these."""

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from . import source
from .catalogue import catalogue, info, nearest
from .errors import DatasetError

_NUMBERS = {"length": "length", "classes": "n_classes", "train": "n_train", "test": "n_test", "archive": "archive"}
_COMPARE: Mapping[str, Callable[[int, int], bool]] = {
    "": operator.eq,
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def select(text: str | Iterable[str]) -> tuple[str, ...]:
    """Return the names of the data sets that a selection names, each once, in the order in which it names them.

    Args:
        text: Terms with spaces or commas between them, or several such texts. A data set is selected where any term
            names it. A term is one of:

            - `GunPoint`: a name in the archive; letter case counts.
            - `Sony*`: a pattern of names, with `*`, `?` and `[...]`.
            - `all`: the whole archive; `bundled`: the sets that aeon ships, which need no download.
            - `type:ECG`: a kind of data, in whatever letter case.
            - `length:<500`, `classes:2`, `train:>=100`, `test:<1000`, `archive:2015`: a number of the catalogue, with
              `=` (or nothing), `<`, `<=`, `>` or `>=` before it.
            - `@sets.txt`: a file with such terms, in UTF-8, `#` before comments.

    Raises:
        DatasetError: No term, one that names no data set, or a file that cannot be read; the message offers what is
            near.
    """
    terms = _terms([text] if isinstance(text, str) else text)
    if not terms:
        raise DatasetError("no data set is named; write names such as GunPoint, a pattern such as Sony*, or all")
    return tuple(dict.fromkeys(name for term in terms for name in _of_term(term)))


def _terms(texts: Iterable[str]) -> list[str]:
    return [term for text in texts for term in re.split(r"[\s,]+", text) if term]


def _of_term(term: str) -> Iterable[str]:
    if term.startswith("@"):
        return _of_file(term[1:])
    if term == "all":
        return catalogue()
    if term == "bundled":
        return _bundled()
    if ":" in term:
        return _of_fact(term)
    if any(sign in term for sign in "*?["):
        return _of_pattern(term)
    return [info(term).name]


def _of_file(place: str) -> list[str]:
    path = Path(place).expanduser()
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise DatasetError(f"@{place}: the file with names of data sets cannot be read ({why})") from error
    names = []
    for number, line in enumerate(lines, 1):
        for term in _terms([line.partition("#")[0]]):
            if term.startswith("@"):
                raise DatasetError(f"@{place}, line {number}: {term}: a file of names names no other file")
            try:
                names += _of_term(term)
            except DatasetError as error:
                raise DatasetError(f"@{place}, line {number}: {error}") from error
    if not names:
        raise DatasetError(f"@{place}: the file names no data set; write one name a line")
    return names


def _bundled() -> list[str]:
    folder = source.bundled_folder()
    names = [name for name in catalogue() if folder is not None and Path(folder, name, f"{name}_TEST.ts").is_file()]
    if not names:
        raise DatasetError("bundled: the aeon that is installed ships no data sets of the archive; name some others")
    return names


def _of_pattern(pattern: str) -> list[str]:
    names = [name for name in catalogue() if fnmatchcase(name, pattern)]
    if names:
        return names
    alike = [name for name in catalogue() if fnmatchcase(name.lower(), pattern.lower())]
    alike = alike[:3] or nearest(re.sub(r"[*?\[\]]", "", pattern), catalogue())
    way_out = _offer(alike) if alike else "`ucrbench list datasets` shows the 128 names"
    raise DatasetError(f"no data set is named like {pattern!r}: {way_out}")


def _of_fact(term: str) -> list[str]:
    key, _, wanted = term.partition(":")
    sets = catalogue().values()
    if key == "type":
        names = [facts.name for facts in sets if facts.type.lower() == wanted.lower()]
        if not names:
            kinds = sorted({facts.type for facts in sets})
            raise DatasetError(
                f"{term}: no data set has the type {wanted!r}; {_offer(nearest(wanted, kinds) or kinds)}"
            )
        return names
    if key not in _NUMBERS:
        keys = ["type", *_NUMBERS]
        near = [f"{name}:{wanted}" for name in nearest(key, keys)]
        raise DatasetError(f"{term}: {key!r} is no fact of data sets; {_offer(near or keys)}")
    parts = re.fullmatch(r"(<=|>=|<|>|=|)(\d{1,9})", wanted)
    if parts is None:
        raise DatasetError(f"{term}: write a number, with <, <=, >, >= or = before it, such as {key}:<500")
    compare, number = _COMPARE[parts[1]], int(parts[2])
    values = {facts.name: getattr(facts, _NUMBERS[key]) for facts in sets}
    names = [name for name, value in values.items() if compare(value, number)]
    if not names:
        low, high = min(values.values()), max(values.values())
        raise DatasetError(f"{term}: there is no such data set; {key} goes from {low} to {high}")
    return names


def _offer(near: list[str]) -> str:
    return f"did you mean {', '.join(near)}?" if len(near) <= 3 else f"there are {', '.join(near)}"
