"""The analysis of the whole graph."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import ServicesDep
from api.schemas.analytics import Analytics
from graph.answers import analytics as answers

router = APIRouter(prefix="/v1", tags=["about"])


@router.get("/analytics", summary="Centrality, brokerage, communities, flows", responses={404: {}})
async def get_analytics(
    services: ServicesDep,
    limit: Annotated[
        int, Query(ge=1, le=100, description="Most leaders of each stage and measure, communities and flows.")
    ] = 10,
) -> Analytics:
    """The last analysis that `innograph analyse` made, and whether the graph has changed since."""
    plan = answers.analytics(limit=limit, reference=services.reference)
    return Analytics.model_validate(await services.database.answer(plan))
