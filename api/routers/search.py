"""Search."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.deps import ServicesDep
from api.paging import DEFAULT_PAGE, Cursor, Limit, Types, next_link
from api.schemas.entities import Hits
from graph.answers import search as answers

router = APIRouter(prefix="/v1", tags=["look up"])

MAX_QUERY = 300
Region = Annotated[
    str, Query(max_length=100, description="Region or cooperation area, by name or code.", examples=["京津冀"])
]


@router.get("/search", summary="Find entities by name")
async def search_entities(
    q: Annotated[
        str,
        Query(
            min_length=1,
            max_length=MAX_QUERY,
            description="A name, an alias, the beginning of one, pinyin initials, or words of it.",
            examples=["氢能中试"],
        ),
    ],
    request: Request,
    response: Response,
    services: ServicesDep,
    types: Types,
    region: Region = "",
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
) -> Hits:
    """Whole names first, then beginnings, pinyin initials, and words. At most 200 hits of each kind are ranked."""
    plan = answers.search(q, types=types, region=region, limit=limit, cursor=cursor, reference=services.reference)
    page = await services.database.answer(plan)
    return Hits.model_validate({"items": page.items, "next": next_link(request, response, page.cursor)})
