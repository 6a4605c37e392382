"""Queries about a document and its versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graph.answers.values import EntityRef
from graph.queries import rows
from graph.store.query import Query


@dataclass(frozen=True, slots=True)
class Member:
    """A primary or a version, with the uids of the relations that it states."""

    uid: str
    relations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence with what it mentions: (entity, surface) in the order of the text."""

    document: str
    uid: str
    text: str
    mentions: tuple[tuple[EntityRef, str], ...]


@dataclass(frozen=True, slots=True)
class Stated:
    """A relation with the uids of sentences that state it."""

    type: str
    head: EntityRef
    tail: EntityRef
    evidence: tuple[str, ...]


def family(*, uid: str, limit: int) -> Query[tuple[Member, ...]]:
    """The primary of a document and up to ``limit`` of its versions; one member if it stands alone, none if unknown."""
    return Query(
        "versions/family",
        lambda found: tuple(Member(row["uid"], rows.texts(row["relations"])) for row in found),
        {"uid": uid, "limit": limit},
    )


def sentences(*, uids: Sequence[str]) -> Query[tuple[Told, ...]]:
    """The sentences of documents, in the order of the uids and of the texts."""
    return Query(
        "versions/sentences",
        lambda found: tuple(
            Told(
                row["document"],
                row["uid"],
                row["text"],
                tuple((rows.ref(mention), mention["surface"] or "") for mention in row["mentions"]),
            )
            for row in found
        ),
        {"uids": list(uids)},
    )


def relations(*, uids: Sequence[str], documents: Sequence[str], relation_type: str) -> Query[tuple[Stated, ...]]:
    """Relations of one type by uid; their evidence is cut to the documents given. The type comes from the ontology."""
    return Query(
        "versions/relations",
        lambda found: tuple(
            Stated(row["type"], rows.ref(row["head"]), rows.ref(row["tail"]), rows.texts(row["evidence"]))
            for row in found
        ),
        {"uids": list(uids), "documents": list(documents)},
        names={"RELATION_TYPE": relation_type},
    )
