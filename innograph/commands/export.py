"""``export``: the graph as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graph.exports.files import FORMATS, export
from graph.settings import load_settings
from graph.store.database import open_database
from innograph import console


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("export")(run)


def run(
    path: Annotated[Path, typer.Argument(metavar="FILE")],
    format: Annotated[str, typer.Option(help=f"One of {', '.join(FORMATS)}; by the file's ending if not given.")] = "",
) -> None:
    """Writes all entities and relations to a file: JSON lines, CSV (two files) or GraphML.

    Example: `innograph export graph.graphml`
    """
    form = format or path.suffix.lstrip(".").lower()
    with open_database(load_settings()) as database, console.working("Writing …"):
        entities, relations = export(database, path, form)
    console.err.print(f"{entities} entities and {relations} relations written to {path}")
