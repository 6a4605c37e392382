"""Runs the reader of texts off the event loop: one text at a time, built on first use."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from graph.model import DocumentFacts
from graph.settings import Settings


class TextReader(Protocol):
    """What turns a text into facts; ``etl.pipeline.Pipeline`` is one."""

    def read_text(self, text: str, *, id: str, title: str, date: str, source: str) -> DocumentFacts:
        """Cleans and reads one text.

        Raises:
            InnoGraphError: The text cannot be used, or a stage failed on it.
        """


def build_pipeline(settings: Settings) -> TextReader:
    """The pipeline of the settings. Imported late: loading its models takes seconds that a server may never need."""
    from etl.pipeline import Pipeline

    return Pipeline(settings)


class ReadingRoom:
    """One worker thread with one reader.

    A reader is bound by the processor and holds large models, so more threads would only take turns; the others wait in
    the executor's queue, which the limit on concurrent requests bounds. A caller that gives up while waiting leaves the
    queue; a text under way is read to its end, which the cap on its length bounds.
    """

    def __init__(self, build: Callable[[], TextReader]) -> None:
        self._build = functools.lru_cache(maxsize=1)(build)
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="innograph-reader")

    async def read(self, text: str, *, id: str, title: str, date: str, source: str) -> DocumentFacts:
        """Reads one text in the worker thread; see :meth:`TextReader.read_text`."""

        def work() -> DocumentFacts:
            return self._build().read_text(text, id=id, title=title, date=date, source=source)

        return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    def close(self) -> None:
        """Drops what waits and lets the text under way finish."""
        self._executor.shutdown(wait=True, cancel_futures=True)
