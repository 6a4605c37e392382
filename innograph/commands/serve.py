"""``serve``: the HTTP interface."""

from __future__ import annotations

import logging
from typing import Annotated

import typer
import uvicorn

from api.app import create_app
from graph.answers.embedding import load_embedder
from graph.settings import Settings, load_settings
from innograph import console


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(serve)


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; INNOGRAPH_API_HOST by default.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; INNOGRAPH_API_PORT by default.")] = None,
) -> None:
    """Serves the API until interrupted; loopback unless told otherwise, and then only with a key.

    Example: `innograph serve --port 8080`
    """
    settings = load_settings()
    update = {key: value for key, value in (("api_host", host), ("api_port", port)) if value is not None}
    run_server(settings.model_copy(update=update))


def run_server(settings: Settings) -> None:
    """Runs uvicorn in this thread until it is told to stop."""
    address = f"http://{settings.api_host}:{settings.api_port}"
    console.err.print(f"API: {address}/v1 · documentation: {address}/docs · stop with Ctrl-C")
    uvicorn.run(
        create_app(settings, embedder=load_embedder(settings.embedder)),
        host=settings.api_host,
        port=settings.api_port,
        log_level=logging.WARNING,
        access_log=False,
        server_header=False,
    )
