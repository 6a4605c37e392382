"""Shows how far a download is: a bar in a terminal, a line now and then elsewhere."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

if TYPE_CHECKING:
    from graph.store import downloads

_log = logging.getLogger(__name__)
# Whoever shows something else meanwhile (a spinner) does so on this console, or the two overwrite each other.
console = Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def download_progress(title: str) -> Iterator[downloads.Progress]:
    """Gives a callback for :func:`graph.store.downloads.fetch_jars`.

    Nothing is shown until the first call, so a download that is not needed stays silent.
    """
    if not sys.stderr.isatty():
        yield _logging(title)
        return
    columns = (TextColumn(title), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=console, transient=True)
    task = bar.add_task(title, total=None)

    def show(done: int, total: int) -> None:
        bar.start()
        bar.update(task, completed=done, total=total)

    try:
        yield show
    finally:
        bar.stop()


def _logging(title: str) -> downloads.Progress:
    shown = -1

    def show(done: int, total: int) -> None:
        nonlocal shown
        tenth = 10 * done // total
        if tenth > shown:
            shown = tenth
            _log.info("%s: %.0f of %.0f MB", title, done / 1e6, total / 1e6)

    return show
