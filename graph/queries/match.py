"""Queries behind matching."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graph.answers.values import EntityCard
from graph.queries import rows
from graph.queries.chains import Weighted
from graph.store.query import Query, Row


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """An entity to match with.

    Attributes:
        fields: Names of the fields that relations give it.
        hosts: Names of its hosts.
        sentences: Texts of at most three sentences that mention it, where it has no description.
        evidence: uid of a sentence that states a relation of it, if there is one.
        vector_key: What its stored vector is of (graph/answers/describing.py), ``""`` where it has none.
        vector: Its stored vector, if it is by the model asked for, else empty.
    """

    entity: EntityCard
    fields: tuple[str, ...]
    hosts: tuple[str, ...]
    sentences: tuple[str, ...]
    evidence: tuple[str, ...]
    vector_key: str = ""
    vector: Sequence[float] = ()


def catalogue(
    *,
    types: Sequence[str],
    after: str,
    limit: int,
    field_relations: Sequence[str],
    field_types: Sequence[str],
    model: str,
) -> Query[tuple[CatalogueRow, ...]]:
    """A page of entities of the types, in the order of their uids, after a uid; vectors only of the model named."""
    parameters = {
        "types": list(types),
        "after": after,
        "limit": limit,
        "field_relations": list(field_relations),
        "field_types": list(field_types),
        "model": _prefix(model),
    }
    return Query("match/catalogue", _catalogue, parameters, timeout=120.0)


def described(
    *, uids: Sequence[str], field_relations: Sequence[str], field_types: Sequence[str], model: str
) -> Query[tuple[CatalogueRow, ...]]:
    """Some entities as ``catalogue`` gives them, without evidence."""
    parameters = {
        "uids": list(uids),
        "field_relations": list(field_relations),
        "field_types": list(field_types),
        "model": _prefix(model),
    }
    return Query("match/described", _catalogue, parameters)


def mentioned(*, documents: Sequence[str], types: Sequence[str]) -> Query[tuple[str, ...]]:
    """uids of the entities of the types that documents mention."""
    parameters = {"documents": list(documents), "types": list(types)}
    return Query("match/mentioned", lambda found: tuple(row["uid"] for row in found), parameters)


def nearest(
    *, vector: Sequence[float], model: str, types: Sequence[str], scan: int, limit: int
) -> Query[tuple[Weighted, ...]]:
    """Entities nearest to a vector: of the ``scan`` nearest of all types, at most ``limit`` of the types."""
    parameters = {
        "vector": list(vector),
        "model": _prefix(model),
        "types": list(types),
        "scan": scan,
        "limit": limit,
    }
    return Query("match/nearest", _nearest, parameters)


def _prefix(model: str) -> str:
    """How the keys of a model's vectors begin; of no model, what no key begins with."""
    return f"{model}#" if model else "#"


def _nearest(found: Sequence[Row]) -> tuple[Weighted, ...]:
    return tuple(Weighted(rows.card(row["entity"], row["degree"]), score=float(row["score"])) for row in found)


def _catalogue(found: Sequence[Row]) -> tuple[CatalogueRow, ...]:
    return tuple(
        CatalogueRow(
            rows.card(row["entity"]),
            rows.texts(row["named_fields"]),
            rows.texts(row["hosts"]),
            rows.texts(row["sentences"]),
            rows.texts(row.get("evidence")),
            row["vector_of"] or "",
            row["vector"] or (),
        )
        for row in found
    )
