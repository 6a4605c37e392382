from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import Request, Response

from api.paging import next_link


def request(path: str, query: bytes) -> Request:
    return Request({"type": "http", "method": "GET", "path": path, "query_string": query, "headers": []})


def test_the_last_page_has_no_link() -> None:
    response = Response()
    assert next_link(request("/v1/search", b"q=x"), response, None) is None
    assert "link" not in response.headers


def test_the_link_keeps_the_question_and_replaces_the_cursor() -> None:
    response = Response()
    link = next_link(request("/v1/search", b"q=a%26b&types=Firm&types=Park&cursor=old"), response, "new")
    assert link is not None
    assert parse_qs(urlsplit(link).query) == {"q": ["a&b"], "types": ["Firm", "Park"], "cursor": ["new"]}
    assert response.headers["link"] == f'<{link}>; rel="next"'


@pytest.mark.parametrize(
    "path", ["/v1/entities/清华 <大学>/neighbours", "/v1/entities/a\r\nX-Evil: 1", '/v1/"; rel="x']
)
def test_a_hostile_path_cannot_break_out_of_the_header(path: str) -> None:
    response = Response()
    next_link(request(path, b"limit=1"), response, "c")
    assert re.fullmatch(r'</[A-Za-z0-9/%._~?=&-]+>; rel="next"', response.headers["link"])
