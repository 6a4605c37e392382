"""Whether the process is alive and whether the service is ready."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request

from api.deps import ServicesDep
from api.errors import NOT_READY, Problem
from api.schemas.meta import Alive, Ready
from graph.errors import InnoGraphError
from graph.store.migrations import lacking

router = APIRouter(tags=["health"])

PATIENCE_SECONDS = 8.0


@router.get("/healthz", summary="Is the process alive")
async def get_health(request: Request) -> Alive:
    """Answers as long as the process does, whatever the store does. For restarts."""
    return Alive(version=request.app.version)


@router.get("/readyz", summary="Is the service ready")
async def get_readiness(services: ServicesDep) -> Ready:
    """Answers if the store does, within a few seconds, and its schema is the one needed. For load balancers."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            store = await services.database.ping()
            missing = await services.database.answer(lacking(services.reference.ontology))
    except (InnoGraphError, TimeoutError) as error:
        raise Problem(NOT_READY, "The store does not answer.") from error
    if missing:
        detail = f"The graph lacks {len(missing)} steps of the schema. Run `innograph db migrate`."
        raise Problem(NOT_READY, detail)
    return Ready(store=store)
