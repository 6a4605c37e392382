"""Queries for upkeep."""

from __future__ import annotations

from graph.store.query import Query


def clear(*, limit: int) -> Query[int]:
    """Deletes up to ``limit`` nodes with their relationships; returns how many. The schema and its ledger stay."""
    return Query(
        name="maintenance/clear",
        parse=lambda rows: int(rows[0]["deleted"]),
        parameters={"limit": limit},
        write=True,
    )
