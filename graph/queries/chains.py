"""Queries behind chains: the fields' entities and who stands around them at each stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graph.answers.values import EntityCard
from graph.queries import rows
from graph.store.query import Query, Row


@dataclass(frozen=True, slots=True)
class Weighted:
    """An entity (its card carries the degree), the name that fits and a score that only orders."""

    entity: EntityCard
    matched: str = ""
    score: float = 0.0


def size() -> Query[int]:
    """How many entities there are."""
    return Query("chains/size", lambda found: int(found[0]["count"]))


def field_entities(*, keys: Sequence[str], types: Sequence[str], limit: int) -> Query[tuple[Weighted, ...]]:
    """Entities of the types that go by one of the names (keys: normalise_name of them), most relations first."""
    return Query("chains/field_entities", _weighted, {"keys": list(keys), "types": list(types), "limit": limit})


def around(
    *,
    uids: Sequence[str],
    relations: Sequence[str],
    stages: Mapping[str, str],
    members: Sequence[str],
    min_confidence: float,
    stated_only: bool,
    since: str,
    until: str,
    scan: int,
    cap: int,
) -> Query[tuple[rows.Link, ...]]:
    """Entities of the stages beside each anchor.

    Args:
        uids: The anchors.
        relations: Relation types to follow, in both directions.
        stages: Stage of each entity type that has one.
        members: Prefixes of region codes; entities inside and outside are capped apart. None means all are inside.
        min_confidence: Smallest confidence of a relation.
        stated_only: Leave out planned relations.
        since: Smallest ``last_seen``; ``""`` for any.
        until: Largest ``first_seen``; ``""`` for any.
        scan: Most relations looked at an anchor.
        cap: Most entities an anchor, stage and side of the region's border.
    """
    parameters = {
        "uids": list(uids),
        "relations": list(relations),
        "stages": dict(stages),
        "members": list(members),
        "min_confidence": min_confidence,
        "stated_only": stated_only,
        "since": since,
        "until": until,
        "scan": scan,
        "cap": cap,
    }
    return Query("chains/around", rows.links, parameters)


def named_like(
    *, words: str, stages: Mapping[str, str], members: Sequence[str], scan: int, cap: int
) -> Query[tuple[Weighted, ...]]:
    """Entities of the stages that a full-text query finds, at most ``cap`` a stage and side of the region's border."""
    parameters = {"words": words, "stages": dict(stages), "members": list(members), "scan": scan, "cap": cap}
    return Query("chains/named_like", _weighted, parameters)


def in_region(*, members: Sequence[str], stages: Mapping[str, str], cap: int) -> Query[tuple[Weighted, ...]]:
    """Entities of the stages in a region, at most ``cap`` a stage. Looks at every entity once."""
    return Query("chains/in_region", _weighted, {"members": list(members), "stages": dict(stages), "cap": cap})


def _weighted(found: Sequence[Row]) -> tuple[Weighted, ...]:
    return tuple(
        Weighted(rows.card(row["entity"], int(row["degree"])), row.get("matched") or "", float(row.get("score") or 0.0))
        for row in found
    )
