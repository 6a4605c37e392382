from __future__ import annotations

import logging

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from api.access import SECURITY_HEADERS, AccessMiddleware

pytestmark = pytest.mark.anyio
SECRET = "bolt://user:hunter2@store"


async def ok(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("ok", headers={"Cache-Control": "max-age=60"})(scope, receive, send)


async def broken(scope: Scope, receive: Receive, send: Send) -> None:
    raise RuntimeError(f"cannot reach {SECRET}") from ValueError(SECRET)


async def broken_half_way(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"half", "more_body": True})
    raise RuntimeError(SECRET)


def caller(app: object) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(AccessMiddleware(app))  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")


async def test_every_answer_carries_security_headers_and_an_id() -> None:
    async with caller(ok) as http:
        first, second = await http.get("/"), await http.get("/")
    for name in SECURITY_HEADERS:
        assert name in first.headers
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert "access-control-allow-origin" not in first.headers


async def test_a_route_may_set_its_own_caching() -> None:
    async with caller(ok) as http:
        assert (await http.get("/")).headers["cache-control"] == "max-age=60"


@pytest.mark.parametrize(
    ("given", "kept"), [("job-7.b_2", True), ("a b", False), ("x" * 65, False), ("中".encode(), False)]
)
async def test_an_id_of_the_caller_is_kept_if_it_looks_like_one(given: str | bytes, kept: bool) -> None:
    async with caller(ok) as http:
        answer = await http.get("/", headers={"X-Request-ID": given})
    assert (answer.headers["x-request-id"] == given) is kept


async def test_an_unexpected_error_is_a_problem_without_its_message(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        async with caller(broken) as http:
            answer = await http.get("/")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["type"] == "urn:innograph:problem:internal"
    assert body["request_id"] == answer.headers["x-request-id"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "hunter2" not in answer.text
    assert "Traceback" not in answer.text
    assert "hunter2" not in caplog.text
    assert body["request_id"] in caplog.text
    assert "RuntimeError from ValueError" in caplog.text
    assert "in broken" in caplog.text


async def test_an_error_half_way_breaks_the_answer_off(caplog: pytest.LogCaptureFixture) -> None:
    async with caller(broken_half_way) as http:
        with pytest.raises(RuntimeError):
            await http.get("/")
    assert "hunter2" not in caplog.text


async def test_the_log_line_holds_counts_and_no_text(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="innograph.access"):
        async with caller(ok) as http:
            answer = await http.get("/v1/entities/清华大学?q=机密")
    [record] = [r for r in caplog.records if r.name == "innograph.access"]
    line = record.getMessage()
    assert line.startswith("GET - 200 ")
    assert line.endswith(answer.headers["x-request-id"])
    assert "2B" in line
    assert "清华" not in line
    assert "机密" not in line
    assert "%" not in line
