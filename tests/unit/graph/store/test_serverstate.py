"""The state file: a pid is believed only with its start time and its command line."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from graph.store.config import home_option
from graph.store.serverstate import ServerState, find_process, read_state, write_private, write_state


@pytest.fixture
def server_like(tmp_path: Path) -> Iterator[ServerState]:
    """State of a living process whose command line names ``tmp_path`` as its home."""
    # Waits for the end of its input, which comes when the test ends.
    with subprocess.Popen([sys.executable, "-c", "input()", home_option(tmp_path)], stdin=subprocess.PIPE) as child:
        yield ServerState(child.pid, psutil.Process(child.pid).create_time(), 1, 2, "5")
        child.kill()


def test_finds_the_process_of_a_state(server_like: ServerState, tmp_path: Path) -> None:
    process = find_process(server_like, tmp_path)
    assert process is not None
    assert process.pid == server_like.pid


def test_a_pid_given_to_another_program_is_not_believed(server_like: ServerState, tmp_path: Path) -> None:
    earlier = replace(server_like, created=server_like.created - 3600)
    assert find_process(earlier, tmp_path) is None
    assert find_process(server_like, tmp_path / "other") is None
    own = ServerState(os.getpid(), psutil.Process().create_time(), 1, 2, "5")
    assert find_process(own, tmp_path) is None


def test_an_ended_process_is_not_found_even_before_it_is_reaped(server_like: ServerState, tmp_path: Path) -> None:
    process = psutil.Process(server_like.pid)
    process.kill()
    os.waitid(os.P_PID, server_like.pid, os.WEXITED | os.WNOWAIT)
    assert process.status() == psutil.STATUS_ZOMBIE
    assert find_process(server_like, tmp_path) is None


def test_no_state_no_process(tmp_path: Path) -> None:
    assert find_process(None, tmp_path) is None


def test_state_survives_writing_and_reading(tmp_path: Path) -> None:
    state = ServerState(1, 2.5, 3, 4, "5.26.30")
    write_state(tmp_path / "s", state.as_ready())
    assert read_state(tmp_path / "s") == replace(state, ready=True)


@pytest.mark.parametrize("text", ["", '{"pid": 1', "[]", "null", '{"pid": 1}', '{"other": 1}'])
def test_a_damaged_state_counts_as_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "s"
    path.write_text(text)
    assert read_state(path) is None
    assert read_state(tmp_path / "absent") is None


def test_private_files_are_private_from_the_start_and_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("old")
    path.chmod(0o644)
    write_private(path, "new")
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["password"]
