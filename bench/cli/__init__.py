"""The command line: each command a few lines around one function that anyone can call from Python.

Commands import what needs torch when they are called: help, lists and the care of stores do without.
"""

import sys
from typing import Any

import typer

from ...datasets import DatasetError
from ...models.errors import ModelError
from ...results import StoreError
from ..errors import JobFailed, PoolError, UsageError

# Importing a module of commands adds them, in this order, to the help.
from . import choices, data, demo, info, publishing, reporting, stores, sweeping  # noqa: F401
from .app import app
from .output import drop_output, steady_streams

# Typer carries its own copy of click, whose errors it does not export by name.
ClickException: Any = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")


def main() -> None:
    """Run the command line; exit status 0, 1 where jobs failed, 2 for wrong use, 130 when interrupted."""
    steady_streams()
    try:
        status = _run()
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads has enough
        drop_output()
        status = 141
    except OSError as error:
        drop_output()
        what = "cannot print" if error.filename is None else error.filename
        print(f"ucrbench: {what}: {error.strerror}", file=sys.stderr)
        status = 1
    sys.exit(status)


def _run() -> int:
    try:
        return app(standalone_mode=False) or 0
    except (UsageError, ModelError, StoreError, DatasetError) as error:
        print(f"ucrbench: {error}", file=sys.stderr)
        return 2
    except ClickException as error:
        print(f"ucrbench: {error.format_message().rstrip('.')}; see ucrbench --help", file=sys.stderr)
        return 2
    except (PoolError, JobFailed) as error:
        print(f"ucrbench: {error}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, typer.Abort):
        print("ucrbench: interrupted; the same command goes on from here", file=sys.stderr)
        return 130
