"""Fetching from a server on this machine: redirects, size, types, and the refusal of private addresses."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from etl.sources import RawDocument, SourceFailure, read_source
from etl.sources.web import checked_address
from graph.errors import InvalidInput
from graph.settings import Settings

DATA = Path(__file__).parents[3] / "data"
OPEN = Settings(allow_private_urls=True)


class Handler(BaseHTTPRequestHandler):
    """A page, a redirect to it, a loop, a redirect to a file and a large body."""

    def do_GET(self) -> None:
        """Answers by path."""
        targets = {"/moved": "/page", "/loop": "/loop", "/file": "file:///etc/passwd"}
        if self.path in targets:
            self.send_response(302)
            self.send_header("Location", targets[self.path])
            self.end_headers()
            return
        if self.path == "/missing":
            self.send_response(404)
            self.end_headers()
            return
        body = b"x" * 5_000 if self.path == "/large" else (DATA / "notice-lying.html").read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Address of the server."""
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_port}"
    httpd.shutdown()
    thread.join()
    httpd.server_close()


@pytest.mark.parametrize("path", ["/page", "/moved"])
def test_a_page_is_read_through_redirects(server: str, path: str) -> None:
    items = list(read_source(server + path, settings=OPEN))
    assert isinstance(items[0], RawDocument)
    assert items[0].title == "滨海市公布首批概念验证中心名单"
    assert items[0].source == server + path


@pytest.mark.parametrize(
    ("path", "reason"), [("/loop", "redirects"), ("/file", "no http"), ("/missing", "404"), ("/large", "more than")]
)
def test_what_cannot_be_fetched_says_why(server: str, path: str, reason: str) -> None:
    settings = Settings(allow_private_urls=True, max_file_bytes=4_000)
    (item,) = read_source(server + path, settings=settings)
    assert isinstance(item, SourceFailure)
    assert reason in item.reason


def test_private_addresses_are_refused_unless_allowed(server: str) -> None:
    (item,) = read_source(server + "/page", settings=Settings())
    assert isinstance(item, SourceFailure)
    assert "private network" in item.reason


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://10.1.2.3/",
        "http://169.254.169.254/",
        "http://192.168.0.1/",
        "http://0.0.0.0/",
        "http://[::ffff:127.0.0.1]/",
        "http://localhost/",
        "http://2130706433/",
        "http://100.64.0.1/",
        "http://224.0.0.1/",
    ],
)
def test_no_spelling_of_a_private_address_passes(url: str) -> None:
    with pytest.raises(InvalidInput):
        checked_address(httpx.URL(url), Settings())


def test_a_public_address_passes() -> None:
    assert checked_address(httpx.URL("http://8.8.8.8/"), Settings()) == "8.8.8.8"
