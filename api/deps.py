"""What routes work with, handed to them by FastAPI's dependency injection."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from api.errors import UNSUPPORTED_MEDIA, Problem
from api.reading import ReadingRoom
from api.thinking import ThinkingRoom
from graph.answers.embedding import Embedder
from graph.answers.reference import Reference
from graph.errors import InvalidInput
from graph.ontology import Ontology
from graph.settings import Settings
from graph.store.database import AsyncDatabase


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a route may use; built by the app's lifespan.

    Attributes:
        database: For answers that only look something up.
        thinking: For answers that compute.
        embedder: Source of the semantic part of matches; None leaves it out.
        store: Names this app's store to caches that the whole process shares.
    """

    settings: Settings
    reference: Reference
    database: AsyncDatabase
    thinking: ThinkingRoom
    reading: ReadingRoom
    embedder: Embedder | None
    store: str


def get_services(request: Request) -> Services:
    """The services of the app that serves the request."""
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(get_services)]


def media_type(request: Request) -> str:
    """The media type of the body as the request names it, without parameters; ``""`` if it names none."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def json_body(request: Request) -> None:
    """Refuses a body that is not announced as JSON.

    Raises:
        Problem: 415.
    """
    if media_type(request) != "application/json":
        raise Problem(UNSUPPORTED_MEDIA, "Send the body as JSON, with the header Content-Type: application/json.")


JSON_BODY = Depends(json_body)


def entity_types(ontology: Ontology, names: Iterable[str]) -> tuple[str, ...]:
    """The names, each once, in the order given.

    Raises:
        InvalidInput: One is no entity type of the ontology.
    """
    return tuple(dict.fromkeys(ontology.check_entity_type(name) for name in names))


def stage(ontology: Ontology, name: str) -> str:
    """The name, or ``""`` as it is.

    Raises:
        InvalidInput: It is no stage of the ontology.
    """
    if name and name not in ontology.stages:
        raise InvalidInput(f"Unknown stage {name!r}. Known stages: {', '.join(ontology.stages)}.")
    return name
