"""The command line put together."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from worker import __version__
from worker.cli.commands import COMMANDS, lazy_group
from worker.errors import TrucewireError

app = typer.Typer(
    cls=lazy_group(COMMANDS),
    name="trucewire",
    help="A news monitor for a conflict region: feeds in, one alert per event out, and a log to look everything up in.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"trucewire {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    _: Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show it.")] = False,
) -> None:
    pass  # the help text is the app's


def main() -> None:
    """The console script: runs the command and turns every error of ours into one line and exit status 1."""
    try:
        app()
    except TrucewireError as error:
        sys.exit(f"trucewire: {error}")
    except BrokenPipeError:
        # `trucewire articles | head`: the reader has seen enough. Nothing may be flushed into the closed pipe at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
