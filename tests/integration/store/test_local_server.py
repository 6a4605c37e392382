"""The managed server through its life: started, shared, killed, restarted, reset. It has a home of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from graph.errors import ConfigError, StoreError
from graph.settings import Settings
from graph.store.blocking import Database
from graph.store.installation import prepare
from graph.store.local import LocalServer
from graph.store.query import Query
from graph.store.serverstate import read_state

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]
MakeQuery = Callable[..., Query[Any]]

ATTACH = """
from graph.settings import load_settings
from graph.store.local import LocalServer
access = LocalServer(load_settings()).start()
print(access.uri)
"""


@pytest.fixture(scope="module")
def own_settings(store_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    home = tmp_path_factory.mktemp("own home")  # a blank in the path, as users have
    return store_settings.model_copy(update={"home": home, "neo4j_heap": "512m"})


@pytest.fixture
def local(own_settings: Settings) -> LocalServer:
    return LocalServer(own_settings)


@pytest.fixture(scope="module", autouse=True)
def ended(own_settings: Settings) -> Iterator[None]:
    yield
    LocalServer(own_settings).stop()


def process_of(local: LocalServer) -> psutil.Process:
    pid = local.status().pid
    assert pid is not None
    return psutil.Process(pid)


def connect(local: LocalServer) -> Database:
    access = local.start()
    return Database(access.uri, access.user, access.password)


def in_another_process(settings: Settings) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "PYTHONPATH": os.getcwd(),
        "INNOGRAPH_HOME": str(settings.home),
        "INNOGRAPH_NEO4J_JARS": str(settings.neo4j_jars),
        "INNOGRAPH_NEO4J_LINE": settings.neo4j_line,
        "INNOGRAPH_NEO4J_HEAP": settings.neo4j_heap,
        "INNOGRAPH_NEO4J_JAVA_OPTIONS": settings.neo4j_java_options,
        "INNOGRAPH_NEO4J_URI": "",
    }
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", ATTACH], stdout=subprocess.PIPE, text=True, env=environment
    )


def test_nothing_runs_before_the_first_start(local: LocalServer) -> None:
    status = local.status()
    assert (status.running, status.pid, status.uri, status.data_bytes) == (False, None, "", 0)
    assert not local.stop()
    local.reset()
    assert not local.folder.exists()


def test_processes_that_start_at_once_share_one_server(local: LocalServer, own_settings: Settings) -> None:
    children = [in_another_process(own_settings) for _ in range(2)]
    uris = {child.communicate(timeout=300)[0].strip() for child in children}
    assert [child.returncode for child in children] == [0, 0]
    # It outlives those who started it, and this process joins it.
    begin = time.monotonic()
    assert uris == {local.start().uri}
    assert time.monotonic() - begin < 1
    home = f"--home-dir={local.folder}"
    assert [p.pid for p in psutil.process_iter() if home in _command_line(p)] == [local.status().pid]


def test_threads_share_it_too(local: LocalServer) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(lambda _: local.start(), range(8)))) == 1


def test_it_listens_on_loopback_only(local: LocalServer) -> None:
    local.start()
    connections = process_of(local).net_connections(kind="inet")
    listening = {
        c.laddr.ip.removeprefix("::ffff:") for c in connections if c.status == psutil.CONN_LISTEN or not c.raddr
    }
    assert listening == {"127.0.0.1"}


def test_secrets_are_the_owners(local: LocalServer) -> None:
    access = local.start()
    for name in ("password", "server.json", "conf/neo4j.conf"):
        assert stat.S_IMODE((local.folder / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(local.folder.stat().st_mode) == 0o700
    assert access.password not in " ".join(process_of(local).cmdline())
    assert access.password not in (local.folder / "conf" / "neo4j.conf").read_text()
    assert not [name for name in process_of(local).environ() if name.startswith("INNOGRAPH_")]
    with Database(access.uri, "neo4j", "neo4j") as default, pytest.raises(StoreError, match="refused the login"):
        default.ping()


def test_it_has_a_session_of_its_own(local: LocalServer) -> None:
    local.start()
    pid = process_of(local).pid
    assert os.getsid(pid) == pid != os.getsid(0)


def test_the_browser_page_is_served(local: LocalServer) -> None:
    with urllib.request.urlopen(local.start().browser, timeout=30) as response:
        assert response.status == 200
        assert b"<html" in response.read().lower()


def test_a_killed_server_comes_back_with_its_data_on_its_port(local: LocalServer, cypher: MakeQuery) -> None:
    with connect(local) as database:
        database.run(cypher("CREATE (:T {name: '留'})", write=True))
    before = local.status()
    process = process_of(local)
    process.send_signal(signal.SIGKILL)
    process.wait(30)
    assert not local.status().running
    with connect(local) as database:
        assert database.run(cypher("MATCH (n:T) RETURN n.name AS name")) == [{"name": "留"}]
    assert local.status().uri == before.uri
    assert local.status().pid != before.pid


def test_stop_is_quick_and_a_taken_port_is_replaced(local: LocalServer, cypher: MakeQuery) -> None:
    access = local.start()
    state = read_state(local.folder / "server.json")
    begin = time.monotonic()
    assert local.stop()
    assert time.monotonic() - begin < 5
    assert not local.status().running
    assert not local.stop()
    assert state is not None
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", state.bolt_port))
        taken.listen()
        assert local.start().uri != access.uri
    with connect(local) as database:
        assert database.run(cypher("MATCH (n:T) RETURN count(n) AS n")) == [{"n": 1}]


def test_a_start_that_was_cut_short_is_waited_for(local: LocalServer) -> None:
    """The starter died between launch and readiness: the state says not ready, the marker is missing."""
    uri = local.start().uri
    path = local.folder / "server.json"
    path.write_text(path.read_text().replace("true", "false"))
    assert not local.status().running
    assert local.start().uri == uri
    assert local.status().running


def test_a_lost_password_is_told_and_reset_starts_over(local: LocalServer, cypher: MakeQuery) -> None:
    local.start()
    local.stop()
    (local.folder / "password").unlink()
    with pytest.raises(StoreError, match=r"password.*innograph db reset"):
        local.start()
    local.reset()
    assert local.status().data_bytes == 0
    # What a first start leaves that was killed half-way: data without the marker of a server that ever answered.
    (local.folder / "data" / "databases" / "neo4j").mkdir(parents=True)
    (local.folder / "data" / "databases" / "neo4j" / "neostore").write_bytes(b"half")
    with connect(local) as database:
        assert database.run(cypher("MATCH (n) RETURN count(n) AS n")) == [{"n": 0}]


def test_a_failed_start_tells_the_cause_and_the_remedy(local: LocalServer, own_settings: Settings) -> None:
    local.stop()
    with pytest.raises(ConfigError, match="INNOGRAPH_NEO4J_JAVA_OPTIONS"):
        LocalServer(own_settings.model_copy(update={"neo4j_java_options": "'open"})).start()
    greedy = LocalServer(own_settings.model_copy(update={"neo4j_heap": "900000g"}))
    with pytest.raises(StoreError, match=r"too little memory.*INNOGRAPH_NEO4J_HEAP") as caught:
        greedy.start()
    assert str(local.folder / "logs") in str(caught.value)


def test_an_installed_neo4j_is_used(
    own_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cypher: MakeQuery
) -> None:
    jars = prepare(own_settings, {}).jars
    (tmp_path / "neo").mkdir()
    (tmp_path / "neo" / "lib").symlink_to(jars)
    monkeypatch.setenv("NEO4J_HOME", str(tmp_path / "neo"))
    nothing = own_settings.model_copy(update={"neo4j_jars": tmp_path / "none", "neo4j_browser": False})
    local = LocalServer(nothing)
    try:
        with connect(local) as database:
            assert database.run(cypher("RETURN 1 AS x")) == [{"x": 1}]
        assert local.line == "installed"
        assert local.status().browser == ""
        assert not (tmp_path / "none").exists()
    finally:
        local.stop()
        shutil.rmtree(local.folder)


def _command_line(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []
