"""Input made to break things: whatever it is, the answer may blame the caller and is never a fault of the server."""

from __future__ import annotations

import base64
import json
import socket
from typing import Any

import httpx
import pytest

from graph.model import entity_uid

pytestmark = pytest.mark.integration

BASE = entity_uid("PilotBase", "唐山氢能中试基地")
LISTS = ["/v1/search?q=氢能", f"/v1/entities/{BASE}/neighbours", f"/v1/entities/{BASE}/mentions"]
# As they stand on the wire, so that no client library mends them.
TEXTS = [
    "%00",
    "a%00b",
    "%01%02%1F%7F",
    "%ED%A0%80",
    "%FF%FE",
    "%F0%9F%92%A9",
    "%E2%80%AE%E2%80%8B",
    "%0D%0AX-Evil:%201",
    "..%2F..%2Fetc%2Fpasswd",
    "%27%20OR%201=1%20--",
    "%60)%20DETACH%20DELETE%20n%20//",
    "%24uid",
    "%25",
    "null",
    "+",
]
LUCENE = [
    "*",
    "?",
    "~",
    "a~99999",
    "/.*/",
    "/[",
    "[a TO",
    "{* TO *}",
    "a AND",
    "OR NOT",
    '"',
    "\\",
    "a^",
    "a^1e99",
    "name:*",
]
LUCENE += ["((((", "))))", '+-!(){}[]^"~*?:\\/&&||', "*" * 200, "a " * 140, "NOT", "_exists_:uid", "&& ||"]


def fine(answer: httpx.Response) -> None:
    """Holds an answer to what every answer must be."""
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code
        assert "Traceback" not in answer.text
    elif answer.status_code == 200:
        json.loads(answer.content.decode("utf-8"))
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "x-evil" not in answer.headers


@pytest.mark.parametrize("text", TEXTS)
def test_strange_characters_anywhere(http: httpx.Client, text: str) -> None:
    for path in (
        f"/v1/search?q={text}",
        f"/v1/search?q=a&region={text}",
        f"/v1/search?q=a&types={text}",
        f"/v1/search?q=a&cursor={text}",
        f"/v1/entities/{text}",
        f"/v1/entities/{text}/neighbours",
        f"/v1/entities/{BASE}/neighbours?relations={text}&direction={text}",
        f"/v1/entities/{text}/mentions",
        f"/v1/relations/{text}/evidence",
        f"/v1/relations/DEVELOPS-{text}/evidence",
        f"/v1/sentences/{text}",
        f"/v1/documents/{text}",
        f"/v1/paths?start={text}&end={BASE}",
        f"/v1/paths?start={BASE}&end={BASE}&since={text}",
        f"/v1/chains?start={text}&region={text}",
        f"/v1/chains?start={text}&field={text}&target={text}",
        f"/v1/gaps?field={text}&region={text}",
        f"/v1/{text}",
        f"/{text}",
    ):
        fine(http.get(path))


@pytest.mark.parametrize("query", LUCENE)
def test_index_syntax_is_only_text(http: httpx.Client, query: str) -> None:
    answer = http.get("/v1/search", params={"q": query})
    fine(answer)
    assert answer.status_code == 200
    fine(http.get("/v1/chains", params={"start": query}))
    fine(http.post("/v1/recommendations", json={"text": query, "targets": ["PilotBase"], "limit": 1}))


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("limit", ["0", "-1", "101", "1e3", "99999999999999999999", "NaN", "", "1.5", "0x10", "１"])
def test_limits_out_of_range(http: httpx.Client, path: str, limit: str) -> None:
    answer = http.get(path, params={"limit": limit} if "?" not in path else {"q": "氢能", "limit": limit})
    fine(answer)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["location"] == "query.limit"


def cursor(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize("path", [*LISTS, "/v1/relations/PILOTED_AT-0/evidence"])
@pytest.mark.parametrize(
    "broken",
    [
        "x",
        "====",
        "%00",
        "中文",
        "A" * 2_000,
        cursor({}),
        cursor([]),
        cursor(None),
        cursor([1]),
        cursor([None, None, None]),
        cursor([10**30, "a"]),
        cursor([10**30, 1.0, "a"]),
        cursor([True, True]),
        cursor(["\ud800", "\ud800", 1]),
        cursor(["\x00", "\x00", 0]),
        cursor([0, float("nan"), "a"]),
        cursor([0, float("inf"), "a"]),
        cursor([[[[]]]]),
        base64.urlsafe_b64encode(b"[" * 1_400).decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
)
def test_broken_cursors(http: httpx.Client, path: str, broken: str) -> None:
    answer = http.get(path, params={"cursor": broken} if "?" not in path else {"q": "氢能", "cursor": broken})
    fine(answer)
    assert answer.status_code in (200, 404, 422)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/cypher", {"query": "\x00"}),
        ("/v1/cypher", {"query": "RETURN $x", "parameters": {"x": 10**30}}),
        ("/v1/cypher", {"query": "RETURN $x", "parameters": {"x": "\x00"}}),
        ("/v1/cypher", {"query": "RETURN $x", "parameters": {"x": {"": [None, {}]}}}),
        ("/v1/cypher", {"query": "RETURN $`a b`", "parameters": {"a b": 1}}),
        ("/v1/cypher", {"query": "UNWIND range(1, 100000000) AS x WITH collect(x) AS all RETURN size(all)"}),
        ("/v1/cypher", {"query": "RETURN " + "(" * 5_000 + "1" + ")" * 5_000}),
        ("/v1/documents", {"text": "\x00\x01\x7f"}),
        ("/v1/documents", {"text": "a", "id": "../../etc", "source": "javascript:alert(1)"}),
        ("/v1/documents", {"text": "a", "id": "x", "title": "\u202e", "date": "0000-01-01"}),
        ("/v1/documents", {"text": "﻿" * 1_000}),
        ("/v1/recommendations", {"text": "\x00", "targets": ["Firm"]}),
        ("/v1/recommendations", {"entity": "\x00"}),
        ("/v1/recommendations", {"text": "氢能", "targets": ["Nonsense"]}),
        ("/v1/recommendations", {"text": "氢能", "region": "`", "mode": "`", "diversity": -1}),
        ("/v1/recommendations", {"text": "氢能", "region": "\x00"}),
        ("/v1/match", {"queries": [{"id": "\x00", "text": "\x00"}], "targets": ["Firm"]}),
        ("/v1/match", {"queries": [{"id": "a", "text": "*:* [", "region": "`"}], "targets": ["Firm"]}),
        ("/v1/match", {"queries": [{"id": "a", "text": "x"}], "targets": ["Firm`"]}),
        ("/v1/match", {"queries": [{"id": "a", "text": "x", "stage": "nope"}], "targets": ["Firm"]}),
    ],
)
def test_hostile_bodies(http: httpx.Client, path: str, body: dict[str, Any]) -> None:
    fine(http.post(path, json=body))


@pytest.mark.parametrize("path", ["/v1/documents", "/v1/cypher", "/v1/recommendations", "/v1/match"])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b'"\\ud800"',
        b'{"text": "\\ud800", "entity": "\\udc00", "query": "\\ud800", "queries": [{"id": "\\ud800", "text": "a"}]}',
        b'{"text": "\xff"}',
        b"\xef\xbb\xbf{}",
        b"[" * 200_000,
        b'{"a":' * 50_000,
        b'{"limit": ' + b"9" * 5_000 + b"}",
        b'{"limit": NaN, "text": "a", "targets": ["Firm"]}',
        b'{"limit": 1e400, "text": "a", "targets": ["Firm"]}',
        b'{"__proto__": {}, "constructor": 1}',
    ],
)
def test_bodies_that_are_no_use(http: httpx.Client, path: str, content: bytes) -> None:
    answer = http.post(path, content=content, headers={"Content-Type": "application/json"})
    fine(answer)
    assert answer.status_code in (400, 422)


def raw(address: str, request: bytes) -> bytes:
    host, _, port = address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer and (part := connection.recv(65_536)):
            answer += part
        return answer


def test_a_chunked_body_that_never_ends_is_cut_off(address: str) -> None:
    host = address.removeprefix("http://").encode()
    head = b"POST /v1/documents HTTP/1.1\r\nHost: " + host + b"\r\nContent-Type: application/json\r\n"
    chunk = b"10000\r\n" + b"a" * 0x10000 + b"\r\n"
    answer = raw(address, head + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 70)
    assert answer.startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    "request_line",
    [
        b"GET /v1/entities/\xff\xfe HTTP/1.1",
        b"GET /v1/search?q=\xff HTTP/1.1",
        b"GET http://127.0.0.1/v1/stats HTTP/1.1",
        b"GET //v1//stats HTTP/1.1",
        b"FROB /v1/stats HTTP/1.1",
        b"OPTIONS * HTTP/1.1",
        b"GET /" + b"a" * 30_000 + b" HTTP/1.1",
    ],
)
def test_strange_request_lines(address: str, request_line: bytes) -> None:
    host = address.removeprefix("http://").encode()
    answer = raw(address, request_line + b"\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 ")
    assert int(answer[9:12]) < 500


def test_it_still_works_after_all_that(http: httpx.Client) -> None:
    assert http.get("/readyz").status_code == 200
    assert http.get(f"/v1/entities/{BASE}").json()["uid"] == BASE
