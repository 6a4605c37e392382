"""Queries behind the analysis of the whole graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graph.answers.values import EntityCard
from graph.queries.rows import card
from graph.store.query import Query, Row

# A page: entities, each with the (tail, type, confidence) of its relations.
Page = tuple[tuple[EntityCard, tuple[tuple[str, str, float], ...]], ...]


def edges(*, after: str, limit: int, relations: Sequence[str]) -> Query[Page]:
    """A page of entities after a uid with the relations that lead away from them."""
    return Query(
        "analytics/edges",
        lambda rows: tuple(
            (card(row["entity"]), tuple((tail, kind, float(sure or 0.0)) for tail, kind, sure in row["relations"]))
            for row in rows
        ),
        {"after": after, "limit": limit, "relations": list(relations)},
        timeout=120.0,
    )


def write_measures(*, rows: Sequence[dict[str, Any]]) -> Query[None]:
    """Writes measures (uid, pagerank, betweenness, brokerage, community) onto entities."""
    return Query("analytics/write_measures", lambda _: None, {"rows": list(rows)}, write=True)


def save(*, version: int, summary: str) -> Query[None]:
    """Keeps the summary of an analysis."""
    return Query("analytics/save", lambda _: None, {"version": version, "summary": summary}, write=True)


def saved() -> Query[tuple[str, int, int]]:
    """The summary (JSON, ``""`` for none), the graph version that it is of, and the graph version now."""

    def parse(rows: Sequence[Row]) -> tuple[str, int, int]:
        (row,) = rows
        return row["summary"] or "", row["version"], row["now"]

    return Query("analytics/saved", parse)
