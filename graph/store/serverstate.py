"""The files by which processes of one user find the managed server: its state and its password."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import psutil

from graph.store.config import home_option

# The start time of a process is computed from the boot time, which moves when the clock is set.
_START_TOLERANCE = 2.0


@dataclass(frozen=True, slots=True)
class ServerState:
    """A server that was started.

    Attributes:
        pid: Its process.
        created: Start of that process, seconds since 1970, against reuse of the pid.
        bolt_port: Its Bolt port on loopback.
        http_port: Its Browser port on loopback, 0 for none.
        version: Its version.
        ready: Whether it has answered a query.
    """

    pid: int
    created: float
    bolt_port: int
    http_port: int
    version: str
    ready: bool = False

    def as_ready(self) -> ServerState:
        """The same, ready."""
        return replace(self, ready=True)


def write_private(path: Path, text: str) -> None:
    """Writes a file that only its owner can read; seen whole or not at all, even after a crash."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    scratch.unlink(missing_ok=True)
    with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(path)


def write_state(path: Path, state: ServerState) -> None:
    """Writes the state file."""
    write_private(path, json.dumps(asdict(state)))


def read_state(path: Path) -> ServerState | None:
    """Reads the state file; None where there is none or it cannot be used, which is then as good as none."""
    try:
        return ServerState(**json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def find_process(state: ServerState | None, home: Path) -> psutil.Process | None:
    """The living process of a state, or None.

    A pid alone proves nothing: it may have been given to another program since. The process must have started when the
    state says, and must be a server of this home.
    """
    if state is None:
        return None
    try:
        process = psutil.Process(state.pid)
        if abs(process.create_time() - state.created) > _START_TOLERANCE or process.status() == psutil.STATUS_ZOMBIE:
            return None
        return process if home_option(home) in process.cmdline() else None
    except psutil.Error:
        return None
