"""What the graph holds, as values: documents, sentences, entities, mentions, relations.

All are frozen and slotted. Offsets are characters of the cleaned text, end exclusive. Identity is ``uid`` alone:
deterministic, so that any number of workers may load the same facts at once.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal["stated", "planned"]


def normalise_name(name: str) -> str:
    """The form of a name under which two spellings are the same name: NFKC, case-folded, no blanks, no 《》."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(ch for ch in folded if not ch.isspace() and ch not in "《》")


def digest(*parts: str) -> str:
    """First 16 hexadecimal digits of the SHA-256 of the parts, joined by an unlikely separator."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def entity_uid(entity_type: str, name: str, scope: str = "") -> str:
    """uid of an entity from its type and canonical name; ``scope`` is the document uid for document-scoped types."""
    return f"{entity_type}-{digest(entity_type, normalise_name(name), scope)}"


def relation_uid(head: str, relation_type: str, tail: str) -> str:
    """uid of a relation from the uids of its ends and its type."""
    return f"{relation_type}-{digest(head, relation_type, tail)}"


@dataclass(frozen=True, slots=True)
class Document:
    """One document or record.

    Attributes:
        uid: ``doc-`` and a digest of its id or source, or given by the caller.
        content_hash: SHA-256 (hex) of the text as read and of the metadata; the same hash means nothing changed.
        text: Cleaned text, to which every offset refers.
        published: ISO date (``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``) or ``""``.
        kind: ``document`` or ``record``.
        flags: Damage found and not repaired, for example ``gbk_shift@1203``.
        fingerprint: What near-duplicates are recognised by; ``""`` for a document that is no version of any other.
    """

    uid: str
    content_hash: str
    text: str
    title: str = ""
    source: str = ""
    published: str = ""
    kind: Literal["document", "record"] = "document"
    flags: tuple[str, ...] = ()
    fingerprint: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a document; ``uid`` is ``<document uid>/<index>``."""

    uid: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity as one document knows it.

    Attributes:
        name: Canonical name: the authority's where one is known, else the fullest name in the document.
        aliases: Other names it goes by, the surface forms included.
        properties: Facts of its own (``region``, ``fields``, ``stage``, ``record_id``, ``description``, ``authority``);
            plain values or lists of strings.
    """

    uid: str
    type: str
    name: str
    aliases: tuple[str, ...] = ()
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mention:
    """One occurrence of an entity in a sentence; offsets are of the document's text."""

    sentence: str
    entity: str
    start: int
    end: int
    surface: str
    confidence: float
    method: str = ""


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation that sentences of one document state.

    Attributes:
        evidence: uids of the sentences that state it, at least one.
        status: ``stated`` or ``planned``.
        confidence: From 0 to 1.
    """

    uid: str
    head: str
    type: str
    tail: str
    evidence: tuple[str, ...]
    confidence: float
    status: Status = "stated"
    method: str = ""


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """Everything one document says: what is loaded in one transaction."""

    document: Document
    sentences: tuple[Sentence, ...] = ()
    entities: tuple[Entity, ...] = ()
    mentions: tuple[Mention, ...] = ()
    relations: tuple[Relation, ...] = ()
