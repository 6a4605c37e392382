"""``db``: the managed Neo4j, and the schema of any."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from graph.errors import ConfigError
from graph.ontology import load_ontology
from graph.settings import load_settings
from graph.store.database import open_database
from graph.store.local import LocalServer
from graph.store.migrations import migrate as run_migrations
from innograph import console

app = typer.Typer(
    help="The managed Neo4j server, and the schema of any server.", no_args_is_help=True, add_completion=False
)


def _local() -> LocalServer:
    settings = load_settings()
    if settings.neo4j_uri:
        raise ConfigError("INNOGRAPH_NEO4J_URI names a server elsewhere; unset it to manage the local one.")
    return LocalServer(settings)


@app.command()
def start() -> None:
    """Starts the managed server, or joins it if it runs. Example: `innograph db start`"""
    server = _local()
    with console.working("Starting Neo4j …"):
        access = server.start()
    console.write(f"Neo4j answers at {access.uri}\n")
    where = server.status()
    if where.browser:
        console.write(f"Neo4j Browser: {where.browser} (user {access.user}; password in {where.folder / 'password'})\n")


@app.command()
def stop() -> None:
    """Stops the managed server; its data stays. Example: `innograph db stop`"""
    with console.working("Stopping Neo4j …"):
        ran = _local().stop()
    console.write("Stopped.\n" if ran else "It was not running.\n")


@app.command()
def status(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Says whether the managed server runs, where, and how large its data is. Example: `innograph db status`"""
    state = _local().status()
    if json:
        values = dataclasses.asdict(state)
        console.print_json({key: str(value) if isinstance(value, Path) else value for key, value in values.items()})
        return
    for field in dataclasses.fields(state):
        value = getattr(state, field.name)
        if value not in (None, ""):
            console.write(f"{field.name}: {value}\n")


@app.command()
def migrate() -> None:
    """Brings the schema of the store up to date. Example: `INNOGRAPH_NEO4J_URI=neo4j://host innograph db migrate`"""
    settings = load_settings()
    with open_database(settings, require_schema=False) as database:
        applied = run_migrations(database, load_ontology(settings.ontology))
    console.write(f"{len(applied)} migrations applied.\n")


@app.command()
def reset(yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Deletes all data of the managed server, for good. Example: `innograph db reset --yes`"""
    server = _local()
    if not yes:
        typer.confirm(f"Delete all data under {server.folder}?", abort=True)
    server.reset()
    console.write("All data is deleted.\n")
