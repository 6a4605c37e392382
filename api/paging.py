"""Parameters of lists, and the link to the next page: the same address with another cursor."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import Query, Request, Response

from api.schemas.common import EntityTypeName

MAX_PAGE = 100
DEFAULT_PAGE = 20
MAX_CURSOR = 2_000
MAX_FILTERS = 30

Types = Annotated[
    list[EntityTypeName],
    Query(default_factory=list, max_length=MAX_FILTERS, description="Only these types; repeat for several."),
]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE, description=f"Items a page, at most {MAX_PAGE}.")]
Cursor = Annotated[
    str | None,
    Query(max_length=MAX_CURSOR, description="Where the page begins: the `cursor` within `next` of the page before."),
]


def next_link(request: Request, response: Response, cursor: str | None) -> str | None:
    """The address of the next page, relative to the server's root; also sets the Link header (RFC 8288).

    It is relative so that it stays right behind a proxy that changes host or scheme.
    """
    if cursor is None:
        return None
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    # scope["path"] already holds the mount point; quoting makes it safe within a header.
    address = f"{quote(request.scope['path'])}?{urlencode([*kept, ('cursor', cursor)])}"
    response.headers["Link"] = f'<{address}>; rel="next"'
    return address
