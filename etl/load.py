"""Loads one document: all that it says, in one transaction, as the difference from what it said before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from pypinyin import Style, lazy_pinyin

from etl.versions import find_primary, pack, unpack, without_repeats
from graph.errors import InvalidInput
from graph.model import Document, DocumentFacts, Entity, normalise_name
from graph.ontology import Ontology
from graph.queries import load as queries
from graph.queries.load import NO_CHANGE, Change, DocumentState
from graph.store.query import Plan

LONGEST_NAME = 300


@dataclass(frozen=True, slots=True)
class LoadOutcome:
    """What a load did. ``status`` is ``unchanged`` where the store held the same content hash already.

    ``version_of`` is the uid of the document that this one repeats, ``""`` if it stands alone. The counts include what
    its versions gained or lost by it.
    """

    document: str
    status: Literal["new", "changed", "unchanged", "withdrawn"]
    entities: Change = NO_CHANGE
    relations: Change = NO_CHANGE
    version_of: str = ""


@dataclass(slots=True)
class _Tally:
    """Counts of one transaction, and the entities that it may have orphaned."""

    entities: Change = NO_CHANGE
    relations: Change = NO_CHANGE
    doubtful: set[str] = field(default_factory=set)


def load_document(facts: DocumentFacts, ontology: Ontology) -> Plan[LoadOutcome]:
    """A plan that loads a document; run it with ``Database.transaction``.

    A known document with the same content hash is left alone, only a further source is noted. Otherwise what it states
    replaces what it stated: relations and entities that only the old version held are withdrawn. A document that repeats
    another one becomes its version (:mod:`etl.versions`). The versions of a document that changes are filed anew.

    Raises:
        InvalidInput: The facts break the ontology or name an end that is no entity of theirs; nothing is written.
    """
    _check(facts, ontology)
    document = facts.document
    before: DocumentState = yield queries.state(document.uid)
    if not _same(before, document):
        yield queries.lock_document(document.uid)
        # Another load of the document may have ended while this one waited.
        before = yield queries.state(document.uid)
    if _same(before, document):
        if document.source and document.source not in before.sources:
            yield queries.add_source(document.uid, document.source)
            yield queries.renew_sources(document.uid)
            if before.primary:
                yield queries.renew_sources(before.primary)
        return LoadOutcome(document.uid, "unchanged", version_of=before.primary)
    tally = _Tally()
    yield from _release(before.versions)
    primary = yield from _file(facts, before, ontology, tally)
    yield from _file_again(before.versions, ontology, tally)
    yield from _sweep(tally)
    status: Literal["new", "changed"] = "changed" if before.known else "new"
    return LoadOutcome(document.uid, status, tally.entities, tally.relations, primary)


def withdraw_document(uid: str, ontology: Ontology) -> Plan[LoadOutcome]:
    """A plan that takes a document and all that only it states out of the store; run it with ``Database.transaction``.

    Its versions stand alone again: the first by uid that repeats no other document becomes primary, and those of the
    rest that repeat it become its versions. So what several outlets stated stays as long as one of them does.
    """
    before: DocumentState = yield queries.state(uid)
    if not before.known:
        return LoadOutcome(uid, "unchanged")
    yield queries.lock_document(uid)
    before = yield queries.state(uid)
    tally = _Tally(doubtful=set(before.entities))
    yield from _release((uid, *before.versions))
    # First, so that relations which a version states too only change.
    yield from _file_again(before.versions, ontology, tally)
    tally.relations += yield from _withdraw(uid, before.relations)
    yield queries.delete_sentences(uid)
    yield queries.delete_document(uid)
    if before.primary:
        yield queries.renew_sources(before.primary)
    yield from _sweep(tally)
    return LoadOutcome(uid, "withdrawn", tally.entities, tally.relations)


def _same(before: DocumentState, document: Document) -> bool:
    return before.known and before.content_hash == document.content_hash


def _file(facts: DocumentFacts, before: DocumentState, ontology: Ontology, tally: _Tally) -> Plan[str]:
    """Writes a document in the place of what it was before, and returns the uid of its primary or ``""``."""
    document = facts.document
    if before.known:
        yield queries.leave(document.uid)
        yield queries.delete_sentences(document.uid)
    found = yield from find_primary(document)
    primary = found.uid if found else ""
    kept = without_repeats(facts, found.sentences) if found else facts
    tally.entities += yield from _write(kept, ontology)
    tally.relations += yield from _renew_relations(kept, before.relations, primary or document.uid)
    tally.doubtful |= set(before.entities)
    own = [*before.sources, *([document.source] if document.source and document.source not in before.sources else [])]
    yield queries.write_document(
        document.uid,
        {
            "content_hash": document.content_hash,
            "title": document.title,
            "source": document.source,
            "sources": own,
            "own_sources": own,
            "published": document.published,
            "kind": document.kind,
            "text": document.text,
            "flags": list(document.flags),
            "fingerprint": document.fingerprint or None,
            "held_facts": pack(facts) if primary else None,
            "relations": sorted(r.uid for r in kept.relations),
            **document.extra,
        },
    )
    if primary:
        yield queries.join_primary(document.uid, primary)
        yield queries.renew_sources(primary)
    if before.primary and before.primary != primary:
        yield queries.renew_sources(before.primary)
    return primary


def _release(uids: Iterable[str]) -> Plan[None]:
    """Parts documents from their primary and bands: none of them is found until it is filed anew."""
    for uid in uids:
        yield queries.lock_document(uid)
        yield queries.leave(uid)


def _file_again(released: Iterable[str], ontology: Ontology, tally: _Tally) -> Plan[None]:
    """Files released versions anew, one after the other."""
    for uid in released:
        facts = unpack((yield queries.held_facts(uid)))
        before = yield queries.state(uid)
        yield from _file(facts, before, ontology, tally)


def _sweep(tally: _Tally) -> Plan[None]:
    if tally.doubtful:
        tally.entities += yield queries.delete_orphans(sorted(tally.doubtful))


def _write(facts: DocumentFacts, ontology: Ontology) -> Plan[Change]:
    """Writes entities, names, sentences and mentions; a version may have none."""
    entities: Change = NO_CHANGE
    if facts.entities:
        # In a fixed order, so that two loads take their locks in the same one.
        rows = [_entity_row(entity) for entity in sorted(facts.entities, key=lambda e: e.uid)]
        entities = yield queries.merge_entities(rows, list(ontology.stages))
        yield queries.merge_names(_name_rows(facts.entities, ontology))
    yield queries.write_sentences(
        facts.document.uid,
        [{"uid": s.uid, "text": s.text, "start": s.start, "end": s.end} for s in facts.sentences],
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
    return entities


def _renew_relations(facts: DocumentFacts, before: Iterable[str], primary: str) -> Plan[Change]:
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
        total += yield queries.merge_relations(facts.document.uid, primary, rows)
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
