"""The application: middleware, routes and lifespan, from the settings it is given."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from importlib import metadata
from typing import Any

from fastapi import FastAPI
from starlette.middleware import Middleware

from api.access import AccessMiddleware
from api.deps import Services
from api.docs_page import install_docs_page
from api.errors import install_error_handlers
from api.limits import BodyLimitMiddleware, ConcurrencyMiddleware, DeadlineMiddleware
from api.openapi import DESCRIPTION, TAGS, TITLE, finish, operation_id
from api.reading import ReadingRoom, TextReader, build_pipeline
from api.routers import (
    analytics,
    chains,
    cypher,
    documents,
    entities,
    feedback,
    health,
    paths,
    recommend,
    relations,
    schema,
    search,
)
from api.security import GuardMiddleware, check_exposure
from api.thinking import ThinkingRoom
from graph.answers.embedding import Embedder
from graph.answers.reference import Reference
from graph.settings import Settings
from graph.store.database import AsyncDatabase, open_async_database

OpenDatabase = Callable[[Settings], Awaitable[AsyncDatabase]]
ROUTERS = (health, search, entities, relations, paths, chains, recommend, feedback, documents, analytics, schema, cypher)


class Api(FastAPI):
    """FastAPI whose description is completed by :func:`api.openapi.finish`."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, made once."""
        if self.openapi_schema is None:
            settings: Settings = self.state.settings
            reference: Reference = self.state.reference
            keyed = bool(settings.api_key.get_secret_value())
            self.openapi_schema = finish(super().openapi(), reference.ontology, keyed=keyed)
        return self.openapi_schema


def create_app(
    settings: Settings,
    *,
    open_database: OpenDatabase = open_async_database,
    build_reader: Callable[[Settings], TextReader] = build_pipeline,
    embedder: Embedder | None = None,
) -> FastAPI:
    """Builds the application. The store is opened when it starts and closed when it stops.

    Args:
        settings: Read once by the caller.
        open_database: Opens the store.
        build_reader: Makes the reader of posted texts, on the first of them.
        embedder: Source of the semantic part of matches and recommendations; None leaves it out.

    Raises:
        ConfigError: It would serve other machines without a key, or the ontology cannot be used.
    """
    check_exposure(settings)
    reference = Reference.load(settings.ontology)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as stack:
            database = await stack.enter_async_context(await open_database(settings))
            reading = ReadingRoom(lambda: build_reader(settings))
            stack.callback(reading.close)
            thinking = ThinkingRoom(database)
            stack.callback(thinking.close)
            store = f"api-{secrets.token_hex(8)}"
            app.state.services = Services(settings, reference, database, thinking, reading, embedder, store)
            yield

    app = Api(
        title=TITLE,
        version=metadata.version("innograph"),
        description=DESCRIPTION,
        openapi_tags=TAGS,
        lifespan=lifespan,
        docs_url=None,  # its pages load scripts from other hosts; api.docs_page serves one that does not
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=operation_id,
        middleware=[
            # The first is the outermost: the guard answers before a body is read, and every answer passes the first.
            Middleware(AccessMiddleware),
            Middleware(GuardMiddleware, settings=settings),
            Middleware(ConcurrencyMiddleware, limit=settings.api_concurrency),
            Middleware(DeadlineMiddleware, seconds=settings.api_timeout),
            Middleware(BodyLimitMiddleware, limit=settings.api_max_body),
        ],
    )
    app.state.settings = settings
    app.state.reference = reference
    install_error_handlers(app)
    install_docs_page(app)
    for module in ROUTERS:
        app.include_router(module.router)
    return app
