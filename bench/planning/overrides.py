"""`--set training.lr=5e-4`: a changed configuration from dotted keys and their values as text."""

import types
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from ...models.config import Config, settings_of
from ..errors import UsageError, near


def read(config: Config, settings: Iterable[str]) -> dict[str, tuple[Any, ...]]:
    """Read settings such as "training.lr=5e-4" or, of several values, "codebook.codes=8,32".

    Returns:
        The values of each setting by its dotted key, each once.

    Raises:
        UsageError: A setting has no "=", an unknown key, or a value of another type, or is given twice.
    """
    known = settings_of(config)
    found: dict[str, tuple[Any, ...]] = {}
    for setting in settings:
        key, equals, text = setting.partition("=")
        key = key.strip()
        if not equals:
            raise UsageError(f"setting {setting!r} has no '='; write for example training.lr=5e-4")
        if key not in known:
            raise UsageError(f"no setting {key!r}; {near(key, list(known))}")
        hint = _hint(config, key)
        values = tuple(dict.fromkeys(_parse(hint, one.strip(), key) for one in text.split(",")))
        if found.get(key, values) != values:
            both = _listed(dict.fromkeys((*found[key], *values)))
            raise UsageError(
                f"{key} is set to {_listed(found[key])} and to {_listed(values)}; set it once, "
                f"or for a method of each value write {key}={both}"
            )
        found[key] = values
    return found


def override(config: Any, changed: Mapping[str, Any]) -> Any:
    """Return a configuration with values changed by dotted keys; each section checks itself once, when it has all.

    Raises:
        ModelError: The settings together are none that a model can have.
    """
    own: dict[str, Any] = {}
    sections: dict[str, dict[str, Any]] = {}
    for key, value in changed.items():
        name, _, rest = key.partition(".")
        if rest:
            sections.setdefault(name, {})[rest] = value
        else:
            own[name] = value
    own |= {name: override(getattr(config, name), inner) for name, inner in sections.items()}
    return replace(config, **own)


def text_of(value: object) -> str:
    """Return the value of a setting as `read` takes it; a whole number of a float without its point."""
    return "none" if value is None else str(value).removesuffix(".0")


def _listed(values: Iterable[object]) -> str:
    return ",".join(map(text_of, values))


def _hint(config: Any, key: str) -> Any:
    """Return the type of the setting with this dotted key."""
    *sections, name = key.split(".")
    for section in sections:
        config = getattr(config, section)
    return get_type_hints(type(config))[name]


def _parse(hint: Any, text: str, key: str) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        if text.lower() == "none":
            return None
        hint = next(option for option in get_args(hint) if option is not type(None))
    if get_origin(hint) is Literal:
        if text not in get_args(hint):
            raise UsageError(f"{key}={text}: choose from {', '.join(get_args(hint))}")
        return text
    try:
        value = hint(text)
    except ValueError:
        kind = {"int": "a whole number", "float": "a number"}[hint.__name__]
        raise UsageError(f"{key}={text}: {kind} is wanted") from None
    if value != value or value in (float("inf"), float("-inf")) or value < 0 or (hint is int and value == 0):
        raise UsageError(f"{key}={text}: a finite number {'of at least 1' if hint is int else 'not below 0'} is wanted")
    return value
