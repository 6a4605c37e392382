"""Answers many queries a call: a few at a time, in their order, one answer each whatever happens to the others."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

from starlette.types import Scope

from api.errors import TIMED_OUT, Problem, as_problem
from api.schemas.recommend import MatchFailure, MatchResult
from graph.answers.values import MatchQuery
from graph.answers.values import MatchResult as Matches
from graph.errors import InnoGraphError, StoreError
from graph.store.query import Plan

PlanOf = Callable[[MatchQuery], Plan[Matches]]

# Enough to keep the store busy while one answer is being written, and few enough to leave room for other callers.
AT_ONCE = 4


async def match_all(
    answer: Callable[[Plan[Matches]], Awaitable[Matches]],
    queries: Sequence[MatchQuery],
    prepare: Callable[[], Awaitable[PlanOf]],
    *,
    scope: Scope,
    seconds: float,
) -> AsyncGenerator[MatchResult | MatchFailure, None]:
    """Yields the answer to each query, in order.

    Args:
        answer: Runs a plan.
        queries: Their ids differ.
        prepare: Gets ready what all queries need, and gives what makes the plan of one. If it fails, so do they all.
        scope: Of the request, for the request id in problems.
        seconds: For each query.
    """
    try:
        plan_of = await prepare()
    except InnoGraphError as error:
        problem = as_problem(scope, error)
        for unanswered in queries:
            yield MatchFailure(id=unanswered.id, problem=problem)
        return
    broken: list[StoreError] = []

    async def one(query: MatchQuery) -> MatchResult | MatchFailure:
        try:
            if broken:  # a store that failed once would only be waited for again, query after query
                raise broken[0]
            async with asyncio.timeout(seconds):
                return MatchResult.model_validate(await answer(plan_of(query)))
        except StoreError as error:
            broken.append(error)
            return MatchFailure(id=query.id, problem=as_problem(scope, error))
        except InnoGraphError as error:
            return MatchFailure(id=query.id, problem=as_problem(scope, error))
        except TimeoutError:
            late = Problem(TIMED_OUT, f"No answer within {seconds:g} seconds. Shorten the text.")
            return MatchFailure(id=query.id, problem=as_problem(scope, late))

    waiting: deque[asyncio.Task[MatchResult | MatchFailure]] = deque()
    rest = iter(queries)
    try:
        while True:
            while len(waiting) < AT_ONCE and (query := next(rest, None)) is not None:
                waiting.append(asyncio.create_task(one(query)))
            if not waiting:
                return
            yield await waiting.popleft()
    finally:
        # The caller left, or something broke: what is under way is of no use to anybody.
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
