"""Recommendations and matching."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from starlette.responses import Response, StreamingResponse

from api.deps import JSON_BODY, ServicesDep, entity_types, stage
from api.matching import PlanOf, match_all
from api.schemas.recommend import (
    MatchFailure,
    MatchRequest,
    MatchResult,
    MatchResults,
    RecommendationRequest,
    Recommendations,
)
from graph.answers import match as match_answers
from graph.answers import recommend as answers
from graph.answers.catalogue import Catalogue
from graph.answers.entities import resolve
from graph.answers.feedback import learned_weights
from graph.answers.values import MatchQuery
from graph.answers.values import MatchResult as Matches
from graph.store.query import Plan

router = APIRouter(prefix="/v1", tags=["answers"])

NDJSON = "application/x-ndjson"
_STREAM: dict[str, Any] = {
    "content": {
        NDJSON: {
            "schema": {
                "anyOf": [{"$ref": f"#/components/schemas/{shape.__name__}"} for shape in (MatchResult, MatchFailure)]
            }
        }
    }
}


@router.post("/recommendations", summary="Who fits an entity or a text", dependencies=[JSON_BODY], responses={404: {}})
async def recommend(asked: RecommendationRequest, services: ServicesDep) -> Recommendations:
    """Candidates with a score that is a sum of named parts, the path and the sentences behind it.

    `change` names the smallest change that would put a candidate first.
    """
    start = asked.text
    if asked.entity:
        # What is given as an entity must be one, and not a field or region of the same name.
        start = (await services.database.answer(resolve(asked.entity, reference=services.reference))).uid
    weights = None
    if services.settings.feedback:
        weights = await services.database.answer(learned_weights(asked.mode))
    plan = answers.recommend(
        start,
        targets=entity_types(services.reference.ontology, asked.targets),
        mode=asked.mode,
        region=asked.region,
        limit=asked.limit,
        diversity=asked.diversity,
        weights=weights,
        embedder=services.embedder,
        reference=services.reference,
    )
    return Recommendations.model_validate(await services.thinking.answer(plan))


@router.post(
    "/match",
    summary="Match many demands",
    dependencies=[JSON_BODY],
    response_model=MatchResults,
    responses={200: _STREAM},
)
async def match(
    asked: MatchRequest,
    request: Request,
    services: ServicesDep,
    accept: Annotated[
        str, Header(description=f"`{NDJSON}` for a stream of one answer a line.", examples=["application/json"])
    ] = "application/json",
) -> MatchResults | Response:
    """Answers each query in the order given, the same way every time.

    With `Accept: application/x-ndjson` the answers come as a stream of one JSON object a line, each as soon as it is
    ready; otherwise as one JSON object, which must be ready within the time limit of a request. A query that cannot be
    answered has a `problem` in place of `results`; the others are answered all the same.
    """
    ontology = services.reference.ontology
    targets = entity_types(ontology, asked.targets)
    queries = [
        MatchQuery(query.id, query.text, query.region, tuple(query.fields), stage(ontology, query.stage))
        for query in asked.queries
    ]

    async def prepare() -> PlanOf:
        # One catalogue for all of them, so that a load in between does not change the answers half way.
        held = await services.thinking.shared(("catalogue", tuple(sorted(targets))), make_catalogue)

        def plan_of(query: MatchQuery) -> Plan[Matches]:
            found = held.match(query, limit=asked.limit, targets=targets)
            result = yield from match_answers.with_evidence(held, found)
            return result

        return plan_of

    def make_catalogue() -> Plan[Catalogue]:
        return match_answers.catalogue(
            targets, store=services.store, embedder=services.embedder, reference=services.reference
        )

    start = functools.partial(
        match_all, services.thinking.answer, queries, scope=request.scope, seconds=services.settings.api_timeout
    )
    if NDJSON in accept.lower():
        return StreamingResponse(_lines(start(prepare)), media_type=NDJSON)
    plan_of = await prepare()  # before the first query, so that a store that is away is a problem of the whole

    async def ready() -> PlanOf:
        return plan_of

    return MatchResults(items=[item async for item in start(ready)])


async def _lines(found: AsyncGenerator[MatchResult | MatchFailure, None]) -> AsyncIterator[str]:
    async with contextlib.aclosing(found):
        async for item in found:
            yield item.model_dump_json() + "\n"
