"""Plans are driven: results go in, errors go in, the end comes out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from graph.errors import NotFound, StoreUnavailable
from graph.store.plans import drive, drive_async
from graph.store.query import Plan, Query


def query(name: str) -> Query[str]:
    return Query(name=name, parse=lambda rows: "")


def run_blocking(plan: Plan[Any], run: Callable[[Query[Any]], Any]) -> Any:
    return drive(plan, run)


def run_awaiting(plan: Plan[Any], run: Callable[[Query[Any]], Any]) -> Any:
    async def run_async(asked: Query[Any]) -> Any:
        return run(asked)

    return asyncio.run(drive_async(plan, run_async))


both = pytest.mark.parametrize("driver", [run_blocking, run_awaiting])
Driver = Callable[[Plan[Any], Callable[[Query[Any]], Any]], Any]


@both
def test_results_are_sent_in_and_the_return_value_comes_out(driver: Driver) -> None:
    def plan() -> Plan[list[str]]:
        first = yield query("a")
        second = yield query(f"b{first}")
        return [first, second]

    assert driver(plan(), lambda asked: asked.name.upper()) == ["A", "BA"]


@both
def test_a_plan_may_ask_nothing(driver: Driver) -> None:
    def plan() -> Plan[int]:
        yield from ()
        return 7

    assert driver(plan(), lambda asked: pytest.fail("nothing was asked")) == 7


@both
def test_an_error_is_thrown_in_and_may_be_answered(driver: Driver) -> None:
    def plan() -> Plan[str]:
        try:
            yield query("bad")
        except NotFound:
            found: str = yield query("instead")
            return found
        return "no error came"

    def run(asked: Query[Any]) -> str:
        if asked.name == "bad":
            raise NotFound("there is none")
        return asked.name

    assert driver(plan(), run) == "instead"


@both
def test_an_error_that_the_plan_leaves_comes_out(driver: Driver) -> None:
    def plan() -> Plan[None]:
        yield query("a")

    def run(asked: Query[Any]) -> None:
        raise StoreUnavailable("away")

    with pytest.raises(StoreUnavailable, match="away"):
        driver(plan(), run)


@both
def test_other_errors_close_the_plan(driver: Driver) -> None:
    closed = []

    def plan() -> Plan[None]:
        try:
            yield query("a")
        finally:
            closed.append(True)

    def run(asked: Query[Any]) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        driver(plan(), run)
    assert closed == [True]
