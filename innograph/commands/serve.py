"""``serve``: the HTTP interface."""

from __future__ import annotations

import logging
import os
import socket
from typing import Annotated, Any

import typer
import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.memory import settle_memory
from graph.answers.embedding import load_embedder
from graph.errors import ConfigError
from graph.settings import Settings, load_settings
from innograph import console


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(serve)


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; INNOGRAPH_API_HOST by default.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; INNOGRAPH_API_PORT by default.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that answer.")] = 1,
) -> None:
    """Serves the API until interrupted; loopback unless told otherwise, and then only with a key.

    Example: `innograph serve --port 8080`
    """
    settings = load_settings()
    update = {key: value for key, value in (("api_host", host), ("api_port", port)) if value is not None}
    run_server(settings.model_copy(update=update), workers)


def run_server(settings: Settings, workers: int = 1) -> None:
    """Runs uvicorn in this thread until it is told to stop; more than one worker are processes of their own."""
    app = make_app(settings)  # before anything is said: a setting that cannot be used is an error here
    _check_port(settings)
    address = f"http://{settings.api_host}:{settings.api_port}"
    console.err.print(f"API: {address}/v1 · documentation: {address}/docs · stop with Ctrl-C")
    options: dict[str, Any] = {
        "host": settings.api_host,
        "port": settings.api_port,
        "log_level": logging.WARNING,
        "access_log": False,
        "server_header": False,
    }
    if workers == 1:
        uvicorn.run(app, **options)
        return
    # The workers read their settings anew: what the options of the command changed goes with them.
    os.environ |= {"INNOGRAPH_API_HOST": settings.api_host, "INNOGRAPH_API_PORT": str(settings.api_port)}
    uvicorn.run("innograph.commands.serve:make_app", factory=True, workers=workers, **options)


def _check_port(settings: Settings) -> None:
    """Finds out before the start whether the address can be listened on.

    Raises:
        ConfigError: It is in use, or no address of this machine.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.api_host, settings.api_port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise ConfigError(
            f"Cannot listen on {settings.api_host}:{settings.api_port}: {error.strerror or error}. "
            "Stop the other server, or give another --host or --port."
        ) from error


def make_app(settings: Settings | None = None) -> FastAPI:
    """The application of one process."""
    settings = settings or load_settings()
    app = create_app(settings, embedder=load_embedder(settings))
    settle_memory()
    return app
