"""`list`: what there is to choose from."""

import textwrap
from collections.abc import Sequence
from typing import Annotated, Literal

import typer

from ... import datasets
from ...results import SCORES, USES_TEST, Publication
from .app import app
from .output import print_table


@app.command("list")
def list_(
    what: Annotated[Literal["datasets", "variants", "presets", "scores", "published"], typer.Argument()] = "variants",
) -> None:
    """Show what there is to choose from.

    Example: ucrbench list datasets
    """
    if what == "published":
        _print_published()
        return
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
        from ...models.config import settings_of
        from ..planning.presets import PRESETS

        head = ("setting", *PRESETS)
        settings = [settings_of(config) for config in PRESETS.values()]
        rows = [(key, *(values[key] for values in settings)) for key in settings[0]]
    print_table(head, rows)


def _print_published() -> None:
    """Print each table that ships with the package: name, data sets, scores, methods, origin, and how to read it."""
    from ...results.published import OWN, own_path, published

    for name in OWN:
        if (path := own_path(name)).is_file():
            _print_own(name, Publication(path))
    for name, rows in published().groupby("source"):
        scores, methods = (", ".join(dict.fromkeys(rows[column])) for column in ("score", "variant"))
        first = rows.iloc[0]
        print(f"{name}: {rows['dataset'].nunique()} data sets; {scores}")
        for text in (f"methods: {methods}", first["citation"], first["comparable"]):
            print(textwrap.fill(text, 110, initial_indent="  ", subsequent_indent="    "))


def _print_own(name: str, own: Publication) -> None:
    """Print the published file of the package's own results as a table from elsewhere is printed."""
    facts, statement = own.about["facts"], own.statement
    scores = sorted(set(own.table("scores")["score"].to_pylist()))
    print(f"{name}: {facts['datasets']} data sets; {', '.join(scores)}")
    compared = f"rows of a result folder, preset {', '.join(facts['presets'])}, with {USES_TEST[statement.uses_test]}"
    origin = statement.citation or f"{statement.title}, by {statement.authors}"
    for text in (f"methods: {', '.join(facts['methods'])}", origin, compared):
        print(textwrap.fill(text, 110, initial_indent="  ", subsequent_indent="    "))
