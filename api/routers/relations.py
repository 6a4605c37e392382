"""Relations and the sentences that state them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from api.deps import ServicesDep
from api.paging import DEFAULT_PAGE, Cursor, Limit, next_link
from api.schemas.entities import RelationEvidence
from graph.answers import entities as answers

router = APIRouter(prefix="/v1", tags=["look up"])


@router.get("/relations/{uid}/evidence", summary="What states a relation", responses={404: {}})
async def get_evidence(
    uid: Annotated[
        str,
        Path(min_length=1, max_length=200, description="uid of a relation.", examples=["PILOTED_AT-0d4b8c1f22aa9e31"]),
    ],
    request: Request,
    response: Response,
    services: ServicesDep,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
) -> RelationEvidence:
    """The sentences behind a relation, the newest document first, each with its place in the document."""
    plan = answers.evidence(uid, limit=limit, cursor=cursor, reference=services.reference)
    found = await services.database.answer(plan)
    return RelationEvidence.of(found, next_link(request, response, found.cursor))
