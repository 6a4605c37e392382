"""Read-only Cypher for researchers."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter

from api.deps import JSON_BODY, ServicesDep
from api.errors import FORBIDDEN, Problem
from api.schemas.meta import CypherRequest, CypherResult
from api.security import cypher_allowed
from graph.errors import InvalidInput

router = APIRouter(prefix="/v1", tags=["about"])

PLANNING_SECONDS = 5.0


@router.post("/cypher", summary="Ask in Cypher", dependencies=[JSON_BODY])
async def run_cypher(asked: CypherRequest, services: ServicesDep) -> CypherResult:
    """Runs one Cypher query that only reads: no writing, no administration, no files, only procedures that read.

    Served to holders of the API key, or to the server's own machine where no key is set.
    """
    if not cypher_allowed(services.settings):
        raise Problem(FORBIDDEN, "Cypher is served only where an API key is set. Set INNOGRAPH_API_KEY.")
    # The store bounds the running of a query but not its planning, so there is a bound here, too.
    patience = services.settings.query_timeout + PLANNING_SECONDS
    try:
        async with asyncio.timeout(patience):
            table = await services.database.read_only_cypher(asked.query, asked.parameters, limit=asked.limit)
    except TimeoutError as error:
        raise InvalidInput(f"Your query gave nothing within {patience:g} seconds. Simplify it.") from error
    return CypherResult(
        columns=list(table.columns),
        rows=[[row[column] for column in table.columns] for row in table.rows],
        truncated=table.truncated,
    )
