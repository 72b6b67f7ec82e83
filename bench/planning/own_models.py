"""A user's own model class, named `module:Class` or, with arguments of its constructor, `module:Class(dim=8)`."""

import ast
import hashlib
import importlib
import inspect
import os
import sys
import traceback
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...models.protocol import Model
from ..errors import UsageError, one_line
from .streams import lasting_output

_OF_JOB = ("seed", "device")  # what the constructor is given by the job


@dataclass(frozen=True)
class OwnModel:
    """A user's class, and how it is made.

    Attributes:
        base: `module:Class`.
        arguments: keyword arguments of the constructor beside seed and device.
    """

    base: str
    arguments: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The one name of this class with these arguments: keywords sorted, values as Python writes them."""
        if not self.arguments:
            return self.base
        return f"{self.base}({', '.join(f'{key}={self.arguments[key]!r}' for key in sorted(self.arguments))})"

    @property
    def source_hash(self) -> str:
        """Hash of the source of the module that defines the class, so that changed code is another job."""
        kind = self.load()
        try:
            source = inspect.getsource(sys.modules[kind.__module__])
        except (OSError, TypeError):
            source = kind.__qualname__
        return hashlib.sha256(source.encode()).hexdigest()

    def load(self) -> type[Any]:
        """Import the class.

        Raises:
            UsageError: There is no such module or class, or one without `fit` or `encode`.
        """
        module_name, _, class_name = self.base.partition(":")
        # A model beside the user's work is found as `python -m` would find it.
        if os.getcwd() not in sys.path:
            sys.path.insert(0, os.getcwd())
        try:
            with lasting_output():
                module = importlib.import_module(module_name)
        except (Exception, SystemExit) as error:  # whatever the user's module does while it is imported
            raise UsageError(f"cannot import {module_name!r}: {one_line(error)}{_place(error)}") from error
        kind = getattr(module, class_name, None)
        if not inspect.isclass(kind):
            raise UsageError(f"module {module_name!r} has no class {class_name!r}")
        for method in ("fit", "encode"):
            if not callable(getattr(kind, method, None)):
                raise UsageError(f"{self.base} has no method {method}; a model needs fit(x, y) and encode(x)")
        return kind

    def build(self, seed: int, device: str) -> Model:
        """Return an instance; `seed` and `device` are handed over where the constructor takes them.

        Raises:
            UsageError: The constructor takes no such arguments, wants others, or raises.
        """
        kind = self.load()
        try:
            signature = inspect.signature(kind)
        except (TypeError, ValueError) as error:  # a class written in C may have none
            raise UsageError(f"{self.name} cannot be made: {error}") from error
        given = deepcopy(dict(self.arguments))  # a model may change what it is given
        given |= {key: of_job for key, of_job in (("seed", seed), ("device", device)) if key in signature.parameters}
        try:
            signature.bind(**given)
        except TypeError as error:
            what = "with these arguments" if self.arguments else "with seed and device alone"
            takes = ", ".join(key for key in signature.parameters if key not in _OF_JOB)
            way_out = f"in brackets it takes {takes}" if takes else "it takes none in brackets"
            raise UsageError(f"{self.name} cannot be made {what}: {error}; {way_out}") from error
        try:
            with lasting_output():
                return kind(**given)
        except (Exception, SystemExit) as error:  # whatever the user's constructor does
            raise UsageError(f"{self.name} cannot be made: {one_line(error)}{_place(error)}") from error


def own_model(name: str) -> OwnModel:
    """Read a name such as `module:Class(dim=8)`.

    Raises:
        UsageError: What stands in brackets is not keywords with literal values, or names what the job gives.
    """
    base, bracket, inside = name.partition("(")
    if not bracket:
        return OwnModel(base, {})
    call = _call(inside)
    if call is None or call.args or any(keyword.arg is None for keyword in call.keywords):
        raise UsageError(f"{name}: write keywords with literal values in brackets, such as {base}(dim=8)")
    arguments: dict[str, Any] = {}
    for keyword in call.keywords:
        key = str(keyword.arg)
        if key in arguments:
            raise UsageError(f"{name}: {key} stands there twice; give it once")
        if key in _OF_JOB:
            raise UsageError(f"{name}: {key} is that of the job; leave it out")
        arguments[key] = _literal(name, key, keyword.value)
    return OwnModel(base, arguments)


def _call(inside: str) -> ast.Call | None:
    """Return the call whose arguments and closing bracket a text is; None where it is none or goes on behind."""
    try:
        call = ast.parse(f"_({inside}", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return call if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) else None


def _literal(name: str, key: str, value: ast.expr) -> Any:
    """Return the value of a literal whose text is always the same."""
    try:
        found = ast.literal_eval(value)
        if ast.literal_eval(repr(found)) == found and not any(isinstance(part, ast.Set) for part in ast.walk(value)):
            return found
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        pass
    kinds = "numbers, texts, True, False, None, and lists, tuples and dicts of these"
    raise UsageError(f"{name}: {key} is no literal; there are {kinds}")


def _place(error: BaseException) -> str:
    """Return where in the user's file an error came up, such as " (mine.py, line 12)"; nothing where in none."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename not in (__file__, importlib.__file__) and not frame.filename.startswith("<frozen")
    ]
    own = [frame for frame in frames if frame.filename == frames[0].filename]
    return f" ({Path(own[-1].filename).name}, line {own[-1].lineno})" if own else ""
