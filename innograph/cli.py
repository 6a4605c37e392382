"""The command ``innograph``.

Exit codes: 0 done, 1 done but something was set aside, 2 the input or a setting cannot be used, 3 the store failed.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from graph.errors import InnoGraphError, StoreError
from innograph import __version__, console

_INTERRUPTED = 130
# The module of innograph.commands that a command stands in. It is imported when the command is asked for, and with it
# models, spaCy and the driver, which take seconds.
_MODULES = {
    "extract": "read", "clean": "read", "ingest": "ingest", "embed": "ingest", "search": "ask", "show": "ask", "path": "ask",
    "chain": "ask", "gaps": "ask", "gap-matrix": "ask", "recommend": "ask", "stats": "ask", "analyse": "ask", "match": "matching",
    "feedback": "feedback", "export": "export", "demo": "demo", "serve": "serve", "db": "store",
}  # fmt: skip


class _Commands(dict[str, Any]):
    """Commands by name, each made from its module when it is looked up."""

    def __missing__(self, name: str) -> Any:
        if name not in _MODULES:
            raise KeyError(name)
        module = importlib.import_module(f"innograph.commands.{_MODULES[name]}")
        if hasattr(module, "app"):
            found = get_command(module.app)
            found.name = name
            self[name] = found
            return found
        holder = typer.Typer(rich_markup_mode="markdown")
        holder.callback()(lambda: None)  # so that a module of one command is a group, too
        module.register(holder)
        group: Any = get_command(holder)
        self.update(group.commands)
        return self[name]

    def __contains__(self, name: object) -> bool:
        return name in _MODULES or super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """The command of that name."""
        try:
            return self[name]
        except KeyError:
            return default

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys((*_MODULES, *super().__iter__())))


class _Lazy(TyperGroup):
    """A group whose commands are imported one by one."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands = _Commands(self.commands)

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of all commands."""
        return list(self.commands)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name, or None."""
        return self.commands.get(cmd_name)


app = typer.Typer(
    name="innograph",
    cls=_Lazy,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    add_completion=True,
    help="Reads texts about the innovation ecosystem into a graph and answers how research reaches the industrial chain.",
    epilog="Settings are INNOGRAPH_* variables: docs/settings.md. Example: `innograph ingest samples/ && innograph chain 氢能`",
)


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
