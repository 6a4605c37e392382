"""The OpenAPI description: names of the ontology as enums, problem responses on every operation, examples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi.routing import APIRoute

from api.errors import MEDIA_TYPE, ProblemDocument
from api.examples import ANSWERS
from api.schemas.common import ONTOLOGY_MARK
from api.security import KEY_HEADER, OPEN_PATHS
from graph.ontology import Ontology

TITLE = "InnoGraph"
DESCRIPTION = """\
A knowledge graph of the innovation ecosystem: which way leads from research through concept verification (概念验证)
and pilot (中试) to the industrial chain (产业链), who can take the next step, on what evidence, and where the chain is
broken.

Names are accepted wherever uids are. Lists come in pages: follow `next` until it is null. Errors are problem documents
(RFC 9457). Numbers between 0 and 1 are rounded to four decimals.
"""
TAGS = [
    {"name": "health", "description": "Is the process alive, is the service ready."},
    {"name": "look up", "description": "Entities, their surroundings, and the sentences behind everything."},
    {"name": "answers", "description": "Paths, chains, gaps, recommendations, matching."},
    {"name": "documents", "description": "Reading texts into the graph and looking at them again."},
    {"name": "about", "description": "The ontology in force, counts, and read-only Cypher."},
]

# Problems that an operation can answer with beside its own answers, by what it has.
_ANY = (401, 403, 421, 500, 503, 504)
_WITH_INPUT = (422,)
_WITH_BODY = (400, 413, 415)
_METHODS = ("get", "post", "put", "patch", "delete")
_REASONS = {
    400: "The body is not JSON.",
    401: "A key is set and the request does not carry it.",
    403: "The request comes from another machine or another site, and no key is set; or the function is off.",
    404: "There is no such thing.",
    409: "The state of the thing forbids the request.",
    413: "The body is larger than the server takes.",
    415: "The body has a media type that is not taken here.",
    421: "The host name is not one of this server's.",
    422: "The input cannot be used; `errors` names each part.",
    500: "The server or the store failed; the request id leads to the log entry.",
    503: "The store cannot be reached, or too many requests are being served. Try again after `Retry-After` seconds.",
    504: "The answer took too long. Ask for less.",
}


def operation_id(route: APIRoute) -> str:
    """The name of the route's function: stable, and what client generators call their methods."""
    return route.name


def finish(document: dict[str, Any], ontology: Ontology, *, keyed: bool) -> dict[str, Any]:
    """Completes FastAPI's description in place and returns it.

    Args:
        document: What FastAPI made of the routes.
        ontology: Whose names become enums.
        keyed: Whether an API key is set and so needed.
    """
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    problem = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    components["responses"] = {
        f"Problem{status}": {
            "description": reason,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, reason in _REASONS.items()
    }
    components["securitySchemes"] = {
        "key": {
            "type": "apiKey",
            "in": "header",
            "name": KEY_HEADER,
            "description": "Needed where the server has a key.",
        }
    }
    for path, operation in operations(document):
        _add_problems(operation)
        if keyed and path not in OPEN_PATHS:
            operation["security"] = [{"key": []}]
        example = ANSWERS.get(operation["operationId"], {})
        for status, value in example.items():
            for media in operation["responses"][str(status)].get("content", {}).values():
                media["example"] = value
    _fill_enums(
        document,
        {
            "entity_types": list(ontology.entity_types),
            "relation_types": list(ontology.relation_types),
            "stages": list(ontology.stages),
        },
    )
    return document


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every operation with its path."""
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                yield path, item[method]


def _add_problems(operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    responses.pop("422", None)
    statuses = [*_ANY]
    if operation.get("parameters") or "requestBody" in operation:
        statuses += _WITH_INPUT
    if "requestBody" in operation:
        statuses += _WITH_BODY
    # A route names its own further problems with an empty response, for example ``responses={404: {}}``.
    statuses += [int(status) for status in responses if int(status) in _REASONS]
    for status in sorted(set(statuses)):
        responses[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}


def _fill_enums(node: Any, names: dict[str, list[str]]) -> None:
    if isinstance(node, dict):
        if (kind := node.pop(ONTOLOGY_MARK, None)) is not None:
            node["enum"] = names[kind]
        for value in node.values():
            _fill_enums(value, names)
    elif isinstance(node, list):
        for value in node:
            _fill_enums(value, names)
