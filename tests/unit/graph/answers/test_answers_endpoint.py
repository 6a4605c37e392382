"""The embedder behind an endpoint, against a server on loopback that speaks the protocol, faults included."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest

from graph import endpoint
from graph.answers.embedding import load_embedder
from graph.answers.endpoint import EndpointEmbedder
from graph.errors import ConfigError, EmbedderError
from graph.settings import Settings

KEY = "sk-of-the-test"
Answer = Callable[["Handler", dict[str, Any]], None]


class Handler(BaseHTTPRequestHandler):
    """Notes each request and answers as the server says."""

    server: Stub

    def do_POST(self) -> None:
        """Reads the body, notes it and answers."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, self.headers.get("Authorization", ""), body))
        faults = self.server.faults
        (faults.pop(0) if faults else well)(self, body)

    def reply(self, status: int, body: Any, **headers: str) -> None:
        """Sends an answer."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


class Stub(ThreadingHTTPServer):
    """The endpoint: ``faults`` are answers to come before the good ones."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, str, dict[str, Any]]] = []
        self.faults: list[Answer] = []

    @property
    def url(self) -> str:
        """Base address."""
        return f"http://127.0.0.1:{self.server_port}/v1"


def vector(text: str) -> list[float]:
    """What the endpoint thinks of a text."""
    return [float(len(text)), 3.0, float(text.count("氢"))]


def well(handler: Handler, body: dict[str, Any]) -> None:
    """The right answer, its rows out of order."""
    rows = [{"object": "embedding", "index": at, "embedding": vector(t)} for at, t in enumerate(body["input"])]
    handler.reply(200, {"object": "list", "data": rows[::-1], "model": body["model"]})


def refuse(status: int, **headers: str) -> Answer:
    """An answer with an error status."""
    return lambda handler, body: handler.reply(status, {"error": {"message": f"no, {KEY}"}}, **headers)


def say(body: Any) -> Answer:
    """An answer with a body of its own."""
    return lambda handler, _: handler.reply(200, body)


def rows(*vectors: Any) -> Answer:
    """An answer with these vectors."""
    return say({"data": [{"index": at, "embedding": one} for at, one in enumerate(vectors)]})


@pytest.fixture
def stub() -> Iterator[Stub]:
    """A running endpoint."""
    with Stub() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "_PAUSE", 0.01)


def test_texts_go_in_batches_and_come_back_in_order_at_unit_length(stub: Stub) -> None:
    embedder = EndpointEmbedder(stub.url, "bge-m3", key=KEY, batch=2)
    texts = ["氢能", "氢氢能", "电池", "a", "中试基地"]
    found = embedder.embed(texts, "passage")
    wanted = np.array([vector(text) for text in texts])
    assert found == pytest.approx(wanted / np.linalg.norm(wanted, axis=1, keepdims=True), abs=1e-6)
    assert [(path, key, len(body["input"])) for path, key, body in stub.asked] == [
        ("/v1/embeddings", f"Bearer {KEY}", 2),
        ("/v1/embeddings", f"Bearer {KEY}", 2),
        ("/v1/embeddings", f"Bearer {KEY}", 1),
    ]
    assert stub.asked[0][2]["model"] == "bge-m3"
    assert embedder.embed([], "query").shape == (0, 3)


def test_without_a_key_none_is_sent_and_e5_gets_its_prefixes(stub: Stub) -> None:
    EndpointEmbedder(stub.url + "/", "intfloat/multilingual-e5-large").embed(["氢能"], "query")
    path, key, body = stub.asked[0]
    assert (path, key, body["input"]) == ("/v1/embeddings", "", ["query: 氢能"])


@pytest.mark.parametrize(
    "fault", [refuse(500), refuse(503), refuse(429, Retry_After="0.02"), refuse(429, Retry_After="soon")]
)
def test_passing_faults_are_tried_again(stub: Stub, fault: Answer) -> None:
    stub.faults = [fault, fault]
    assert EndpointEmbedder(stub.url, "m").embed(["氢"], "query").shape == (1, 3)
    assert len(stub.asked) == 3


@pytest.mark.parametrize(
    ("fault", "message", "times"),
    [
        (refuse(401), "KEY", 1),
        (refuse(404), "MODEL", 1),
        (refuse(413), "BATCH", 1),
        (refuse(302, Location="http://127.0.0.1:9/v1/embeddings"), "302", 1),
        (refuse(500), "500", 3),
        (say(b"<html>"), "not JSON", 1),
        (say({"vectors": []}), "another form", 1),
        (say([]), "another form", 1),
        (rows([1.0, 2.0]), "1 vectors for 2 texts", 1),
        (rows([1.0, 2.0], [1.0]), "another form", 1),
        (rows([1.0, "x"], [1.0, 2.0]), "another form", 1),
        (rows([], []), "cannot be used", 1),
        (say(b'{"data": [{"index": 0, "embedding": [NaN]}, {"index": 1, "embedding": [1]}]}'), "cannot be used", 1),
        (rows(*[[0.5] * 5000] * 2), "cannot be used", 1),
        (say({"data": [{"index": 0, "embedding": [1]}, {"index": 0, "embedding": [1]}]}), "another form", 1),
    ],
)
def test_faults_that_stay_are_said(
    stub: Stub, fault: Answer, message: str, times: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    stub.faults = [fault] * times
    with pytest.raises(EmbedderError, match=message) as caught:
        EndpointEmbedder(stub.url, "m", key=KEY).embed(["氢", "能"], "query")
    assert len(stub.asked) == times
    assert KEY not in str(caught.value)
    assert KEY not in caplog.text


def test_dimensions_must_not_change(stub: Stub) -> None:
    embedder = EndpointEmbedder(stub.url, "m")
    embedder.embed(["氢"], "query")
    stub.faults = [rows([1.0, 2.0])]
    with pytest.raises(EmbedderError, match="2 dimensions after 3"):
        embedder.embed(["氢"], "query")


def test_answers_that_are_too_large_are_not_read_to_the_end(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "_MOST_BYTES", 1000)
    stub.faults = [say(b" " * 100_000)]
    with pytest.raises(EmbedderError, match="more than 1,000 bytes"):
        EndpointEmbedder(stub.url, "m").embed(["氢"], "query")


def test_the_time_is_limited_even_if_bytes_keep_coming(stub: Stub) -> None:
    def drip(handler: Handler, _: Any) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(40):
            try:
                handler.wfile.write(b" ")
                handler.wfile.flush()
            except OSError:
                return
            time.sleep(0.05)

    stub.faults = [drip]
    began = time.monotonic()
    with pytest.raises(EmbedderError, match="TIMEOUT"):
        EndpointEmbedder(stub.url, "m", timeout=0.3).embed(["氢"], "query")
    assert time.monotonic() - began < 1.5


def test_nobody_there() -> None:
    with Stub() as server:
        url = server.url
    with pytest.raises(EmbedderError, match="cannot be reached"):
        EndpointEmbedder(url, "m").embed(["氢"], "query")


@pytest.mark.parametrize("url", ["", "ftp://host/v1", "host/v1", "http://", "http://user:pass@host/v1"])
def test_addresses_that_cannot_be_used(url: str) -> None:
    with pytest.raises(ConfigError, match="INNOGRAPH_EMBEDDER_URL"):
        EndpointEmbedder(url, "m")


def test_the_settings_name_the_source(stub: Stub) -> None:
    chosen = Settings(embedder="openai", embedder_url=stub.url, embedder_model="m", embedder_batch=1)
    embedder = load_embedder(chosen)
    assert embedder is not None
    assert embedder.name == "openai/127.0.0.1/m"
    embedder.embed(["a", "b"], "query")
    assert len(stub.asked) == 2
    with pytest.raises(ConfigError, match="INNOGRAPH_EMBEDDER_MODEL"):
        load_embedder(Settings(embedder="openai", embedder_url=stub.url))
    assert load_embedder(Settings(embedder="none")) is None
