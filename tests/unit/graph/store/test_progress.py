"""Progress of a download where nobody watches: lines, each tenth once; in a terminal: a bar."""

from __future__ import annotations

import io
import logging
import sys

import pytest
from rich.console import Console

from graph.store import progress
from graph.store.progress import download_progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_lines_are_logged_for_each_tenth_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "graph.store.progress"), download_progress("Neo4j 1") as show:
        for done in range(0, 1001, 5):
            show(done, 1000)
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 11
    assert all(line.startswith("Neo4j 1: ") for line in lines)


def test_no_download_no_line(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "graph.store.progress"), download_progress("Neo4j 1"):
        pass
    assert caplog.records == []


def test_a_terminal_shows_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(progress, "console", Console(file=terminal, width=100))
    with download_progress("Neo4j 1") as show:
        assert terminal.getvalue() == ""
        show(1_000_000, 4_000_000)
        show(4_000_000, 4_000_000)
    assert "Neo4j 1" in terminal.getvalue()
    assert "4.0/4.0 MB" in terminal.getvalue()
