"""Queries that load one document. :mod:`etl.load` runs them in order, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph.store.query import Query, Row


@dataclass(frozen=True, slots=True)
class DocumentState:
    """What the store holds of a document; ``relations``, ``entities``, ``primary`` and ``versions`` are uids.

    ``sources`` are the places where this very text was found, without those of its versions.
    """

    known: bool
    content_hash: str
    relations: tuple[str, ...]
    sources: tuple[str, ...]
    entities: tuple[str, ...]
    primary: str = ""
    versions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Primary:
    """A document that another one repeats, with the texts of its sentences."""

    uid: str
    sentences: tuple[str, ...]


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
            row["primary"] or "",
            tuple(row["versions"]),
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


def renew_sources(uid: str) -> Query[None]:
    """Gathers a document's sources: its own, then those of its versions."""
    return Query("load/renew_sources", _nothing, {"uid": uid}, write=True)


def leave(uid: str) -> Query[None]:
    """Parts a document from its primary, its versions and its bands."""
    return Query("load/leave", _nothing, {"uid": uid}, write=True)


def join_bands(uid: str, keys: Sequence[str]) -> Query[None]:
    """Joins a document to its bands, in the order of the keys, and locks them until the transaction ends."""
    return Query("load/join_bands", _nothing, {"uid": uid, "keys": list(keys)}, write=True)


def candidates(uid: str, keys: Sequence[str]) -> Query[tuple[tuple[str, str], ...]]:
    """(uid, fingerprint) of the 50 primaries that share the most bands with a document."""
    return Query(
        "load/candidates",
        lambda rows: tuple((row["uid"], row["fingerprint"]) for row in rows),
        {"uid": uid, "keys": list(keys)},
    )


def lock_primary(uid: str) -> Query[Primary | None]:
    """Locks a document and returns it if it is there and no version itself, else None."""

    def parse(rows: Sequence[Row]) -> Primary | None:
        return Primary(rows[0]["uid"], tuple(rows[0]["sentences"])) if rows else None

    return Query("load/lock_primary", parse, {"uid": uid}, write=True)


def join_primary(uid: str, primary: str) -> Query[None]:
    """Makes a document a version of its primary."""
    return Query("load/join_primary", _nothing, {"uid": uid, "primary": primary}, write=True)


def held_facts(uid: str) -> Query[str]:
    """All facts of a version, packed."""
    return Query("load/held_facts", lambda rows: str(rows[0]["facts"]), {"uid": uid})


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


def merge_relations(document: str, primary: str, rows: Sequence[Row]) -> Query[Change]:
    """Renews what a document states: rows of uid, type, head, tail, evidence, confidence, status, date, method.

    ``primary`` is the uid that it counts under: of its primary, or its own.

    The type becomes the relationship's type: give only types checked against the ontology.
    """
    parameters = {"rows": list(rows), "document": f"{document}/", "primary": primary}
    return Query("load/merge_relations", _change, parameters, write=True)


def withdraw_relations(relation_type: str, document: str, uids: Sequence[str]) -> Query[Change]:
    """Takes a document's evidence from relations of one type."""
    parameters = {"uids": list(uids), "document": f"{document}/"}
    return Query("load/withdraw_relations", _change, parameters, write=True, names={"RELATION_TYPE": relation_type})


def delete_orphans(uids: Sequence[str]) -> Query[Change]:
    """Deletes those of the entities that nothing mentions any more."""
    return Query("load/delete_orphans", _change, {"uids": list(uids)}, write=True)


def write_vectors(rows: Sequence[Row]) -> Query[int]:
    """Sets vectors of entities: rows of uid, vector, key (graph/answers/describing.py). Returns how many were set."""
    return Query("load/write_vectors", lambda found: int(found[0]["written"]), {"rows": list(rows)}, write=True)


def bump_version() -> Query[int]:
    """Counts a change of the graph and returns the new number."""
    return Query("load/bump_version", lambda rows: int(rows[0]["version"]), {}, write=True)
