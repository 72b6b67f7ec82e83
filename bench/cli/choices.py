"""`list`: what there is to choose from."""

from collections.abc import Sequence
from typing import Annotated, Literal

import typer

from ... import datasets
from ...results import SCORES
from .app import app
from .output import print_table


@app.command("list")
def list_(
    what: Annotated[Literal["datasets", "variants", "presets", "scores"], typer.Argument()] = "variants",
) -> None:
    """Show what there is to choose from.

    Example: ucrbench list datasets
    """
    rows: Sequence[Sequence[object]]
    if what == "datasets":
        head = ("name", "type", "train", "test", "classes", "length", "archive")
        rows = [
            (i.name, i.type, i.n_train, i.n_test, i.n_classes, f"{'up to ' if i.varies else ''}{i.length}", i.archive)
            for i in datasets.catalogue().values()
        ]
    elif what == "variants":
        from ...models.variants import VARIANTS

        head, rows = ("name", "title"), [(v.name, v.title) for v in VARIANTS.values()]
    elif what == "scores":
        head = ("name", "better", "what it is")
        better = {True: "higher", False: "lower", None: "-"}
        rows = [(name, better[s.higher_is_better], s.description) for name, s in SCORES.items()]
    else:
        from ..planning.overrides import keys
        from ..planning.presets import PRESETS

        head = ("setting", *PRESETS)
        settings = [keys(config) for config in PRESETS.values()]
        rows = [(key, *(values[key] for values in settings)) for key in settings[0]]
    print_table(head, rows)
