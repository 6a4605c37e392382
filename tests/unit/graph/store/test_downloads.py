"""Downloads against a real HTTP server on loopback: checked, resumed, published whole."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from graph.errors import StoreError, StoreUnavailable
from graph.store.downloads import fetch_jars
from graph.store.jarlist import Jar, JarList

CONTENTS = {f"part{i}-1.jar": bytes([i]) * (50_000 + i) for i in range(6)}
JARS = JarList(
    line="lts",
    version="1",
    jars=tuple(
        Jar("org.x", name.split("-")[0], "1", "", hashlib.sha256(body).hexdigest(), len(body))
        for name, body in CONTENTS.items()
    ),
)


class Repository(BaseHTTPRequestHandler):
    """A Maven repository that can be told to misbehave."""

    protocol_version = "HTTP/1.1"
    requests: ClassVar[list[tuple[str, str]]] = []
    clients: ClassVar[set[tuple[str, int]]] = set()
    replace: ClassVar[dict[str, bytes]] = {}
    cut: ClassVar[set[str]] = set()
    statuses: ClassVar[dict[str, list[int]]] = {}

    def do_GET(self) -> None:
        name = self.path.rsplit("/", 1)[1]
        asked = self.headers.get("Range", "")
        Repository.requests.append((self.path, asked))
        Repository.clients.add(self.client_address)
        if pending := Repository.statuses.get(name):
            self.send_response(pending.pop())
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = Repository.replace.get(name, CONTENTS[name])
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        self.send_response(206 if asked else 200)
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        if name in Repository.cut:
            Repository.cut.discard(name)
            self.wfile.write(body[start : start + 20_000])
            self.close_connection = True
        else:
            self.wfile.write(body[start:])

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def repository() -> Iterator[str]:
    for state in (Repository.requests, Repository.clients, Repository.replace, Repository.cut, Repository.statuses):
        state.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Repository)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/maven"
    server.shutdown()
    thread.join()
    server.server_close()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_brings_every_file_once_and_tells_the_progress(repository: str, tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    target = fetch_jars(JARS, tmp_path, repository=repository, progress=lambda done, total: heard.append((done, total)))
    assert target == tmp_path / "neo4j-1"
    assert contents(target) == CONTENTS
    assert ("/maven/org/x/part0/1/part0-1.jar", "") in Repository.requests
    assert len(Repository.requests) == len(CONTENTS)
    assert heard[-1] == (JARS.size, JARS.size)
    assert [done for done, _ in heard] == sorted(done for done, _ in heard)


def test_a_second_call_asks_nobody(repository: str, tmp_path: Path) -> None:
    fetch_jars(JARS, tmp_path, repository=repository)
    Repository.requests.clear()
    fetch_jars(JARS, tmp_path, repository="http://127.0.0.1:9/nobody")
    assert Repository.requests == []


def test_a_cut_transfer_goes_on_where_it_stopped(repository: str, tmp_path: Path) -> None:
    Repository.cut.add("part3-1.jar")
    assert contents(fetch_jars(JARS, tmp_path, repository=repository)) == CONTENTS
    ranges = [asked for path, asked in Repository.requests if path.endswith("part3-1.jar")]
    assert ranges == ["", "bytes=20000-"]


def test_an_interrupted_run_is_taken_up(repository: str, tmp_path: Path) -> None:
    partial = tmp_path / ".neo4j-1.partial"
    partial.mkdir()
    (partial / "part0-1.jar").write_bytes(CONTENTS["part0-1.jar"])
    (partial / "part1-1.jar.part").write_bytes(CONTENTS["part1-1.jar"][:30_000])
    target = fetch_jars(JARS, tmp_path, repository=repository)
    assert contents(target) == CONTENTS
    assert not partial.exists()
    asked = {path.rsplit("/", 1)[1]: wanted for path, wanted in Repository.requests}
    assert "part0-1.jar" not in asked
    assert asked["part1-1.jar"] == "bytes=30000-"


def test_a_damaged_rest_of_an_earlier_run_is_thrown_away(repository: str, tmp_path: Path) -> None:
    partial = tmp_path / ".neo4j-1.partial"
    partial.mkdir()
    (partial / "part1-1.jar.part").write_bytes(b"?" * 30_000)
    assert contents(fetch_jars(JARS, tmp_path, repository=repository)) == CONTENTS


def test_a_published_folder_that_lost_a_file_is_mended(repository: str, tmp_path: Path) -> None:
    target = fetch_jars(JARS, tmp_path, repository=repository)
    (target / "part2-1.jar").unlink()
    (target / "part4-1.jar").write_bytes(b"short")
    Repository.requests.clear()
    fetch_jars(JARS, tmp_path, repository=repository)
    assert contents(target) == CONTENTS
    assert len(Repository.requests) == 2


def test_an_altered_file_is_refused_and_nothing_is_published(repository: str, tmp_path: Path) -> None:
    Repository.replace["part5-1.jar"] = b"x" * len(CONTENTS["part5-1.jar"])
    with pytest.raises(StoreError, match=r"part5-1\.jar.*not the listed file") as caught:
        fetch_jars(JARS, tmp_path, repository=repository)
    assert not isinstance(caught.value, StoreUnavailable)
    assert not (tmp_path / "neo4j-1").exists()


def test_a_passing_server_error_is_tried_again(repository: str, tmp_path: Path) -> None:
    Repository.statuses["part2-1.jar"] = [503]
    assert contents(fetch_jars(JARS, tmp_path, repository=repository)) == CONTENTS


def test_a_missing_file_is_not_asked_for_again(repository: str, tmp_path: Path) -> None:
    Repository.statuses["part2-1.jar"] = [404] * 9
    with pytest.raises(StoreUnavailable, match="404"):
        fetch_jars(JARS, tmp_path, repository=repository)
    assert sum(path.endswith("part2-1.jar") for path, _ in Repository.requests) == 1


def test_offline_says_what_where_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable) as caught:
        fetch_jars(JARS, tmp_path, repository="http://127.0.0.1:9/maven")
    message = str(caught.value)
    for part in ("Neo4j 1", "127.0.0.1", "6 of 6 files", "HTTPS_PROXY", "NEO4J_HOME", "INNOGRAPH_NEO4J_URI"):
        assert part in message


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="file"):
        fetch_jars(JARS, tmp_path / "file" / "jars", repository="http://127.0.0.1:9/maven")


def test_several_processes_share_one_download(repository: str, tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        targets = list(pool.map(lambda _: fetch_jars(JARS, tmp_path, repository=repository), range(4)))
    assert set(targets) == {tmp_path / "neo4j-1"}
    assert len(Repository.requests) == len(CONTENTS)
