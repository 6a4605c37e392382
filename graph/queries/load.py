"""Queries that load one document. :mod:`etl.load` runs them in order, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph.store.query import Query, Row


@dataclass(frozen=True, slots=True)
class DocumentState:
    """What the store holds of a document; ``relations`` and ``entities`` are uids."""

    known: bool
    content_hash: str
    relations: tuple[str, ...]
    sources: tuple[str, ...]
    entities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """How many things a step added, changed and withdrew."""

    added: int = 0
    changed: int = 0
    withdrawn: int = 0

    def __add__(self, other: Change) -> Change:
        return Change(self.added + other.added, self.changed + other.changed, self.withdrawn + other.withdrawn)


NO_CHANGE = Change()


def _nothing(_: Sequence[Row]) -> None:
    return None


def _change(rows: Sequence[Row]) -> Change:
    row = rows[0] if rows else {}
    return Change(row.get("added") or 0, row.get("changed") or 0, row.get("withdrawn") or 0)


def state(uid: str) -> Query[DocumentState]:
    """What the store holds of a document."""

    def parse(rows: Sequence[Row]) -> DocumentState:
        row = rows[0]
        return DocumentState(
            row["known"],
            row["content_hash"] or "",
            tuple(row["relations"]),
            tuple(row["sources"]),
            tuple(row["entities"]),
        )

    return Query("load/state", parse, {"uid": uid})


def lock_document(uid: str) -> Query[None]:
    """Creates the document's node or takes its lock."""
    return Query("load/lock_document", _nothing, {"uid": uid}, write=True)


def write_document(uid: str, properties: Mapping[str, Any]) -> Query[None]:
    """Writes the document's own properties."""
    return Query("load/write_document", _nothing, {"uid": uid, "properties": dict(properties)}, write=True)


def add_source(uid: str, source: str) -> Query[None]:
    """Notes a further source of a known document."""
    return Query("load/add_source", _nothing, {"uid": uid, "source": source}, write=True)


def delete_sentences(uid: str) -> Query[None]:
    """Deletes a document's sentences with their mentions."""
    return Query("load/delete_sentences", _nothing, {"uid": uid}, write=True)


def delete_document(uid: str) -> Query[int]:
    """Deletes a document's node and returns how many there were."""
    return Query("load/delete_document", lambda rows: int(rows[0]["deleted"]), {"uid": uid}, write=True)


def write_sentences(uid: str, rows: Sequence[Row]) -> Query[None]:
    """Writes sentences: rows of uid, text, start, end."""
    return Query("load/write_sentences", _nothing, {"uid": uid, "rows": list(rows)}, write=True)


def write_mentions(rows: Sequence[Row]) -> Query[None]:
    """Writes mentions: rows of sentence, entity, start, end, surface, confidence, method."""
    return Query("load/write_mentions", _nothing, {"rows": list(rows)}, write=True)


def merge_entities(rows: Sequence[Row], stages: Sequence[str]) -> Query[Change]:
    """Creates or completes entities: rows of uid, type, name, aliases, place, fields and own facts or None.

    The type becomes a label: give only types checked against the ontology.
    """
    return Query("load/merge_entities", _change, {"rows": list(rows), "stages": list(stages)}, write=True)


def merge_names(rows: Sequence[Row]) -> Query[None]:
    """Joins names to entities: rows of key, text, initials, entity."""
    return Query("load/merge_names", _nothing, {"rows": list(rows)}, write=True)


def merge_relations(document: str, rows: Sequence[Row]) -> Query[Change]:
    """Renews what a document states: rows of uid, type, head, tail, evidence, confidence, status, date, method.

    The type becomes the relationship's type: give only types checked against the ontology.
    """
    return Query("load/merge_relations", _change, {"rows": list(rows), "document": f"{document}/"}, write=True)


def withdraw_relations(relation_type: str, document: str, uids: Sequence[str]) -> Query[Change]:
    """Takes a document's evidence from relations of one type."""
    parameters = {"uids": list(uids), "document": f"{document}/"}
    return Query("load/withdraw_relations", _change, parameters, write=True, names={"RELATION_TYPE": relation_type})


def delete_orphans(uids: Sequence[str]) -> Query[Change]:
    """Deletes those of the entities that nothing mentions any more."""
    return Query("load/delete_orphans", _change, {"uids": list(uids)}, write=True)


def bump_version() -> Query[int]:
    """Counts a change of the graph and returns the new number."""
    return Query("load/bump_version", lambda rows: int(rows[0]["version"]), {}, write=True)
