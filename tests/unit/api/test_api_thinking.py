from __future__ import annotations

import asyncio
import threading
from typing import Any, cast

import pytest

from api.thinking import ThinkingRoom
from graph.errors import NotFound, StoreUnavailable
from graph.store.database import AsyncDatabase
from graph.store.query import Plan, Query

pytestmark = pytest.mark.anyio


def query(name: str) -> Query[Any]:
    return Query(name, parse=list)


class Store:
    def __init__(self) -> None:
        self.ran: list[tuple[str, str]] = []
        self.reached = asyncio.Event()
        self.cancelled = asyncio.Event()

    async def run(self, query: Query[Any]) -> str:
        self.ran.append((query.name, threading.current_thread().name))
        if query.name == "away":
            raise StoreUnavailable("away")
        if query.name == "never":
            self.reached.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.cancelled.set()
                raise
        return query.name.upper()


async def test_the_plan_runs_in_a_thread_and_its_queries_on_the_loop() -> None:
    store = Store()
    room = ThinkingRoom(cast(AsyncDatabase, store))
    threads: list[str] = []

    def plan() -> Plan[str]:
        threads.append(threading.current_thread().name)
        first = yield query("a")
        second = yield query("b")
        return f"{first}{second}"

    assert await room.answer(plan()) == "AB"
    here = threading.current_thread().name
    assert store.ran == [("a", here), ("b", here)]
    assert threads[0] != here
    room.close()


async def test_errors_go_through_the_plan_and_come_out() -> None:
    room = ThinkingRoom(cast(AsyncDatabase, Store()))

    def plan() -> Plan[str]:
        try:
            yield query("away")
        except StoreUnavailable as error:
            raise NotFound("seen") from error
        return "unreached"

    with pytest.raises(NotFound, match="seen"):
        await room.answer(plan())
    room.close()


async def test_who_gives_up_ends_the_query_and_the_plan() -> None:
    store = Store()
    room = ThinkingRoom(cast(AsyncDatabase, store))
    ended = threading.Event()

    def plan() -> Plan[str]:
        try:
            yield query("never")
            yield query("unreached")
        finally:
            ended.set()
        return ""

    task = asyncio.create_task(room.answer(plan()))
    await store.reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await store.cancelled.wait()
    assert await asyncio.to_thread(ended.wait, 10)
    assert [name for name, _ in store.ran] == ["never"]
    room.close()


async def test_a_long_computation_does_not_hold_up_the_loop() -> None:
    room = ThinkingRoom(cast(AsyncDatabase, Store()))
    gate = threading.Event()

    def plan() -> Plan[bool]:
        yield query("a")
        return gate.wait(10)

    slow = asyncio.create_task(room.answer(plan()))
    assert await room.answer(short()) == "A"
    gate.set()
    assert await slow
    room.close()


def short() -> Plan[str]:
    found: str = yield query("a")
    return found


async def test_a_shared_plan_runs_once_and_outlives_who_gives_up() -> None:
    room = ThinkingRoom(cast(AsyncDatabase, Store()))
    gate = threading.Event()
    made: list[int] = []

    def make() -> Plan[str]:
        made.append(1)
        yield query("a")
        gate.wait(10)
        return "catalogue"

    first = asyncio.create_task(room.shared("k", make))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await room.shared("k", make)
    gate.set()
    assert await first == "catalogue"
    assert len(made) == 1
    assert await room.shared("k", make) == "catalogue"
    assert len(made) == 2
    room.close()


async def test_a_shared_plan_that_fails_is_tried_again() -> None:
    room = ThinkingRoom(cast(AsyncDatabase, Store()))

    def away() -> Plan[str]:
        yield query("away")
        return ""

    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            await room.shared("k", away)
    assert await room.shared("k", short) == "A"
    room.close()
