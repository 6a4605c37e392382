"""The command ``innograph``.

Exit codes: 0 done, 1 done but something was set aside, 2 the input or a setting cannot be used, 3 the store failed.
"""

from __future__ import annotations

from typing import Annotated

import typer

from graph.errors import InnoGraphError, StoreError
from innograph import __version__, console
from innograph.commands import ask, demo, export, feedback, ingest, matching, read, serve, store

_INTERRUPTED = 130

app = typer.Typer(
    name="innograph",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    add_completion=True,
    help="Reads texts about the innovation ecosystem into a graph and answers how research reaches the industrial chain.",
    epilog="Settings are INNOGRAPH_* variables: docs/settings.md. Example: `innograph ingest samples/ && innograph chain 氢能`",
)
for module in (read, ingest, ask, matching, export, demo, serve):
    module.register(app)
app.add_typer(store.app, name="db")
app.add_typer(feedback.app, name="feedback")


@app.callback()
def options(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show log lines.")] = False,
) -> None:
    """Options before the command."""
    console.set_up_logging(verbose)


@app.command()
def version() -> None:
    """Prints the version. Example: `innograph version`"""
    console.write(f"innograph {__version__}\n")


def main() -> None:
    """Entry point: turns errors into one clear line and an exit code."""
    try:
        app()
    except SystemExit as stop:
        if stop.code == _INTERRUPTED:
            console.err.print("Interrupted. What was done is kept; the command can be given again.")
        raise
    except StoreError as error:
        console.err.print(f"[bold red]Store:[/] {_plain(error)}")
        raise SystemExit(3) from None
    except InnoGraphError as error:
        console.err.print(f"[bold red]Error:[/] {_plain(error)}")
        raise SystemExit(2) from None


def _plain(error: Exception) -> str:
    return str(error).replace("[", r"\[")
