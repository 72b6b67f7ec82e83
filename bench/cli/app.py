"""The application that every command joins."""

from typing import Annotated

import typer

from ...results import versions

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"ucrbench {versions()['ucrbench']}")
        raise typer.Exit


@app.callback()
def ucrbench(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Benchmark time-series representation learning and generation on the UCR archive."""
