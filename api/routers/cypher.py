"""Read-only Cypher for researchers."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import ServicesDep
from api.errors import FORBIDDEN, Problem
from api.schemas.meta import CypherRequest, CypherResult
from api.security import cypher_allowed

router = APIRouter(tags=["about"])


@router.post("/cypher", summary="Ask in Cypher")
async def run_cypher(asked: CypherRequest, services: ServicesDep) -> CypherResult:
    """Runs one Cypher query that only reads: no writing, no administration, no files, only procedures that read.

    Served to holders of the API key, or to the server's own machine where no key is set.
    """
    if not cypher_allowed(services.settings):
        raise Problem(FORBIDDEN, "Cypher is served only where an API key is set. Set INNOGRAPH_API_KEY.")
    table = await services.database.read_only_cypher(asked.query, asked.parameters, limit=asked.limit)
    return CypherResult(
        columns=list(table.columns),
        rows=[[row[column] for column in table.columns] for row in table.rows],
        truncated=table.truncated,
    )
