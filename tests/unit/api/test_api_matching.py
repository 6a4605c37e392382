from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, cast

import pytest

from api.matching import AT_ONCE, match_all
from api.schemas.recommend import MatchFailure, MatchResult
from graph.answers import values
from graph.errors import InvalidInput, StoreUnavailable

pytestmark = pytest.mark.anyio
SCOPE = {"type": "http", "innograph.request_id": "r-1"}


class Store:
    """Answers a query by its id, at once or when told to."""

    def __init__(self, act: Callable[[str], Any]) -> None:
        self.act = act
        self.started: list[str] = []
        self.cancelled: list[str] = []
        self.full = asyncio.Event()

    async def answer(self, plan: Any) -> values.MatchResult:
        id = plan
        self.started.append(id)
        if len(self.started) >= AT_ONCE:
            self.full.set()
        try:
            outcome = self.act(id)
            if isinstance(outcome, asyncio.Event):
                await outcome.wait()
            elif isinstance(outcome, Exception):
                raise outcome
        except asyncio.CancelledError:
            self.cancelled.append(id)
            raise
        return values.MatchResult(id, ())


def start(store: Store, ids: Sequence[str], seconds: float = 5) -> Any:
    queries = [values.MatchQuery(id, "text") for id in ids]

    async def prepare() -> Any:
        store.act("prepare")
        return cast(Any, lambda query: query.id)

    return match_all(store.answer, queries, prepare, scope=SCOPE, seconds=seconds)


async def test_answers_come_in_order_though_later_ones_are_ready_first() -> None:
    gate = asyncio.Event()
    store = Store(lambda id: gate if id == "0" else None)
    found = start(store, [str(n) for n in range(20)])
    first = asyncio.ensure_future(anext(found))
    await store.full.wait()
    assert len(store.started) == AT_ONCE
    gate.set()
    items = [await first, *[item async for item in found]]
    assert [item.id for item in items] == [str(n) for n in range(20)]
    assert all(isinstance(item, MatchResult) for item in items)


async def test_a_query_that_fails_leaves_the_others_alone() -> None:
    store = Store(lambda id: InvalidInput("No region is called 火星.") if id == "1" else None)
    items = [item async for item in start(store, ["0", "1", "2"])]
    assert [type(item) for item in items] == [MatchResult, MatchFailure, MatchResult]
    assert (items[1].problem.status, items[1].problem.request_id) == (422, "r-1")
    assert "火星" in items[1].problem.detail


async def test_a_store_that_fails_is_not_asked_again_and_every_query_is_answered() -> None:
    store = Store(lambda id: StoreUnavailable("bolt://u:hunter2@x") if id.isdigit() and int(id) >= 2 else None)
    items = [item async for item in start(store, [str(n) for n in range(50)])]
    assert [item.id for item in items] == [str(n) for n in range(50)]
    assert [type(item) for item in items] == [MatchResult] * 2 + [MatchFailure] * 48
    assert {item.problem.status for item in items[2:]} == {503}
    assert len(store.started) <= 2 + AT_ONCE
    assert "hunter2" not in items[2].model_dump_json()


async def test_a_query_that_takes_too_long_gives_way() -> None:
    never = asyncio.Event()
    store = Store(lambda id: never if id == "0" else None)
    items = [item async for item in start(store, ["0", "1"], seconds=0.02)]
    assert [type(item) for item in items] == [MatchFailure, MatchResult]
    assert items[0].problem.type == "urn:innograph:problem:timed-out"


async def test_who_leaves_ends_what_is_under_way() -> None:
    never = asyncio.Event()
    store = Store(lambda id: None if id == "0" else never)
    found = start(store, ["0", "1", "2", "3", "4", "5", "6", "7"])
    assert (await anext(found)).id == "0"
    await found.aclose()
    assert store.cancelled == store.started[1:]
    assert len(store.cancelled) == AT_ONCE - 1


async def test_a_fault_of_our_own_is_not_passed_off_as_an_answer() -> None:
    store = Store(lambda id: KeyError("bug"))
    with pytest.raises(KeyError):
        await anext(start(store, ["0", "1"]))


async def test_without_a_catalogue_every_query_has_the_problem() -> None:
    def away(id: str) -> None:
        raise StoreUnavailable("bolt://u:hunter2@x")

    items = [item async for item in start(Store(away), ["0", "1"])]
    assert [(type(item), item.id, item.problem.status) for item in items] == [
        (MatchFailure, "0", 503),
        (MatchFailure, "1", 503),
    ]
