"""Queries that count who covers which stage of a field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graph.answers.values import EntityCard, EntityRef
from graph.queries import rows
from graph.store.query import Query, Row


@dataclass(frozen=True, slots=True)
class StageCover:
    """A stage: its surest entities, how many there are, their sureness in sum, and the years of their first mention."""

    best: tuple[tuple[EntityRef, float], ...]
    count: int
    total: float
    years: tuple[str, ...]


def coverage(
    *,
    uids: Sequence[str],
    relations: Sequence[str],
    stages: Mapping[str, str],
    last_stage: str,
    without: Sequence[str],
    members: Sequence[str],
    since: str,
    until: str,
    limit: int,
) -> Query[dict[str, StageCover]]:
    """Who covers each stage, by stage.

    Args:
        uids: The fields' entities.
        relations: Relation types that tie an entity to its field.
        stages: Stage of each entity type that has one.
        last_stage: Stage whose entities without a place count as everywhere.
        without: Entity types that do not count.
        members: Prefixes of region codes; none means anywhere.
        since: Smallest ``last_seen``; ``""`` for any.
        until: Largest ``first_seen``; ``""`` for any.
        limit: Most entities listed a stage.
    """
    parameters = {
        "uids": list(uids),
        "relations": list(relations),
        "stages": dict(stages),
        "last_stage": last_stage,
        "without": list(without),
        "members": list(members),
        "since": since,
        "until": until,
        "limit": limit,
    }
    return Query("gaps/coverage", _coverage, parameters)


def by_place(
    *,
    groups: Sequence[Mapping[str, object]],
    relations: Sequence[str],
    stages: Mapping[str, str],
    without: Sequence[str],
) -> Query[tuple[tuple[str, str, tuple[str, ...], int], ...]]:
    """(field, stage, place, count) for groups of {name, uids}: a field and its entities."""
    parameters = {
        "groups": [dict(group) for group in groups],
        "relations": list(relations),
        "stages": dict(stages),
        "without": list(without),
    }
    return Query(
        "gaps/by_place",
        lambda found: tuple((row["field"], row["stage"], rows.texts(row["place"]), int(row["count"])) for row in found),
        parameters,
    )


def top_fields(*, type: str, limit: int) -> Query[tuple[EntityCard, ...]]:
    """Entities of a type with the most relations; each card carries its degree."""
    return Query(
        "gaps/top_fields",
        lambda found: tuple(rows.card(row["entity"], int(row["degree"])) for row in found),
        {"type": type, "limit": limit},
    )


def _coverage(found: Sequence[Row]) -> dict[str, StageCover]:
    return {
        row["stage"]: StageCover(
            tuple((rows.ref(item["entity"]), float(item["sureness"] or 0.0)) for item in row["best"]),
            int(row["count"]),
            float(row["total"] or 0.0),
            rows.texts(row["years"]),
        )
        for row in found
    }
