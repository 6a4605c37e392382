"""Queries behind the exports: pages of plain maps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graph.store.query import Query


def entities(*, after: str, limit: int) -> Query[list[dict[str, Any]]]:
    """A page of entities after a uid."""
    return Query(
        "exports/entities", lambda rows: [dict(row["entity"]) for row in rows], {"after": after, "limit": limit}
    )


def relations(*, heads: Sequence[str]) -> Query[list[dict[str, Any]]]:
    """The relations that lead away from some entities."""
    return Query("exports/relations", lambda rows: [dict(row["relation"]) for row in rows], {"heads": list(heads)})
