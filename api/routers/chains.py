"""Chains through the stages, and the gaps in them."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import StringConstraints

from api.deps import ServicesDep
from api.routers.paths import Confidence, Since, StatedOnly, Until
from api.routers.search import Region
from api.schemas.chains import Chains, GapMatrix, Gaps
from graph.answers import chains as answers
from graph.answers import gaps as gap_answers

router = APIRouter(prefix="/v1", tags=["answers"])

MAX_CELLS = 50
Field = Annotated[str, Query(max_length=100, description="Technology field, by name or synonym.", examples=["氢能"])]


@router.get("/chains", summary="Ways along the stages", responses={404: {}})
async def get_chains(
    start: Annotated[
        str,
        Query(
            min_length=1,
            max_length=300,
            description="Where to start: uid or name of an entity, a field, a region, or a text.",
            examples=["氢能"],
        ),
    ],
    services: ServicesDep,
    region: Region = "",
    field: Field = "",
    limit: Annotated[int, Query(ge=1, le=20, description="Most chains.")] = 5,
    direction: Annotated[
        Literal["both", "forward", "backward"],
        Query(description="From the start's stage to the end of the chain, from its beginning to the start, or both."),
    ] = "both",
    target: Annotated[
        str,
        Query(max_length=300, description="Where chains end: a stage, or uid or name of an entity they must hold."),
    ] = "",
    stated_only: StatedOnly = False,
    min_confidence: Confidence = 0.0,
    since: Since = "",
    until: Until = "",
) -> Chains:
    """Chains from research through concept verification and pilot to the industrial chain, best first.

    Each step is `stated` (a relation, with its sentences), `inferred` (a shared field or host, with its weight) or
    `missing` (with the nearest entities that could fill it).
    """
    plan = answers.chains(
        start,
        region=region,
        field=field,
        limit=limit,
        direction=direction,
        target=target,
        stated_only=stated_only,
        min_confidence=min_confidence,
        since=since,
        until=until,
        reference=services.reference,
    )
    return Chains.model_validate(await services.thinking.answer(plan))


@router.get("/gaps/matrix", summary="Covered and missing stages of all fields and regions")
async def get_gap_matrix(
    services: ServicesDep,
    fields: Annotated[
        list[Annotated[str, StringConstraints(min_length=1, max_length=100)]],
        Query(
            default_factory=list,
            max_length=MAX_CELLS,
            description="These fields; repeat for several. None means the 20 technologies with the most relations.",
        ),
    ],
    regions: Annotated[
        list[Annotated[str, StringConstraints(min_length=1, max_length=100)]],
        Query(
            default_factory=list,
            max_length=MAX_CELLS,
            description="These regions; repeat for several. None means the provinces that have anything at all.",
        ),
    ],
) -> GapMatrix:
    """How many entities fill each stage, for every field in every region, and which stages nobody fills."""
    plan = gap_answers.gap_matrix(fields, regions, reference=services.reference)
    return GapMatrix.model_validate(await services.thinking.answer(plan))


@router.get("/gaps", summary="What a field lacks in a region", responses={404: {}})
async def get_gaps(
    field: Annotated[
        str,
        Query(min_length=1, max_length=100, description="Technology field, by name or synonym.", examples=["氢能"]),
    ],
    services: ServicesDep,
    region: Region = "",
    limit: Annotated[int, Query(ge=1, le=20, description="Most fillers a gap.")] = 5,
    since: Since = "",
    until: Until = "",
) -> Gaps:
    """Which stages are covered, by whom and how strongly, what is missing, and who is nearest to filling it."""
    plan = gap_answers.gaps(field, region, limit=limit, since=since, until=until, reference=services.reference)
    return Gaps.of(await services.thinking.answer(plan))
