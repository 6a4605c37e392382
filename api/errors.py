"""The one place where errors become HTTP: RFC 9457 problem documents (``application/problem+json``).

A body never carries a stack trace, a query, an address of the store or a secret. What went wrong inside is logged
under the request id that the body shows.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope

from graph.errors import (
    ConfigError,
    Conflict,
    EmbedderError,
    EndpointError,
    InnoGraphError,
    InvalidInput,
    NotFound,
    StageError,
    StoreError,
    StoreUnavailable,
)

logger = logging.getLogger("innograph.api")

MEDIA_TYPE = "application/problem+json"
REQUEST_ID = "innograph.request_id"
RETRY_AFTER_SECONDS = 5
MAX_ERRORS = 20
MAX_DETAIL = 2_000


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: the last part of its type URN, its status and a title that never varies."""

    slug: str
    status: int
    title: str

    @property
    def urn(self) -> str:
        """The problem type, an identifier to compare, not an address to fetch."""
        return f"urn:innograph:problem:{self.slug}"


BAD_REQUEST = Kind("bad-request", 400, "The request cannot be read")
UNAUTHORIZED = Kind("unauthorized", 401, "A valid API key is needed")
FORBIDDEN = Kind("forbidden", 403, "The request is not allowed")
NOT_FOUND = Kind("not-found", 404, "There is no such thing")
METHOD_NOT_ALLOWED = Kind("method-not-allowed", 405, "The address does not take this method")
CONFLICT = Kind("conflict", 409, "The state of the thing forbids the request")
TOO_LARGE = Kind("too-large", 413, "The request is too large")
UNSUPPORTED_MEDIA = Kind("unsupported-media", 415, "The body has a media type that is not taken here")
MISDIRECTED = Kind("misdirected", 421, "The host name is not one of this server")
INVALID_INPUT = Kind("invalid-input", 422, "The input cannot be used")
DOCUMENT_FAILED = Kind("document-failed", 422, "The document failed on its way")
INTERNAL = Kind("internal", 500, "The server failed")
STORE_FAILED = Kind("store-failed", 500, "The store failed")
STORE_UNAVAILABLE = Kind("store-unavailable", 503, "The store cannot answer now")
EMBEDDER_UNAVAILABLE = Kind("embedder-unavailable", 503, "The source of sentence vectors cannot answer now")
READER_UNAVAILABLE = Kind("reader-unavailable", 503, "The language model cannot answer now")
NOT_READY = Kind("not-ready", 503, "The service is not ready")
OVERLOADED = Kind("overloaded", 503, "Too many requests at once")
TIMED_OUT = Kind("timed-out", 504, "The answer took too long")

KINDS = tuple(value for value in list(globals().values()) if isinstance(value, Kind))

# Looked up along the class hierarchy, so a new subclass inherits its parent's kind.
_BY_CLASS: Mapping[type[BaseException], Kind] = {
    InvalidInput: INVALID_INPUT,
    NotFound: NOT_FOUND,
    Conflict: CONFLICT,
    StageError: DOCUMENT_FAILED,
    StoreUnavailable: STORE_UNAVAILABLE,
    StoreError: STORE_FAILED,
    EmbedderError: EMBEDDER_UNAVAILABLE,
    EndpointError: READER_UNAVAILABLE,
    ConfigError: INTERNAL,
    InnoGraphError: INTERNAL,
}
_BY_STATUS: Mapping[int, Kind] = {
    kind.status: kind
    for kind in (
        BAD_REQUEST,
        UNAUTHORIZED,
        FORBIDDEN,
        NOT_FOUND,
        METHOD_NOT_ALLOWED,
        CONFLICT,
        TOO_LARGE,
        UNSUPPORTED_MEDIA,
    )
}
_FIXED_DETAIL: Mapping[str, str] = {
    INTERNAL.slug: "Something failed inside. The request_id leads to the log entry.",
    STORE_FAILED.slug: "The store refused or failed. The request_id leads to the log entry.",
    EMBEDDER_UNAVAILABLE.slug: (
        "The embedder of INNOGRAPH_EMBEDDER cannot be reached or refused. Try again later, or do without: "
        "INNOGRAPH_EMBEDDER=none."
    ),
    READER_UNAVAILABLE.slug: (
        "The language model of INNOGRAPH_LLM_URL cannot be reached or refused. Try again later, or do without: "
        "INNOGRAPH_READER=best."
    ),
    STORE_UNAVAILABLE.slug: (
        "The store cannot be reached or could not finish in time. Try again in a few seconds, or ask for less."
    ),
}


class FieldProblem(BaseModel):
    """One thing that is wrong with one part of the input."""

    location: str = Field(description="Where it is: `query.limit`, `body.text`, …")
    message: str = Field(description="What is wrong and what would be right.")


class ProblemDocument(BaseModel):
    """A problem as RFC 9457 describes it, with the request id and, for invalid input, a list of what is wrong."""

    model_config = ConfigDict(
        title="Problem",
        json_schema_extra={
            "examples": [
                {
                    "type": NOT_FOUND.urn,
                    "title": NOT_FOUND.title,
                    "status": 404,
                    "detail": "No entity has the uid or name '火星大学'. Look it up with GET /v1/search.",
                    "request_id": "9f1c6f0e5b7d4a30",
                }
            ]
        },
    )

    type: str = Field(description="Kind of problem, a URN to compare; docs/api.md lists them.")
    title: str = Field(description="The kind in words; the same for every problem of the kind.")
    status: int = Field(description="The HTTP status, repeated.", ge=400, le=599)
    detail: str = Field(description="What happened this time and what to do.")
    request_id: str = Field(description="Names the request in the server's log; also in the X-Request-ID header.")
    errors: list[FieldProblem] | None = Field(default=None, description="Invalid input only: each part that is wrong.")
    stage: str | None = Field(default=None, description="Failed document only: the stage in which it failed.")
    document: str | None = Field(default=None, description="Failed document only: its uid or source.")


class Problem(Exception):
    """A problem that the HTTP layer itself raises: no key, too large, not ready.

    Attributes:
        kind: Which problem.
        detail: What happened this time; shown to the caller.
        headers: Headers for the response beside the usual ones.
    """

    def __init__(self, kind: Kind, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.headers = dict(headers or {})


class Moved(Exception):
    """The thing is now known by another uid; answered with 308 and its new address.

    Attributes:
        location: Address relative to the server's root, quoted.
    """

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


def problem_response(
    scope: Scope, kind: Kind, detail: str, *, headers: Mapping[str, str] | None = None, **members: Any
) -> Response:
    """A problem document as a response; ``members`` that are None are left out."""
    body: dict[str, Any] = {
        "type": kind.urn,
        "title": kind.title,
        "status": kind.status,
        "detail": detail[:MAX_DETAIL],
        "request_id": str(scope.get(REQUEST_ID, "")),
    }
    body.update({name: value for name, value in members.items() if value is not None})
    # Input may hold half a surrogate pair, which UTF-8 cannot carry; written as an escape it is still valid JSON.
    content = json.dumps(body, ensure_ascii=False).encode("utf-8", "backslashreplace")
    sent = dict(headers or {})
    if kind.status == 503:
        sent.setdefault("Retry-After", str(RETRY_AFTER_SECONDS))
    return Response(content, kind.status, headers=sent, media_type=MEDIA_TYPE)


def error_response(scope: Scope, error: BaseException) -> Response:
    """The response for any exception; logs those that are the server's fault, without their messages' text."""
    if isinstance(error, Problem):
        return problem_response(scope, error.kind, error.detail, headers=error.headers)
    if isinstance(error, RequestValidationError):
        return _invalid_request(scope, error)
    if isinstance(error, HTTPException):
        return _http_error(scope, error)
    kind = next((_BY_CLASS[cls] for cls in type(error).__mro__ if cls in _BY_CLASS), INTERNAL)
    if kind.status >= 500:
        log_failure(scope, error)
    detail = _FIXED_DETAIL.get(kind.slug) or str(error)
    if isinstance(error, StageError):
        return problem_response(scope, kind, detail, stage=error.stage, document=error.document)
    return problem_response(scope, kind, detail)


def as_problem(scope: Scope, error: BaseException) -> ProblemDocument:
    """The problem document of an exception by itself, for one item among others."""
    return ProblemDocument.model_validate_json(bytes(error_response(scope, error).body))


def log_failure(scope: Scope, error: BaseException) -> None:
    """Logs the classes of an error and its causes and the frames they passed; messages may quote input and stay out."""
    classes: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(classes) < 8:
        classes.append(type(cause).__qualname__)
        cause = cause.__cause__ or cause.__context__
    frames = "".join(traceback.format_tb(error.__traceback__))
    logger.error("request %s failed: %s\n%s", scope.get(REQUEST_ID, "-"), " from ".join(classes), frames)


def _invalid_request(scope: Scope, error: RequestValidationError) -> Response:
    found: Sequence[Any] = error.errors()
    if broken := next((row for row in found if row["type"] == "json_invalid"), None):
        reason = (broken.get("ctx") or {}).get("error", "it cannot be parsed")
        return problem_response(scope, BAD_REQUEST, f"The body is not JSON: {reason}.")
    # Parts with a slash are the media types by which a body that may be either of two is told apart.
    rows = [
        {
            "location": ".".join(str(part) for part in row["loc"] if "/" not in str(part))[:200],
            "message": str(row["msg"])[:500],
        }
        for row in found[:MAX_ERRORS]
    ]
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    detail = f"{rows[0]['location']}: {rows[0]['message']}{more}." if rows else "The request does not fit."
    return problem_response(scope, INVALID_INPUT, detail, errors=rows)


def _http_error(scope: Scope, error: HTTPException) -> Response:
    # Starlette and FastAPI raise these for unknown routes, wrong methods and bodies that cannot be parsed.
    kind = _BY_STATUS.get(error.status_code) or Kind(f"http-{error.status_code}", error.status_code, "HTTP error")
    detail = str(error.detail)
    if error.status_code == 404 and detail == "Not Found":
        detail = "Nothing is served at this address. GET /openapi.json lists what is."
    headers = dict(error.headers or {})
    if error.status_code == 405 and "app" in scope:
        headers["Allow"] = ", ".join(_methods(scope))
    return problem_response(scope, kind, detail, headers=headers)


def _methods(scope: Scope) -> list[str]:
    """The methods that the address takes; Starlette's own header has those of the first route alone."""
    return [
        method
        for method in ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
        if any(route.matches({**scope, "method": method})[0] is Match.FULL for route in scope["app"].routes)
    ]


def install_error_handlers(app: FastAPI) -> None:
    """Registers the mapping for every exception that a route or its validation can raise."""

    async def handle(request: Request, error: Exception) -> Response:
        return error_response(request.scope, error)

    async def move(request: Request, error: Exception) -> Response:
        location = error.location if isinstance(error, Moved) else ""
        return Response(status_code=308, headers={"Location": location})

    app.add_exception_handler(Moved, move)
    for cls in (Problem, InnoGraphError, RequestValidationError, HTTPException):
        app.add_exception_handler(cls, handle)
