"""Queries that find entities by what they are called or described as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graph.answers.values import EntityCard
from graph.queries import rows
from graph.store.query import Query, Row


@dataclass(frozen=True, slots=True)
class Found:
    """An entity found, the name that fits, and how much speaks for it: mentions, or the index's score."""

    entity: EntityCard
    matched: str
    weight: float


def exact(*, key: str, types: Sequence[str], members: Sequence[str], limit: int) -> Query[tuple[Found, ...]]:
    """Entities that go by exactly this name. ``members`` are prefixes of region codes; none means anywhere."""
    return Query("search/exact", _found, {"key": key, "types": list(types), "members": list(members), "limit": limit})


def prefix(
    *, key: str, types: Sequence[str], members: Sequence[str], names_limit: int, limit: int
) -> Query[tuple[Found, ...]]:
    """Entities with a name that begins with the key; at most ``names_limit`` names are looked at."""
    parameters = {
        "key": key,
        "types": list(types),
        "members": list(members),
        "names_limit": names_limit,
        "limit": limit,
    }
    return Query("search/prefix", _found, parameters)


def initials(
    *, initials: str, types: Sequence[str], members: Sequence[str], names_limit: int, limit: int
) -> Query[tuple[Found, ...]]:
    """Entities with a name whose pinyin initials begin like this."""
    parameters = {
        "initials": initials,
        "types": list(types),
        "members": list(members),
        "names_limit": names_limit,
        "limit": limit,
    }
    return Query("search/initials", _found, parameters)


def fulltext(
    *, words: str, types: Sequence[str], members: Sequence[str], scan: int, limit: int
) -> Query[tuple[Found, ...]]:
    """Entities by full text. ``words`` is a query in the syntax of the index; ``scan`` hits are filtered."""
    parameters = {"words": words, "types": list(types), "members": list(members), "scan": scan, "limit": limit}
    return Query("search/fulltext", _found, parameters)


def _found(found: Sequence[Row]) -> tuple[Found, ...]:
    return tuple(
        Found(rows.card(row["entity"]), row["matched"] or "", float(row.get("score", row.get("mentions", 0)) or 0))
        for row in found
    )
