"""Queries behind paths."""

from __future__ import annotations

from collections.abc import Sequence

from graph.queries import rows
from graph.store.query import Query


def expand(
    *,
    uids: Sequence[str],
    ends: Sequence[str],
    relations: Sequence[str],
    types: Sequence[str],
    without: Sequence[str],
    min_confidence: float,
    stated_only: bool,
    since: str,
    hub: int,
    fan_out: int,
) -> Query[tuple[rows.Link, ...]]:
    """Relations of each entity of a frontier.

    Args:
        uids: The frontier.
        ends: uids that are expanded and reached whatever their degree or type.
        relations: Relation types to follow; none means all.
        types: Entity types to step on; none means all.
        without: Entity types never stepped on.
        min_confidence: Smallest confidence of a relation.
        stated_only: Leave out planned relations.
        since: Smallest ``last_seen``; ``""`` for any.
        hub: Largest degree of an entity that is expanded.
        fan_out: Most relations an entity.
    """
    parameters = {
        "uids": list(uids),
        "ends": list(ends),
        "relations": list(relations),
        "types": list(types),
        "without": list(without),
        "min_confidence": min_confidence,
        "stated_only": stated_only,
        "since": since,
        "hub": hub,
        "fan_out": fan_out,
    }
    return Query("paths/expand", rows.links, parameters)
