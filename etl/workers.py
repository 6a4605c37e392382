"""One piece of work on many items, in several processes, each with a pipeline of its own."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

from etl.pipeline import Pipeline
from graph.errors import InnoGraphError
from graph.settings import Settings

Item = TypeVar("Item")
Result = TypeVar("Result")

_IN_FLIGHT = 8  # items of a worker that are in work or done ahead of the one that is yielded next


def each(
    items: Iterable[Item], work: Callable[[Pipeline, Item], Result], settings: Settings, workers: int
) -> Iterator[tuple[Item, Result]]:
    """Every item with what ``work`` made of it, in the order of the items.

    Args:
        items: Read as the work goes on, a few ahead of it.
        work: A function of a module: workers import it by its name.
        settings: For the pipelines.
        workers: Processes; with 1 the work is done in this one.

    Raises:
        InnoGraphError: A worker died.
    """
    if workers <= 1:
        pipeline = Pipeline(settings)
        for item in items:
            yield item, work(pipeline, item)
        return
    context = multiprocessing.get_context("spawn")  # a forked process would share the models' threads
    with ProcessPoolExecutor(workers, context, _start, (settings, work)) as pool:
        waiting: deque[tuple[Item, Future[Result]]] = deque()
        for item in items:
            waiting.append((item, pool.submit(_run, item)))
            if len(waiting) >= workers * _IN_FLIGHT:
                yield _first(waiting)
        while waiting:
            yield _first(waiting)


def _first(waiting: deque[tuple[Item, Future[Result]]]) -> tuple[Item, Result]:
    item, future = waiting.popleft()
    try:
        return item, future.result()
    except BrokenProcessPool as error:
        raise InnoGraphError(
            "A worker process died: it was killed, or memory ran out. What was loaded stays; run again with fewer workers."
        ) from error


_MINE: list[tuple[Pipeline, Callable[[Pipeline, Any], Any]]] = []


def _start(settings: Settings, work: Callable[[Pipeline, Any], Any]) -> None:
    _end_with_parent()
    threadpool_limits(1)  # workers that each multiply matrices on all cores wait for one another
    _MINE.append((Pipeline(settings), work))


def _end_with_parent() -> None:
    """Lets a worker end when the process that started it does, however that ended."""

    def watch() -> None:
        parent = multiprocessing.parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _run(item: Any) -> Any:
    pipeline, work = _MINE[0]
    return work(pipeline, item)
