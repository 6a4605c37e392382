"""Entities and what stands around them."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.deps import ServicesDep
from api.errors import Moved
from api.paging import DEFAULT_PAGE, MAX_FILTERS, Cursor, Limit, Types, next_link
from api.schemas.common import RelationTypeName
from api.schemas.entities import Entity, Mentions, Neighbours, Sentence
from graph.answers import entities as answers
from graph.answers.values import EntityCard

router = APIRouter(prefix="/v1", tags=["look up"])

MAX_NAME = 300
MERGED: dict[int | str, dict[str, Any]] = {
    308: {
        "description": "The entity was merged into another.",
        "headers": {
            "Location": {"description": "The same address with the other's uid.", "schema": {"type": "string"}}
        },
    },
    404: {},
}
Name = Annotated[
    str,
    Path(
        min_length=1,
        max_length=MAX_NAME,
        description="uid or name of an entity; a name may stand for several, of which the best known is taken.",
        examples=["PilotBase-3f6b1f0c9a7d2e54"],
    ),
]
Relations = Annotated[
    list[RelationTypeName],
    Query(default_factory=list, max_length=MAX_FILTERS, description="Only these relations; repeat for several."),
]


async def found_entity(uid: Name, request: Request, services: ServicesDep) -> EntityCard:
    """The entity that the path names.

    Raises:
        Moved: It was merged into another; the address is the same with the other's uid.
        NotFound: There is none.
    """
    card = await services.database.answer(answers.resolve(uid, reference=services.reference))
    if card.redirected_from:
        rest = request.scope["route"].path.partition("{uid:path}")[2]
        query = urlencode(request.query_params.multi_items())
        raise Moved(f"/v1/entities/{quote(card.uid, safe='')}{rest}" + (f"?{query}" if query else ""))
    return card


Found = Annotated[EntityCard, Depends(found_entity)]
# The paths with something after the uid come first: a uid may hold a slash, so the bare one matches all below it.


@router.get("/entities/{uid:path}/neighbours", summary="What stands beside an entity", responses=MERGED)
async def get_neighbours(
    entity: Found,
    request: Request,
    response: Response,
    services: ServicesDep,
    types: Types,
    relations: Relations,
    direction: Annotated[
        Literal["out", "in", "both"], Query(description="`out`: relations that lead from it; `in`: that lead to it.")
    ] = "both",
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
) -> Neighbours:
    """Its relations and the entities at their other ends, the best supported first. Merged uids redirect (308)."""
    page = await services.database.answer(
        answers.neighbours(
            entity.uid,
            types=types,
            relations=relations,
            direction=direction,
            limit=limit,
            cursor=cursor,
            reference=services.reference,
        )
    )
    return Neighbours.model_validate({"items": page.items, "next": next_link(request, response, page.cursor)})


@router.get("/entities/{uid:path}/mentions", summary="Where an entity is mentioned", responses=MERGED)
async def get_mentions(
    entity: Found,
    request: Request,
    response: Response,
    services: ServicesDep,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
) -> Mentions:
    """The sentences that mention it, the newest document first. Merged uids redirect (308)."""
    plan = answers.mentions(entity.uid, limit=limit, cursor=cursor, reference=services.reference)
    page = await services.database.answer(plan)
    return Mentions.model_validate({"items": page.items, "next": next_link(request, response, page.cursor)})


@router.get("/entities/{uid:path}", summary="An entity", responses=MERGED)
async def get_entity(entity: Found) -> Entity:
    """Its own facts. Asked for by a name that several go by, `others` lists the rest. Merged uids redirect (308)."""
    return Entity.model_validate(entity)


@router.get("/sentences/{uid:path}", summary="A sentence", responses={404: {}})
async def get_sentence(
    uid: Annotated[
        str, Path(min_length=1, max_length=MAX_NAME, description="uid of a sentence.", examples=["doc-17/3"])
    ],
    services: ServicesDep,
) -> Sentence:
    """A sentence, where it stands, and the entities in it."""
    return Sentence.of(await services.database.answer(answers.sentence(uid)))
