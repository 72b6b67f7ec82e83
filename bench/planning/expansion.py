"""Settings with several values: each value makes a method of every variant that reads it."""

from collections.abc import Iterable, Mapping
from itertools import product
from typing import Any

from ...models.config import Config
from ...models.variants import MAIN_VARIANTS, VARIANTS
from ...results import base_of
from ..errors import UsageError
from .methods import Method, method, named, of_variant, unread
from .overrides import override


def methods_of(
    names: Iterable[str], config: Config, overrides: Mapping[str, Any], swept: Mapping[str, tuple[Any, ...]]
) -> list[Method]:
    """Return the methods that names and swept settings make, each once.

    Args:
        names: of variants and own models; "main" for the main variants.
        config: that of the sweep.
        overrides: the settings with one value behind it.
        swept: the values of the others. A variant that reads none of them is one method, with the values of `config`.

    Raises:
        UsageError: A name is wrong, a setting has a value both for all methods and for one of them, or one with
            several values is read by no method.
        ModelError: Settings together are none that a model can have.
    """
    whole = [one for name in names for one in (MAIN_VARIANTS if name == "main" else (name,))]
    found = [method(one, config) for name in whole for one in _expanded(name, config, swept)]
    for entry in found:
        if twice := sorted(entry.settings.keys() & overrides.keys()):
            raise UsageError(f"{twice[0]} is set for all methods and by {entry.name}; set it once")
    bases = ", ".join(dict.fromkeys(base_of(name) for name in whole))
    for key in swept:
        if not any(key in entry.settings for entry in found):
            raise UsageError(unread(key, f"no method reads it among {bases}"))
    return list({entry.name: entry for entry in found}.values())


def _expanded(name: str, config: Config, swept: Mapping[str, tuple[Any, ...]]) -> list[str]:
    """Return the names of a method with every combination of swept settings that it reads."""
    if not swept or ":" in base_of(name):
        return [name]
    base, own = of_variant(name, config)
    if twice := sorted(own.keys() & swept.keys()):
        raise UsageError(f"{twice[0]} has several values and one in {name}; set it once")
    found = []
    for values in product(*swept.values()):
        chosen = own | dict(zip(swept, values, strict=True))
        # Which sections are read may depend on the values: those of a view on `ssl.views`.
        whole = override(config, chosen)
        read = {key: value for key, value in chosen.items() if key in own or VARIANTS[base].reads(key, whole)}
        found.append(named(base, read))
    return found
