"""Drives plans: sends each query's result back in, throws errors in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from graph.errors import InnoGraphError
from graph.store.query import Plan, Query

T = TypeVar("T")


def drive(plan: Plan[T], run: Callable[[Query[Any]], Any]) -> T:
    """Runs a plan to its end and returns its result.

    An InnoGraphError of a query is thrown into the plan at its ``yield``; what the plan does not catch comes out here.
    Any other error closes the plan, so that its ``finally`` blocks run.
    """
    try:
        query = next(plan)
        while True:
            try:
                result = run(query)
            except InnoGraphError as error:
                query = plan.throw(error)
            else:
                query = plan.send(result)
    except StopIteration as stop:
        value: T = stop.value
        return value
    finally:
        plan.close()


async def drive_async(plan: Plan[T], run: Callable[[Query[Any]], Awaitable[Any]]) -> T:
    """As :func:`drive`, awaiting each query."""
    try:
        query = next(plan)
        while True:
            try:
                result = await run(query)
            except InnoGraphError as error:
                query = plan.throw(error)
            else:
                query = plan.send(result)
    except StopIteration as stop:
        value: T = stop.value
        return value
    finally:
        plan.close()
