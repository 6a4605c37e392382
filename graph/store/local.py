"""The managed Neo4j: a real Community server as a child process, one for a home and line.

All processes of a user share it. It is started on demand, outlives whoever started it, listens on loopback only and is
stopped by ``innograph db stop``. Everything about it lies in ``<home>/neo4j/<line>``: data, logs, conf, ``password``
(mode 0600) and ``server.json``.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shlex
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from graph.errors import ConfigError, StoreError, StoreUnavailable
from graph.settings import Settings
from graph.store.blocking import Database
from graph.store.config import ServerConfig, auth_text, command, config_text, diagnose, new_password
from graph.store.installation import Installation, line_name, prepare
from graph.store.serverstate import ServerState, find_process, read_state, write_private, write_state

_log = logging.getLogger(__name__)
_READY_SECONDS = 180.0
_LOCK_SECONDS = 240.0
_STOP_SECONDS = 30.0
_POLL_SECONDS = 0.1
_USER = "neo4j"


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach the managed server. ``browser`` is the address of the Browser page or ``""``."""

    uri: str
    user: str
    password: str
    browser: str


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """What ``innograph db status`` shows.

    Attributes:
        line: ``lts``, ``latest`` or ``installed``.
        running: Whether the server runs and has answered a query.
        version: Version of the running server, or ``""``.
        pid: Its process, or None.
        uri: Its Bolt address, or ``""``.
        browser: Address of its Browser page, or ``""``.
        folder: Where its data, logs and password lie.
        data_bytes: Size of its data.
        memory_bytes: Its resident memory, 0 when it does not run.
        started_at: ISO time in UTC, or ``""``.
    """

    line: str
    running: bool
    version: str
    pid: int | None
    uri: str
    browser: str
    folder: Path
    data_bytes: int
    memory_bytes: int
    started_at: str


class LocalServer:
    """The managed server of a home and line.

    Args:
        settings: Home, line, memory, Browser.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.line = line_name(settings)
        self.folder = settings.home.expanduser().absolute() / "neo4j" / self.line
        self._state_file = self.folder / "server.json"
        self._password_file = self.folder / "password"
        # Written after the first answer. Without it, data is the ruin of a first start that was cut short.
        self._marker = self.folder / "initialised"

    def start(self) -> Access:
        """Joins the running server or starts one, and waits until it answers.

        Raises:
            StoreUnavailable: The jars cannot be downloaded, or another process holds the start for too long.
            StoreError: The server does not come up; the message holds the end of its log and what to do.
            ConfigError: NEO4J_HOME or JAVA_HOME cannot be used.
        """
        state = read_state(self._state_file)
        if state is not None and state.ready and find_process(state, self.folder):
            return self._access(state)
        installation = prepare(self._settings)
        with self._lock():
            state = read_state(self._state_file)
            process = find_process(state, self.folder)
            if state is None or process is None:
                state, process = self._launch(installation, state)
            if not state.ready:
                self._wait_until_ready(state, process)
                state = state.as_ready()
                self._marker.touch()
                write_state(self._state_file, state)
            return self._access(state)

    def stop(self) -> bool:
        """Ends the server and waits for its end; True if it ran.

        Raises:
            StoreUnavailable: Another process holds the start for too long.
        """
        if not self.folder.exists():
            return False
        with self._lock():
            return self._stop()

    def reset(self) -> None:
        """Stops the server and deletes its data, for good. Jars, password and logs stay."""
        if not self.folder.exists():
            return
        with self._lock():
            self._stop()
            self._delete_data()

    def status(self) -> ServerStatus:
        """Looks at the server without starting it."""
        state = read_state(self._state_file)
        process = find_process(state, self.folder)
        memory, started = 0, ""
        if process is not None:
            with contextlib.suppress(psutil.Error):
                memory = process.memory_info().rss
                started = datetime.fromtimestamp(process.create_time(), UTC).isoformat(timespec="seconds")
        alive = state if process is not None else None
        return ServerStatus(
            line=self.line,
            running=alive is not None and alive.ready,
            version=alive.version if alive else "",
            pid=alive.pid if alive else None,
            uri=_uri(alive) if alive else "",
            browser=_browser(alive) if alive else "",
            folder=self.folder,
            data_bytes=_size(self.folder / "data"),
            memory_bytes=memory,
            started_at=started,
        )

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        """Keeps start, stop and reset of all processes apart."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = FileLock(self.folder / ".lock", timeout=_LOCK_SECONDS)
            with lock:
                yield
        except Timeout as error:
            raise StoreUnavailable(
                f"Another process has been starting or stopping the server in {self.folder} for {_LOCK_SECONDS:.0f} s. "
                "Try again; `innograph db status` tells what runs."
            ) from error
        except OSError as error:
            raise StoreError(
                f"Cannot use {self.folder}: {error}. Check owner and free space, or set INNOGRAPH_HOME to another "
                "folder."
            ) from error

    def _launch(self, installation: Installation, before: ServerState | None) -> tuple[ServerState, psutil.Process]:
        # Without the system database the server would take the default password, so such a home counts as fresh too.
        fresh = not (self._marker.exists() and (self.folder / "data" / "databases" / "system").exists())
        if fresh:
            self._delete_data()
        for name in ("conf", "logs", "import", "plugins", "data/dbms"):
            (self.folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        password = self._password_for_start(fresh)
        if fresh:
            write_private(self.folder / "data" / "dbms" / "auth.ini", auth_text(password))
        # A failed start shows the end of these, so they hold this start only.
        for name in ("neo4j", "debug"):
            with contextlib.suppress(FileNotFoundError):
                (self.folder / "logs" / f"{name}.log").replace(self.folder / "logs" / f"{name}.previous.log")
        bolt_port, http_port = _free_ports(before.bolt_port if before else 0, before.http_port if before else 0)
        config = ServerConfig(
            folder=self.folder,
            bolt_port=bolt_port,
            http_port=http_port if self._settings.neo4j_browser else 0,
            heap=self._settings.neo4j_heap,
            page_cache=self._settings.neo4j_page_cache,
            java_options=_options(self._settings.neo4j_java_options),
        )
        write_private(config.config_folder / "neo4j.conf", config_text(config, installation.version))
        line = command(config, java=installation.java, jars=installation.jars, main_class=installation.main_class)
        with (self.folder / "logs" / "console.log").open("wb") as console:
            try:
                # A session of its own: Ctrl-C and the end of the terminal reach the client, not the server.
                child = subprocess.Popen(
                    line,
                    cwd=self.folder,
                    env=_environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=console,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except OSError as error:
                raise StoreError(
                    f"Cannot run Java at {installation.java}: {error}. Set JAVA_HOME and NEO4J_HOME to installed ones, "
                    "or INNOGRAPH_NEO4J_URI to a running Neo4j."
                ) from error
        # Takes in the end of the server while this process lives, so that no zombie is left.
        threading.Thread(target=child.wait, name="neo4j-reaper", daemon=True).start()
        try:
            process = psutil.Process(child.pid)
            state = ServerState(
                pid=child.pid,
                created=process.create_time(),
                bolt_port=config.bolt_port,
                http_port=config.http_port,
                version=installation.version,
            )
        except psutil.Error as error:
            raise self._failure("ended at once") from error
        write_state(self._state_file, state)
        _log.info("Neo4j %s starts: pid %d, bolt port %d", state.version, state.pid, state.bolt_port)
        return state, process

    def _password_for_start(self, fresh: bool) -> str:
        """The password; a new one for a fresh home, published before any data exists that needs it."""
        with contextlib.suppress(OSError):
            if password := self._password_file.read_text("utf-8").strip():
                return password
        if not fresh:
            raise StoreError(
                f"{self._password_file} is gone, and the graph cannot be opened without it. Put it back, or start over "
                "with an empty graph: `innograph db reset`."
            )
        password = new_password()
        write_private(self._password_file, password)
        return password

    def _wait_until_ready(self, state: ServerState, process: psutil.Process) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline:
            if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
                raise self._failure("ended while starting")
            if _answers(state.bolt_port):
                access = self._access(state)
                with Database(access.uri, access.user, access.password) as database:
                    try:
                        database.ping()
                        return
                    except StoreUnavailable:
                        _log.debug("Neo4j listens but does not answer yet")
                    except StoreError as error:
                        raise StoreError(
                            f"{self._password_file} does not hold the password of the data beside it. Put the right "
                            "one there, or start over with an empty graph: `innograph db reset`."
                        ) from error
            time.sleep(_POLL_SECONDS)
        with contextlib.suppress(psutil.Error):
            process.kill()
        raise self._failure(f"did not answer within {_READY_SECONDS:.0f} s")

    def _failure(self, what: str) -> StoreError:
        """The error for a failed start: cause, remedy, where the log is and how it ends."""
        self._state_file.unlink(missing_ok=True)
        logs = self.folder / "logs"
        lines = [*_tail(logs / "console.log", 15), *_tail(logs / "neo4j.log", 15)]
        meaning = diagnose([*lines, *_tail(logs / "debug.log", 60)])
        shown = "\n  ".join(line[:300] for line in lines)
        return StoreError(f"The managed Neo4j {what}. {meaning} Logs: {logs}\n  {shown}".rstrip())

    def _stop(self) -> bool:
        process = find_process(read_state(self._state_file), self.folder)
        if process is None:
            return False
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except psutil.TimeoutExpired:
                _log.warning("Neo4j (pid %d) does not stop and is killed", process.pid)
                process.kill()
                process.wait(_STOP_SECONDS)
        _log.info("Neo4j stopped")
        return True

    def _delete_data(self) -> None:
        # The marker goes first: an interrupted deletion is taken up at the next start.
        self._marker.unlink(missing_ok=True)
        if (self.folder / "data").exists():
            shutil.rmtree(self.folder / "data")

    def _access(self, state: ServerState) -> Access:
        try:
            password = self._password_file.read_text("utf-8").strip()
        except OSError as error:
            raise StoreError(
                f"Cannot read {self._password_file}: {error}. The managed server belongs to the user who started it."
            ) from error
        return Access(uri=_uri(state), user=_USER, password=password, browser=_browser(state))


def _options(text: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise ConfigError(
            f"INNOGRAPH_NEO4J_JAVA_OPTIONS is {text!r}: {error}. Quote it as on a command line."
        ) from error


def _environment() -> dict[str, str]:
    """What the server inherits: all but InnoGraph's settings, which hold secrets, and options meant for other Javas."""
    unwanted = ("INNOGRAPH_", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "CLASSPATH")
    return {key: value for key, value in os.environ.items() if not key.startswith(unwanted)}


def _uri(state: ServerState) -> str:
    return f"bolt://127.0.0.1:{state.bolt_port}"


def _browser(state: ServerState) -> str:
    return f"http://127.0.0.1:{state.http_port}/browser/" if state.http_port else ""


def _free_ports(*preferred: int) -> list[int]:
    """As many different free loopback ports: the preferred ones where free, so that bookmarks hold across restarts."""
    with contextlib.ExitStack() as held:
        return [_hold_port(held, port) for port in preferred]


def _hold_port(held: contextlib.ExitStack, preferred: int) -> int:
    for port in (preferred, 0):
        probe = held.enter_context(socket.socket())
        # As the server does: a port whose old connections linger counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            # Two sockets may be bound to a port while neither listens.
            probe.listen()
            return int(probe.getsockname()[1])
    raise StoreError("No free port on 127.0.0.1. End some programs that hold ports and try again.")


def _answers(port: int) -> bool:
    """Whether something listens; far cheaper to ask than to set up a driver."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1.0):
            return True
    except OSError:
        return False


def _size(folder: Path) -> int:
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += (Path(root) / name).stat().st_size
    return total


def _tail(path: Path, count: int) -> list[str]:
    """The last lines of a log; none where it does not exist."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 65536))
            return file.read().decode("utf-8", "replace").splitlines()[-count:]
    except OSError:
        return []
