"""Queries about one entity, relation, document or sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from graph.answers.values import (
    Direction,
    DocumentRef,
    DocumentView,
    EntityCard,
    EntityRef,
    Evidence,
    MentionView,
    Neighbour,
    RelationCard,
)
from graph.queries import rows
from graph.store.query import Query, Row


@dataclass(frozen=True, slots=True)
class RelationRow:
    """A relation with its ends."""

    relation: RelationCard
    head: EntityRef
    tail: EntityRef


def by_uid(*, uid: str) -> Query[EntityCard | None]:
    """The entity of a uid, or None."""
    return Query("entities/by_uid", _first_card, {"uid": uid})


def redirect(*, uid: str) -> Query[str | None]:
    """The uid that a merged uid leads to, or None."""
    return Query("entities/redirect", lambda found: found[0]["target"] if found else None, {"uid": uid})


def by_name(*, key: str, types: Sequence[str], limit: int) -> Query[tuple[EntityCard, ...]]:
    """Entities that go by a name (``key``: normalise_name of it), the best supported first; no types means all."""
    return Query("entities/by_name", _cards, {"key": key, "types": list(types), "limit": limit})


def by_own_name(*, name: str, types: Sequence[str], limit: int) -> Query[tuple[EntityCard, ...]]:
    """Entities written exactly so, those that mean something only in their document included; no types means all."""
    return Query("entities/by_own_name", _cards, {"name": name, "types": list(types), "limit": limit})


def neighbours(
    *,
    uid: str,
    relations: Sequence[str],
    types: Sequence[str],
    direction: Direction,
    after_support: int | None,
    after_uid: str | None,
    limit: int,
) -> Query[tuple[Neighbour, ...]]:
    """Neighbours after a place in the order of support (falling) and relation uid; None for both starts at the top."""
    return Query(
        "entities/neighbours",
        _neighbours,
        {
            "uid": uid,
            "relations": list(relations),
            "types": list(types),
            "direction": direction,
            "after_support": after_support,
            "after_uid": after_uid,
            "limit": limit,
        },
    )


def mentions(
    *, uid: str, after_date: str | None, after_sentence: str | None, after_start: int | None, limit: int
) -> Query[tuple[MentionView, ...]]:
    """Mentions after a place in the order of date (falling), sentence uid and start."""
    return Query(
        "entities/mentions",
        _mentions,
        {
            "uid": uid,
            "after_date": after_date,
            "after_sentence": after_sentence,
            "after_start": after_start,
            "limit": limit,
        },
    )


def relation_by_uid(*, uid: str, relation_type: str) -> Query[RelationRow | None]:
    """The relation of a uid, or None. The type comes from the ontology."""
    return Query("entities/relation_by_uid", _relation, {"uid": uid}, names={"RELATION_TYPE": relation_type})


def relation_by_ends(*, head: str, tail: str, symmetric: bool, relation_type: str) -> Query[RelationRow | None]:
    """The relation of a type between two uids, or None; ``symmetric`` looks in both directions."""
    return Query(
        "entities/relation_by_ends",
        _relation,
        {"head": head, "tail": tail, "symmetric": symmetric},
        names={"RELATION_TYPE": relation_type},
    )


def relation_evidence(
    *, head: str, uid: str, after_date: str | None, after_sentence: str | None, limit: int, relation_type: str
) -> Query[tuple[tuple[str, Evidence], ...]]:
    """Sentences of a relation, each with the date it counts under, after a place in the order of date and sentence."""
    return Query(
        "entities/relation_evidence",
        lambda found: tuple((row["dated"], rows.evidence(row)) for row in found),
        {"head": head, "uid": uid, "after_date": after_date, "after_sentence": after_sentence, "limit": limit},
        names={"RELATION_TYPE": relation_type},
    )


def sentences(*, uids: Sequence[str]) -> Query[dict[str, Evidence]]:
    """Sentences by uid; uids that do not exist are left out."""
    return Query(
        "entities/sentences", lambda found: {row["sentence"]: rows.evidence(row) for row in found}, {"uids": list(uids)}
    )


def sentence_mentions(*, uid: str) -> Query[tuple[tuple[EntityRef, int, int], ...]]:
    """Entities that a sentence mentions, each with start and end in the document's text."""
    return Query(
        "entities/sentence_mentions",
        lambda found: tuple((rows.ref(row["entity"]), row["start"], row["end"]) for row in found),
        {"uid": uid},
    )


def document(*, uid: str) -> Query[DocumentView | None]:
    """A document, or None."""
    return Query("entities/document", _document, {"uid": uid})


def _first_card(found: Sequence[Row]) -> EntityCard | None:
    return rows.card(found[0]["entity"], int(found[0]["degree"])) if found else None


def _cards(found: Sequence[Row]) -> tuple[EntityCard, ...]:
    return tuple(rows.card(row["entity"], int(row["degree"])) for row in found)


def _neighbours(found: Sequence[Row]) -> tuple[Neighbour, ...]:
    def direction(row: Row) -> Literal["out", "in"]:
        return "out" if row["outgoing"] else "in"

    return tuple(Neighbour(rows.ref(row["entity"]), rows.relation(row["relation"]), direction(row)) for row in found)


def _mentions(found: Sequence[Row]) -> tuple[MentionView, ...]:
    return tuple(
        MentionView(
            sentence=row["sentence"],
            text=row["text"],
            document=row["document"],
            start=row["start"],
            end=row["end"],
            surface=row["surface"] or "",
            confidence=float(row["confidence"] or 0.0),
            title=row["title"] or "",
            source=row["source"] or "",
            published=row["published"],
        )
        for row in found
    )


def _relation(found: Sequence[Row]) -> RelationRow | None:
    if not found:
        return None
    row = found[0]
    return RelationRow(rows.relation(row["relation"]), rows.ref(row["head"]), rows.ref(row["tail"]))


def _document(found: Sequence[Row]) -> DocumentView | None:
    if not found:
        return None
    row, value = found[0], found[0]["document"]
    return DocumentView(
        uid=value["uid"],
        title=value["title"] or "",
        source=value["source"] or "",
        sources=rows.texts(value["sources"]),
        published=value["published"] or "",
        kind=value["kind"] or "document",
        text=value["text"] or "",
        flags=rows.texts(value["flags"]),
        ingested_at=value["ingested_at"] or "",
        sentences=int(row["sentences"]),
        entities=tuple(rows.ref(entity) for entity in row["entities"]),
        primary=row["primary"] or "",
        versions=tuple(
            DocumentRef(item["uid"], item["title"] or "", item["source"] or "", item["published"] or "")
            for item in row["versions"]
        ),
    )
