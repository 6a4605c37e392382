"""Loads one document: all that it says, in one transaction, as the difference from what it said before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from pypinyin import Style, lazy_pinyin

from graph.errors import InvalidInput
from graph.model import DocumentFacts, Entity, normalise_name
from graph.ontology import Ontology
from graph.queries import load as queries
from graph.queries.load import NO_CHANGE, Change
from graph.store.query import Plan

LONGEST_NAME = 300


@dataclass(frozen=True, slots=True)
class LoadOutcome:
    """What a load did. ``status`` is ``unchanged`` where the store held the same content hash already."""

    document: str
    status: Literal["new", "changed", "unchanged", "withdrawn"]
    entities: Change = NO_CHANGE
    relations: Change = NO_CHANGE


def load_document(facts: DocumentFacts, ontology: Ontology) -> Plan[LoadOutcome]:
    """A plan that loads a document; run it with ``Database.transaction``.

    A known document with the same content hash is left alone, only a further source is noted. Otherwise what it states
    replaces what it stated: relations and entities that only the old version held are withdrawn.

    Raises:
        InvalidInput: The facts break the ontology or name an end that is no entity of theirs; nothing is written.
    """
    _check(facts, ontology)
    document = facts.document
    before = yield queries.state(document.uid)
    if before.known and before.content_hash == document.content_hash:
        if document.source and document.source not in before.sources:
            yield queries.add_source(document.uid, document.source)
        return LoadOutcome(document.uid, "unchanged")
    yield queries.lock_document(document.uid)
    if before.known:
        yield queries.delete_sentences(document.uid)
    # In a fixed order, so that two loads take their locks in the same one.
    rows = [_entity_row(entity) for entity in sorted(facts.entities, key=lambda e: e.uid)]
    entities: Change = yield queries.merge_entities(rows, list(ontology.stages))
    yield queries.merge_names(_name_rows(facts.entities, ontology))
    yield queries.write_sentences(
        document.uid, [{"uid": s.uid, "text": s.text, "start": s.start, "end": s.end} for s in facts.sentences]
    )
    yield queries.write_mentions(
        [
            {
                "sentence": m.sentence,
                "entity": m.entity,
                "start": m.start,
                "end": m.end,
                "surface": m.surface,
                "confidence": m.confidence,
                "method": m.method,
            }
            for m in facts.mentions
        ]
    )
    relations = yield from _renew_relations(facts, before.relations)
    gone = sorted(set(before.entities) - {entity.uid for entity in facts.entities})
    if gone:
        entities += yield queries.delete_orphans(gone)
    sources = [
        *before.sources,
        *([document.source] if document.source and document.source not in before.sources else []),
    ]
    yield queries.write_document(
        document.uid,
        {
            "content_hash": document.content_hash,
            "title": document.title,
            "source": document.source,
            "sources": sources,
            "published": document.published,
            "kind": document.kind,
            "text": document.text,
            "flags": list(document.flags),
            "relations": sorted(r.uid for r in facts.relations),
            **document.extra,
        },
    )
    return LoadOutcome(document.uid, "changed" if before.known else "new", entities, relations)


def withdraw_document(uid: str) -> Plan[LoadOutcome]:
    """A plan that takes a document and all that only it states out of the store; run it with ``Database.transaction``."""
    before = yield queries.state(uid)
    if not before.known:
        return LoadOutcome(uid, "unchanged")
    yield queries.lock_document(uid)
    relations = yield from _withdraw(uid, before.relations)
    yield queries.delete_sentences(uid)
    entities = Change()
    if before.entities:
        entities += yield queries.delete_orphans(sorted(before.entities))
    yield queries.delete_document(uid)
    return LoadOutcome(uid, "withdrawn", entities, relations)


def _renew_relations(facts: DocumentFacts, before: Iterable[str]) -> Plan[Change]:
    total = yield from _withdraw(facts.document.uid, set(before) - {r.uid for r in facts.relations})
    rows = [
        {
            "uid": r.uid,
            "type": r.type,
            "head": r.head,
            "tail": r.tail,
            "evidence": list(r.evidence),
            "confidence": r.confidence,
            "status": r.status,
            "date": facts.document.published,
            "method": r.method,
        }
        for r in sorted(facts.relations, key=lambda r: r.uid)
    ]
    if rows:
        total += yield queries.merge_relations(facts.document.uid, rows)
    return total


def _withdraw(document: str, uids: Iterable[str]) -> Plan[Change]:
    groups: dict[str, list[str]] = defaultdict(list)
    for uid in sorted(uids):
        groups[uid.rpartition("-")[0]].append(uid)
    total = Change()
    for relation_type in sorted(groups):
        total += yield queries.withdraw_relations(relation_type, document, groups[relation_type])
    return total


def _entity_row(entity: Entity) -> dict[str, Any]:
    own = entity.properties
    return {
        "uid": entity.uid,
        "type": entity.type,
        "name": entity.name,
        "aliases": list(entity.aliases),
        "place": list(own.get("place", ())),
        "fields": list(own.get("fields", ())),
        "stage": own.get("stage") or None,
        "description": own.get("description") or None,
        "record_id": own.get("record_id") or None,
        "authority": own.get("authority") or None,
    }


def _name_rows(entities: Iterable[Entity], ontology: Ontology) -> list[dict[str, str]]:
    """Names of the entities that have a name beyond their document (a number of one document is not looked up)."""
    rows = {}
    for entity in entities:
        if ontology.entity_types[entity.type].document_scoped:
            continue
        for name in (entity.name, *entity.aliases):
            key = normalise_name(name)
            if key:
                rows[key, entity.uid] = {
                    "key": key,
                    "text": name,
                    "entity": entity.uid,
                    "initials": "".join(part[0] for part in lazy_pinyin(key, style=Style.FIRST_LETTER) if part)[:60],
                }
    return [rows[key] for key in sorted(rows)]


def _check(facts: DocumentFacts, ontology: Ontology) -> None:
    types = {entity.uid: ontology.check_entity_type(entity.type) for entity in facts.entities}
    sentences = {sentence.uid for sentence in facts.sentences}
    where = facts.document.uid
    for entity in facts.entities:
        if not entity.uid or not normalise_name(entity.name) or len(entity.name) > LONGEST_NAME:
            raise InvalidInput(f"{where}: an entity of type {entity.type} has no usable name or uid.")
    for mention in facts.mentions:
        if mention.entity not in types or mention.sentence not in sentences:
            raise InvalidInput(f"{where}: a mention at {mention.start} names no entity or sentence of the document.")
    for relation in facts.relations:
        if relation.head not in types or relation.tail not in types or not relation.evidence:
            raise InvalidInput(f"{where}: the relation {relation.uid} lacks an end or evidence.")
        if not set(relation.evidence) <= sentences:
            raise InvalidInput(f"{where}: the relation {relation.uid} cites a sentence that is not the document's.")
        if not ontology.allows(types[relation.head], relation.type, types[relation.tail]):
            raise InvalidInput(
                f"{where}: {types[relation.head]} {relation.type} {types[relation.tail]} is not allowed by the ontology."
            )
