"""Queries behind matching."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graph.answers.values import EntityCard
from graph.queries import rows
from graph.store.query import Query, Row


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """An entity to match with.

    Attributes:
        fields: Names of the fields that relations give it.
        hosts: Names of its hosts.
        sentences: Texts of at most three sentences that mention it, where it has no description.
        evidence: uid of a sentence that states a relation of it, if there is one.
    """

    entity: EntityCard
    fields: tuple[str, ...]
    hosts: tuple[str, ...]
    sentences: tuple[str, ...]
    evidence: tuple[str, ...]


def catalogue(
    *, types: Sequence[str], after: str, limit: int, field_relations: Sequence[str], field_types: Sequence[str]
) -> Query[tuple[CatalogueRow, ...]]:
    """A page of entities of the types, in the order of their uids, after a uid."""
    parameters = {
        "types": list(types),
        "after": after,
        "limit": limit,
        "field_relations": list(field_relations),
        "field_types": list(field_types),
    }
    return Query("match/catalogue", _catalogue, parameters, timeout=120.0)


def _catalogue(found: Sequence[Row]) -> tuple[CatalogueRow, ...]:
    return tuple(
        CatalogueRow(
            rows.card(row["entity"]),
            rows.texts(row["named_fields"]),
            rows.texts(row["hosts"]),
            rows.texts(row["sentences"]),
            rows.texts(row["evidence"]),
        )
        for row in found
    )
