"""Runs plans that compute a lot in worker threads, so that the event loop stays free for everybody else.

The plan itself - ranking, matching, building a catalogue - runs in a thread; each query it asks for is run by the
event loop, where the database lives.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from graph.store.awaiting import AsyncDatabase
from graph.store.plans import drive
from graph.store.query import Plan, Query

T = TypeVar("T")

# Python computes in one thread at a time; the others wait for the store, and a slow query there should not hold up all.
THREADS = 8


class Abandoned(BaseException):
    """Ends a plan whose caller is gone. Not an Exception, so that no plan takes it for a failed query."""


class ThinkingRoom:
    """A few threads that run plans. What waits beyond them is bounded by the limit on concurrent requests."""

    def __init__(self, database: AsyncDatabase) -> None:
        self._database = database
        self._shared: dict[Hashable, asyncio.Task[Any]] = {}
        self._executor = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="innograph-answer")

    async def shared(self, key: Hashable, make_plan: Callable[[], Plan[T]]) -> T:
        """Runs a plan that several callers want, once for all of them.

        It goes on when a caller gives up, so that what takes longer than one request may be ready for the next.
        """
        task: asyncio.Task[T] | None = self._shared.get(key)
        if task is None:
            task = self._shared[key] = asyncio.create_task(self.answer(make_plan()))
            task.add_done_callback(lambda done: self._forget(key, done))
        return await asyncio.shield(task)

    def _forget(self, key: Hashable, task: asyncio.Task[Any]) -> None:
        del self._shared[key]
        if not task.cancelled():
            task.exception()  # asked for, so that a failure nobody waited for is no complaint of the event loop

    async def answer(self, plan: Plan[T]) -> T:
        """Runs a plan to its end; a caller that gives up ends it at its query, or at its next one."""
        loop = asyncio.get_running_loop()
        abandoned = threading.Event()
        asked: list[Future[Any]] = []

        def ask(query: Query[Any]) -> Any:
            if abandoned.is_set():
                raise Abandoned
            future = asyncio.run_coroutine_threadsafe(self._database.run(query), loop)
            asked[:] = [future]
            if abandoned.is_set():  # between the check above and the line above
                future.cancel()
            return future.result()

        try:
            return await loop.run_in_executor(self._executor, lambda: drive(plan, ask))
        except asyncio.CancelledError:
            abandoned.set()
            for query in asked:
                query.cancel()
            raise

    def close(self) -> None:
        """Takes no more plans. Not waited for: a thread under way may need the loop that waits here."""
        for task in list(self._shared.values()):
            task.cancel()
        self._executor.shutdown(wait=False, cancel_futures=True)
