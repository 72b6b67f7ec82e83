"""The options of a command from the fields of the requests that it takes."""

import functools
import inspect
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import typer

from ...results import split_names
from ..errors import UsageError, near, one_line
from .texts import seconds_of, seeds_of, shard_of, together, whole_of


@dataclass(frozen=True)
class Request:
    """A request that a command takes: an option for each of its fields that is not fixed.

    Attributes:
        kind: dataclass of the request, whose fields are made by `ucrbench.bench.planning.request.option`.
        only: names of the fields that are options; all of them by default.
        fixed: values that the command gives itself.
    """

    kind: type[Any]
    only: tuple[str, ...] | None = None
    fixed: dict[str, Any] = field(default_factory=dict)

    @property
    def fields(self) -> list[Field[Any]]:
        """The fields that are options."""
        found = fields(self.kind)
        return [one for one in found if one.name not in self.fixed and (self.only is None or one.name in self.only)]

    def make(self, texts: dict[str, Any], table: dict[str, Any]) -> Any:
        """Return the request, of the options given and, where there is none, of a sweep file.

        Raises:
            UsageError: a text cannot be read, or a field that must be given is not.
        """
        values = dict(self.fixed)
        for one in self.fields:
            text = texts[one.name]
            if one.metadata["repeated"]:
                values[one.name] = _joined(table.get(one.name) or [], text or [])
                continue
            text = together(text) if isinstance(text, list) else text
            text = table.get(one.name) if text is None else text
            if text is not None:
                values[one.name] = _read(self.kind, one, str(text))
            elif one.default is MISSING:
                raise UsageError(f"Missing option {' / '.join(_flags(one))}; give it, or a file of options by --sweep")
        return self.kind(**values)


def _joined(of_file: list[str], given: list[str]) -> tuple[str, ...]:
    """Return the settings of a sweep file and of the command line, which win."""
    keys = {setting.partition("=")[0].strip() for setting in given}
    return (*(setting for setting in of_file if setting.partition("=")[0].strip() not in keys), *given)


def takes(from_file: bool = True, **requests: Request) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command an option for each field of its requests.

    Args:
        from_file: whether there is `--sweep` too, a file of the options.
        requests: by the name of the command's parameter that is handed the request.
    """

    def wrap(command: Callable[..., None]) -> Callable[..., None]:
        own = [one for one in inspect.signature(command).parameters.values() if one.name not in requests]

        @functools.wraps(command)
        def called(sweep_file: str | None = None, **given: Any) -> None:
            table = {} if sweep_file is None else _table(Path(sweep_file), list(requests.values()))
            made = {name: request.make(given, table) for name, request in requests.items()}
            command(**{one.name: given[one.name] for one in own}, **made)

        parameters = [*own, _SWEEP_FILE] if from_file else list(own)
        parameters += [_parameter(request.kind, one) for request in requests.values() for one in request.fields]
        parameters.sort(key=lambda one: one.default is not inspect.Parameter.empty)
        called.__signature__ = inspect.Signature(parameters)  # pyright: ignore[reportAttributeAccessIssue]
        called.__annotations__ = {one.name: one.annotation for one in parameters}
        return called

    return wrap


_SWEEP_FILE = inspect.Parameter(
    "sweep_file",
    inspect.Parameter.KEYWORD_ONLY,
    default=None,
    annotation=Annotated[
        str | None, typer.Option("--sweep", metavar="FILE", help="TOML file of these options; those given here win.")
    ],
)


def _parameter(kind: type[Any], one: Field[Any]) -> inspect.Parameter:
    """Return the option of a field: text, unless it is one of a few choices; a list may be given in several parts."""
    hint = get_type_hints(kind)[one.name]
    offered: Any = hint if get_origin(hint) is Literal or hint in (int, int | None) else str
    if hint in _LISTS:
        offered = list[str]
    default = "" if one.default in (MISSING, None, ()) else f" Default: {_text(one.default)}."
    option = typer.Option(*_flags(one), help=one.metadata["help"] + default)
    return inspect.Parameter(
        one.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[offered | None, option]
    )


def _flags(one: Field[Any]) -> tuple[str, ...]:
    return one.metadata["flags"] or ("--" + one.name.replace("_", "-"),)


def _read(kind: type[Any], one: Field[Any], text: str) -> Any:
    """Return the value of a field from its text."""
    hint, option = get_type_hints(kind)[one.name], _flags(one)[0]
    if hint in _FROM_TEXT:
        return _FROM_TEXT[hint](text, option)
    if get_origin(hint) is Literal and text not in get_args(hint):
        raise UsageError(f"{option} {text}: choose from {', '.join(get_args(hint))}")
    return text


_LISTS = (tuple[str, ...], tuple[str, ...] | None, tuple[int, ...])
_FROM_TEXT: dict[Any, Callable[[str, str], Any]] = {
    int: lambda text, option: whole_of(option, text),
    int | None: lambda text, option: whole_of(option, text),
    tuple[str, ...]: lambda text, _: split_names(text),
    tuple[str, ...] | None: lambda text, _: split_names(text) or None,
    tuple[int, ...]: lambda text, _: seeds_of(text),
    tuple[int, int] | None: lambda text, _: shard_of(text),
    float | None: lambda text, option: seconds_of(option, text),
}


def _table(path: Path, requests: Iterable[Request]) -> dict[str, Any]:
    """Return what a sweep file says, by field, as the command line would: a text, or settings such as "a.b=1".

    Raises:
        UsageError: The file cannot be read, or names an option that there is not.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:  # tomllib's errors and wrong encodings are ValueErrors
        raise UsageError(f"--sweep {path} cannot be read: {one_line(error)}") from error
    known = {_flags(one)[0].removeprefix("--"): one for request in requests for one in fields(request.kind)}
    if unknown := [key for key in table if key not in known]:
        raise UsageError(f"{path}: there is no option {unknown[0]!r}; {near(unknown[0], list(known))}")
    read = {True: _settings, False: _text}
    return {known[key].name: read[known[key].metadata["repeated"]](value) for key, value in table.items()}


def _text(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _settings(value: Any, prefix: str = "") -> list[str]:
    """Return settings as `--set` takes them, from a list of such or from a table, which may be nested."""
    if not isinstance(value, dict):
        return value if isinstance(value, list) else [value]
    found = []
    for key, one in value.items():
        name = f"{prefix}{key}"
        found += _settings(one, f"{name}.") if isinstance(one, dict) else [f"{name}={_text(one)}"]
    return found
