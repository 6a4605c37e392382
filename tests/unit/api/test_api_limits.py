from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access import AccessMiddleware
from api.limits import BodyLimitMiddleware, ConcurrencyMiddleware, DeadlineMiddleware

pytestmark = pytest.mark.anyio


def scope_of(path: str = "/x", headers: Sequence[tuple[bytes, bytes]] = ()) -> dict[str, Any]:
    return {"type": "http", "method": "POST", "path": path, "headers": list(headers), "query_string": b""}


async def call(app: ASGIApp, scope: Scope, messages: Sequence[Message]) -> tuple[int, bytes, dict[str, str]]:
    waiting = list(messages)
    sent: list[Message] = []

    async def receive() -> Message:
        return waiting.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    await AccessMiddleware(app)(scope, receive, send)
    if not sent:
        return 0, b"", {}
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], b"".join(m.get("body", b"") for m in sent[1:]), headers


async def echo_size(scope: Scope, receive: Receive, send: Send) -> None:
    size = 0
    more = True
    while more:
        message = await receive()
        size += len(message["body"])
        more = message["more_body"]
    await PlainTextResponse(str(size))(scope, receive, send)


def chunks(*bodies: bytes) -> list[Message]:
    last = len(bodies) - 1
    return [{"type": "http.request", "body": body, "more_body": i < last} for i, body in enumerate(bodies)]


async def test_a_body_at_the_cap_passes_whole() -> None:
    status, body, _ = await call(BodyLimitMiddleware(echo_size, 10), scope_of(), chunks(b"12345", b"", b"67890"))
    assert (status, body) == (200, b"10")


async def test_a_chunked_body_over_the_cap_is_refused_before_it_is_read_whole() -> None:
    sent = chunks(b"12345", b"678901", b"never read")
    status, body, headers = await call(BodyLimitMiddleware(echo_size, 10), scope_of(), sent)
    assert status == 413
    assert headers["connection"] == "close"
    assert headers["content-type"] == "application/problem+json"
    assert json.loads(body)["type"] == "urn:innograph:problem:too-large"


@pytest.mark.parametrize("announced", [b"11", b"9" * 4000])
async def test_an_announced_length_over_the_cap_is_refused_unread(announced: bytes) -> None:
    status, _, _ = await call(
        BodyLimitMiddleware(echo_size, 10), scope_of(headers=[(b"content-length", announced)]), []
    )
    assert status == 413


@pytest.mark.parametrize("announced", [b"-1", b"1e3", "²".encode("latin-1"), b""])
async def test_a_length_that_is_no_number_is_refused(announced: bytes) -> None:
    status, _, _ = await call(
        BodyLimitMiddleware(echo_size, 10), scope_of(headers=[(b"content-length", announced)]), []
    )
    assert status == 400


async def test_a_caller_who_leaves_mid_body_gets_nothing() -> None:
    sent = [{"type": "http.request", "body": b"1", "more_body": True}, {"type": "http.disconnect"}]
    status, _, _ = await call(BodyLimitMiddleware(echo_size, 10), scope_of(), sent)
    assert status == 0


async def test_no_answer_in_time_is_a_504() -> None:
    async def never(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.Event().wait()

    status, body, _ = await call(DeadlineMiddleware(never, 0.01), scope_of(), [])
    assert status == 504
    assert json.loads(body)["type"] == "urn:innograph:problem:timed-out"


async def test_a_started_answer_may_take_longer() -> None:
    async def slow_stream(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        loop.call_later(0.05, ready.set)
        await ready.wait()
        await send({"type": "http.response.body", "body": b"done", "more_body": False})

    status, body, _ = await call(DeadlineMiddleware(slow_stream, 0.01), scope_of(), [])
    assert (status, body) == (200, b"done")


async def test_a_timeout_of_the_application_itself_is_not_taken_for_the_deadline() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise TimeoutError("inner")

    status, body, _ = await call(DeadlineMiddleware(broken, 5), scope_of(), [])
    assert status == 500
    assert b"inner" not in body


async def test_requests_over_the_limit_are_turned_away_and_health_is_not() -> None:
    entered = asyncio.Event()
    leave = asyncio.Event()

    async def held(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/held":
            entered.set()
            await leave.wait()
        await PlainTextResponse("ok")(scope, receive, send)

    app = ConcurrencyMiddleware(held, 1)
    first = asyncio.create_task(call(app, scope_of("/held"), []))
    await entered.wait()
    status, body, headers = await call(app, scope_of("/other"), [])
    assert status == 503
    assert int(headers["retry-after"]) > 0
    assert json.loads(body)["type"] == "urn:innograph:problem:overloaded"
    assert (await call(app, scope_of("/healthz"), []))[0] == 200
    leave.set()
    assert (await first)[0] == 200
    assert (await call(app, scope_of("/other"), []))[0] == 200


async def test_a_failed_request_gives_its_place_back() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise ValueError("x")

    app = ConcurrencyMiddleware(broken, 1)
    assert [(await call(app, scope_of(), []))[0] for _ in range(3)] == [500, 500, 500]
