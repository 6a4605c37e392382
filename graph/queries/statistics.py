"""Queries that count what the graph holds."""

from __future__ import annotations

from collections.abc import Sequence

from graph.store.query import Query, Row


def entities_by_type() -> Query[dict[str, int]]:
    """Entities a type."""
    return Query("statistics/entities_by_type", _counts)


def entities_by_stage() -> Query[tuple[tuple[str, str, int], ...]]:
    """(stage, type, count) of the entities that have a stage of their own."""
    return Query(
        "statistics/entities_by_stage",
        lambda found: tuple((row["name"], row["type"], int(row["count"])) for row in found),
    )


def entities_by_place() -> Query[dict[str, int]]:
    """Entities a region code of the highest level."""
    return Query("statistics/entities_by_place", _counts)


def relations_by_type() -> Query[dict[str, int]]:
    """Relations a type."""
    return Query("statistics/relations_by_type", _counts)


def documents_by_kind() -> Query[dict[str, int]]:
    """Documents a kind; a document and its versions are one."""
    return Query("statistics/documents_by_kind", _counts)


def sentences() -> Query[int]:
    """How many sentences there are."""
    return Query("statistics/sentences", lambda found: int(found[0]["count"]))


def graph_version() -> Query[int]:
    """How many loads changed something."""
    return Query("statistics/graph_version", lambda found: int(found[0]["version"]))


def _counts(found: Sequence[Row]) -> dict[str, int]:
    return {row["name"]: int(row["count"]) for row in found}
