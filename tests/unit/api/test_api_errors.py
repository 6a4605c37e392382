from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Query

from api.access import AccessMiddleware
from api.errors import KINDS, ProblemDocument, error_response, install_error_handlers
from api.schemas.common import Request
from graph import errors

pytestmark = pytest.mark.anyio


class Body(Request):
    text: str


class Unheard(errors.StoreUnavailable):
    pass


RAISED: dict[str, Exception] = {
    "invalid": errors.InvalidInput("No region is called '火星'. Use a name or a code."),
    "missing": errors.NotFound("No entity 'x'."),
    "conflict": errors.Conflict("A load runs."),
    "store": errors.StoreError("bolt://user:hunter2@store said MATCH (n)"),
    "away": errors.StoreUnavailable("bolt://user:hunter2@store refused"),
    "vectors": errors.EmbedderError("hunter2 refused"),
    "model": errors.EndpointError("hunter2 refused"),
    "unheard": Unheard("bolt://user:hunter2@store refused"),
    "config": errors.ConfigError("/root/secret hunter2"),
    "stage": errors.StageError("too much damage", stage="clean", document="doc-1"),
    "bug": KeyError("hunter2"),
}


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI()
    install_error_handlers(app)

    @app.get("/raise/{name}")
    async def throw(name: str) -> None:
        raise RAISED[name]

    @app.get("/limits")
    async def limits(limit: int = Query(ge=1, le=100)) -> int:
        return limit

    @app.post("/body")
    async def body(body: Body) -> str:
        return body.text

    several = APIRouter(prefix="/several")
    several.get("")(lambda: "")
    several.delete("")(lambda: "")
    app.include_router(several)

    app.add_middleware(AccessMiddleware)
    return app


@pytest.fixture
def http(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")


def check(answer: httpx.Response, status: int, slug: str) -> ProblemDocument:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = ProblemDocument.model_validate(answer.json())
    assert problem.status == status
    assert problem.type == f"urn:innograph:problem:{slug}"
    assert problem.request_id == answer.headers["x-request-id"]
    assert "hunter2" not in answer.text
    assert "Traceback" not in answer.text
    return problem


@pytest.mark.parametrize(
    ("name", "status", "slug"),
    [
        ("invalid", 422, "invalid-input"),
        ("missing", 404, "not-found"),
        ("conflict", 409, "conflict"),
        ("store", 500, "store-failed"),
        ("away", 503, "store-unavailable"),
        ("vectors", 503, "embedder-unavailable"),
        ("model", 503, "reader-unavailable"),
        ("unheard", 503, "store-unavailable"),
        ("config", 500, "internal"),
        ("stage", 422, "document-failed"),
        ("bug", 500, "internal"),
    ],
)
async def test_each_error_has_its_problem(
    http: httpx.AsyncClient, name: str, status: int, slug: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        answer = await http.get(f"/raise/{name}")
    problem = check(answer, status, slug)
    assert ("retry-after" in answer.headers) is (status == 503)
    assert any(r.levelno >= logging.ERROR for r in caplog.records) is (status >= 500)
    assert "hunter2" not in caplog.text
    if name == "invalid":
        assert problem.detail == str(RAISED[name])
    if name == "stage":
        assert (problem.stage, problem.document) == ("clean", "doc-1")


def _subclasses(cls: type[Exception]) -> Iterator[type[Exception]]:
    for sub in cls.__subclasses__():
        yield sub
        yield from _subclasses(sub)


def test_no_error_class_of_the_core_is_left_to_the_default() -> None:
    named = {type(error) for error in RAISED.values()}
    core = {cls for cls in _subclasses(errors.InnoGraphError) if cls.__module__ == "graph.errors"}
    assert core <= named


async def test_unknown_routes_and_wrong_methods_are_problems(http: httpx.AsyncClient) -> None:
    assert "openapi.json" in check(await http.get("/nowhere"), 404, "not-found").detail
    answer = await http.delete("/limits")
    check(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "GET"
    answer = await http.put("/several")
    check(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "DELETE, GET"


async def test_a_parameter_out_of_range_is_named_and_its_value_is_not_repeated(http: httpx.AsyncClient) -> None:
    answer = await http.get("/limits", params={"limit": "hunter2"})
    problem = check(answer, 422, "invalid-input")
    assert problem.errors is not None
    assert problem.errors[0].location == "query.limit"


@pytest.mark.parametrize(
    ("content", "status", "slug"),
    [
        (b"{", 400, "bad-request"),
        (b"[]", 422, "invalid-input"),
        (b"", 422, "invalid-input"),
        (b"{}", 422, "invalid-input"),
        (b'{"text": "\\ud800"}', 422, "invalid-input"),
        (b'{"text": "\xff"}', 400, "bad-request"),
        (b'{"text": ' + b"1" * 5000 + b"}", 400, "bad-request"),
        (b"[" * 100_000, 400, "bad-request"),
    ],
    ids=["cut", "array", "empty", "no-text", "half-a-surrogate", "no-utf-8", "long-number", "deep"],
)
async def test_bodies_that_are_no_use(http: httpx.AsyncClient, content: bytes, status: int, slug: str) -> None:
    check(await http.post("/body", content=content, headers={"Content-Type": "application/json"}), status, slug)


def test_a_long_detail_is_cut() -> None:
    error = errors.InvalidInput("x" * 10_000)
    body = json.loads(bytes(error_response({"type": "http"}, error).body))
    assert len(body["detail"]) == 2_000


def test_half_a_surrogate_in_a_detail_is_still_valid_json() -> None:
    body = bytes(error_response({"type": "http"}, errors.NotFound("No \ud800.")).body)
    assert json.loads(body.decode())["detail"] == "No \ud800."


def test_kinds_are_distinct_and_documented_statuses() -> None:
    assert len({kind.slug for kind in KINDS}) == len(KINDS) > 10
    assert all(400 <= kind.status < 600 for kind in KINDS)
