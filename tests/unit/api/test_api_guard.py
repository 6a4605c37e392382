from __future__ import annotations

from collections.abc import Mapping

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from api.access import AccessMiddleware
from api.security import GuardMiddleware
from graph.settings import Settings

pytestmark = pytest.mark.anyio
KEY = "not-a-real-key-0123456789"


async def ok(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("ok")(scope, receive, send)


async def ask(
    settings: Settings,
    headers: Mapping[str, str] | Mapping[bytes, bytes] | None = None,
    *,
    path: str = "/v1/stats",
    method: str = "GET",
    client: tuple[str, int] = ("127.0.0.1", 5000),
    base: str = "http://127.0.0.1:8000",
) -> httpx.Response:
    transport = httpx.ASGITransport(AccessMiddleware(GuardMiddleware(ok, settings)), client=client)
    async with httpx.AsyncClient(transport=transport, base_url=base) as caller:
        return await caller.request(method, path, headers=dict(headers or {}))


@pytest.mark.parametrize("given", [None, "", KEY[:-1], KEY + "x", KEY.upper(), "é" * 20])
async def test_a_wrong_key_is_refused_and_not_repeated(given: str | None) -> None:
    headers = {} if given is None else {b"X-API-Key": given.encode("latin-1")}
    answer = await ask(Settings(api_key=KEY), headers)
    assert answer.status_code == 401
    assert answer.json()["type"] == "urn:innograph:problem:unauthorized"
    assert answer.headers["www-authenticate"].startswith("ApiKey ")
    assert KEY not in answer.text


async def test_the_key_opens_from_any_machine_under_any_name() -> None:
    answer = await ask(
        Settings(api_key=KEY, api_host="0.0.0.0"),
        {"X-API-Key": KEY},
        client=("10.0.0.7", 5000),
        base="http://graph.example.org",
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/openapi.json", "/docs"])
async def test_health_and_description_need_no_key(path: str) -> None:
    assert (await ask(Settings(api_key=KEY), path=path)).status_code == 200


@pytest.mark.parametrize("path", ["/healthz/", "//healthz", "/v1/healthz", "/HEALTHZ", "/unknown"])
async def test_nothing_else_is_open(path: str) -> None:
    assert (await ask(Settings(api_key=KEY), path=path)).status_code == 401


async def test_without_a_key_other_machines_are_refused() -> None:
    answer = await ask(Settings(), client=("10.0.0.7", 5000))
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:innograph:problem:forbidden")


@pytest.mark.parametrize("base", ["http://evil.example.org", "http://evil.example.org:8000", "http://10.0.0.1:8000"])
async def test_without_a_key_a_foreign_host_name_is_refused(base: str) -> None:
    assert (await ask(Settings(), base=base)).status_code == 421


@pytest.mark.parametrize("base", ["http://localhost:8000", "http://127.0.0.1", "http://[::1]:8000"])
async def test_without_a_key_loopback_names_are_served(base: str) -> None:
    assert (await ask(Settings(), base=base)).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example.org"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:3000"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_pages_of_other_origins_may_not_post(headers: dict[str, str]) -> None:
    assert (await ask(Settings(), headers, method="POST")).status_code == 403
    assert (await ask(Settings(), headers, method="GET")).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin"}])
async def test_programs_and_the_own_page_may_post(headers: dict[str, str]) -> None:
    assert (await ask(Settings(), headers, method="POST")).status_code == 200


async def test_websockets_are_closed() -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/v1/stats", "headers": []}
    await AccessMiddleware(GuardMiddleware(ok, Settings()))(scope, receive, send)
    assert [message["type"] for message in sent] == ["websocket.close"]
