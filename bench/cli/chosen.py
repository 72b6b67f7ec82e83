"""Names of data sets and variants that a command is to take of the results in folders: `-d` and `-v`."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from ...datasets import select
from ...results import base_of, open_results, split_names
from ..errors import UsageError
from .texts import together


def chosen_names(option: str, texts: list[str] | None) -> tuple[str, ...] | None:
    """Return the names that an option gives, in one part or several, None where it is not given."""
    text = together(texts)
    if text is not None and not split_names(text):
        raise UsageError(f"{option} names nothing; leave it out for all")
    return None if text is None else split_names(text)


def chosen_variants(texts: list[str] | None, outs: list[Path]) -> tuple[str, ...] | None:
    """Return names of variants; in place of `main` those of the main comparison that OUT has."""
    names = chosen_names("--variants", texts)
    if names is None or "main" not in names:
        return names
    from ...models.variants import MAIN_VARIANTS

    main = there("main", "variant", outs, lambda known: [name for name in known if base_of(name) in MAIN_VARIANTS])
    return tuple(dict.fromkeys(one for name in names for one in (main if name == "main" else [name])))


def chosen_datasets(texts: list[str] | None, outs: list[Path]) -> tuple[str, ...] | None:
    """Return names of data sets; in place of terms such as type:ECG those of OUT that the term selects."""
    names = chosen_names("--datasets", texts)
    if names is None:
        return None
    found: list[str] = []
    for name in names:
        plain = name not in ("all", "bundled") and not re.search(r"[*?\[:@]", name)
        found += [name] if plain else there(name, "dataset", outs, set(select(name)).intersection)
    return tuple(dict.fromkeys(found))


def there(term: str, column: str, outs: list[Path], choose: Callable[[list[str]], Iterable[str]]) -> list[str]:
    """Return the names that a term chooses of those in a column of the jobs of OUT.

    Raises:
        UsageError: It chooses none.
    """
    if not outs:
        raise UsageError(f"{term} selects from results that OUT names; beside --against alone, write plain names")
    known = sorted({name for out in outs for name in open_results(out).jobs()[column]})
    if not (found := sorted(choose(known))):
        raise UsageError(f"{term}: the results have nothing of it; they have {', '.join(known[:12]) or 'none'}")
    return found
