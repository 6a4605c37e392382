"""Paths between two entities."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import ServicesDep
from api.paging import MAX_FILTERS, Types
from api.schemas.chains import Paths
from api.schemas.common import ISO_DATE, RelationTypeName
from graph.answers import paths as answers
from graph.answers.limits import MAX_HOPS, MAX_K

router = APIRouter(prefix="/v1", tags=["answers"])

End = Annotated[
    str, Query(min_length=1, max_length=300, description="uid or name of an entity.", examples=["清华大学"])
]
Confidence = Annotated[
    float, Query(ge=0, le=1, allow_inf_nan=False, description="Smallest confidence of a relation that counts.")
]
StatedOnly = Annotated[bool, Query(description="Leave out what is only planned.")]
Since = Annotated[
    str, Query(pattern=ISO_DATE, description="Leave out relations last seen before: YYYY, YYYY-MM or YYYY-MM-DD.")
]
Until = Annotated[
    str, Query(pattern=ISO_DATE, description="Leave out relations first seen after: YYYY, YYYY-MM or YYYY-MM-DD.")
]


@router.get("/paths", summary="The best paths between two entities", responses={404: {}})
async def get_paths(
    start: End,
    end: End,
    services: ServicesDep,
    types: Types,
    relations: Annotated[
        list[RelationTypeName],
        Query(default_factory=list, max_length=MAX_FILTERS, description="Only these relations; repeat for several."),
    ],
    max_hops: Annotated[int, Query(ge=1, le=MAX_HOPS, description="Most relations of a path.")] = 4,
    limit: Annotated[int, Query(ge=1, le=MAX_K, description="Most paths.")] = 5,
    stated_only: StatedOnly = False,
    min_confidence: Confidence = 0.0,
    since: Since = "",
) -> Paths:
    """Up to `limit` paths, best first, each step with at most three of its sentences.

    Passing through hubs, and relations that are unsure or only planned, cost more. `types` are those passed through.
    """
    plan = answers.paths(
        start,
        end,
        max_hops=max_hops,
        k=limit,
        relations=relations,
        types=types,
        stated_only=stated_only,
        min_confidence=min_confidence,
        since=since,
        reference=services.reference,
    )
    return Paths.model_validate(await services.thinking.answer(plan))
