"""`--set training.lr=5e-4`: a changed configuration from dotted keys and their values as text."""

import types
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from ...models.config import Config, settings_of
from ..errors import UsageError, near


def override(config: Config, settings: Iterable[str]) -> tuple[Config, dict[str, Any]]:
    """Apply settings such as "training.lr=5e-4" to a configuration, all at once: their order does not matter.

    Returns:
        The changed configuration, and the settings as a mapping from key to value.

    Raises:
        UsageError: a setting has no "=", an unknown key, or a value of another type, or is given twice.
        ModelError: the settings together are none that a model can have.
    """
    known = settings_of(config)
    changed: dict[str, Any] = {}
    for setting in settings:
        key, equals, text = setting.partition("=")
        key = key.strip()
        if not equals:
            raise UsageError(f"setting {setting!r} has no '='; write for example training.lr=5e-4")
        if key not in known:
            raise UsageError(f"no setting {key!r}; {near(key, list(known))}")
        value = _parse(_hint(config, key), text.strip(), key)
        if changed.get(key, value) != value:
            raise UsageError(f"{key} is set to {changed[key]} and to {value}; set it once")
        changed[key] = value
    return _replaced(config, changed), changed


def _hint(config: Any, key: str) -> Any:
    """Return the type of the setting with this dotted key."""
    *sections, name = key.split(".")
    for section in sections:
        config = getattr(config, section)
    return get_type_hints(type(config))[name]


def _replaced(config: Any, changed: dict[str, Any]) -> Any:
    """Return a configuration with values changed by dotted keys; each section checks itself once, when it has all."""
    own: dict[str, Any] = {}
    sections: dict[str, dict[str, Any]] = {}
    for key, value in changed.items():
        name, _, rest = key.partition(".")
        if rest:
            sections.setdefault(name, {})[rest] = value
        else:
            own[name] = value
    own |= {name: _replaced(getattr(config, name), inner) for name, inner in sections.items()}
    return replace(config, **own)


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
