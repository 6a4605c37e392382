"""From what one text says to facts of the graph: canonical names, authorities, places, stages, uids."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from etl.nlp.extraction import Extraction
from etl.nlp.gazetteer import Gazetteer, KnownName
from graph.geography import Geography
from graph.model import (
    Document,
    DocumentFacts,
    Entity,
    Mention,
    Relation,
    Sentence,
    digest,
    entity_uid,
    normalise_name,
    relation_uid,
)
from graph.ontology import Ontology

_REACHED = (
    ("INDUSTRIALIZED_BY", "industrialization"),
    ("TRANSFERRED_TO", "industrialization"),
    ("PILOTED_AT", "pilot"),
    ("VERIFIED_AT", "concept_verification"),
)
_MOST_ALIASES = 20


def content_hash(text: str, **metadata: str) -> str:
    """SHA-256 of a text and its metadata: what decides whether a document changed."""
    return hashlib.sha256(
        json.dumps([text, metadata], ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")
    ).hexdigest()


def document_uid(given: str) -> str:
    """The uid of a document from the id that the source gave; ids that are no plain names are digested."""
    plain = given.isascii() and 0 < len(given) <= 80 and all(ch.isalnum() or ch in "-_.:" for ch in given)
    return given if plain else f"doc-{digest(given)}"


class Resolver:
    """Gives entities their canonical names and uids. Deterministic: the same text gives the same facts anywhere.

    A name of the lexicon that only one entity bears leads to that entity's full name and authority; a name that several
    bear stays as the document has it.
    """

    def __init__(self, ontology: Ontology, gazetteer: Gazetteer, geography: Geography) -> None:
        self._ontology, self._gazetteer, self._geography = ontology, gazetteer, geography

    def facts(self, document: Document, extraction: Extraction) -> DocumentFacts:
        """The facts of a document whose text is the extraction's."""
        sentence_uids = {span: f"{document.uid}/{number}" for number, span in enumerate(extraction.sentences)}
        surfaces: dict[tuple[str, str], list[str]] = {}
        for before, mention in zip((None, *extraction.mentions), extraction.mentions, strict=False):
            written = surfaces.setdefault((mention.type, mention.name), [])
            written.append(mention.surface(extraction.text))
            if before and before.type == "Region" and mention.type == "Target" and before.end == mention.start:
                written.append(extraction.text[before.start : mention.end])  # 津冀 | 技术需求不少于300项
        regions = self._regions_of(extraction)
        stages = self._stages_of(extraction)
        entities: dict[tuple[str, str], Entity] = {}
        for (entity_type, name), written in surfaces.items():
            entities[entity_type, name] = self.entity(
                entity_type,
                name,
                written,
                document.uid,
                region=regions.get((entity_type, name), ""),
                stage=stages.get((entity_type, name), ""),
            )
        mentions = []
        for mention in extraction.mentions:
            span = next(((a, b) for a, b in extraction.sentences if a <= mention.start and mention.end <= b), None)
            if span is not None:
                mentions.append(
                    Mention(
                        sentence_uids[span],
                        entities[mention.type, mention.name].uid,
                        mention.start,
                        mention.end,
                        mention.surface(extraction.text),
                        mention.confidence,
                        mention.method,
                    )
                )
        relations: dict[str, Relation] = {}
        for found in extraction.relations:
            head, tail = entities[found.head_type, found.head], entities[found.tail_type, found.tail]
            if head.uid == tail.uid:
                continue
            evidence = tuple(sentence_uids[span] for span in found.evidence)
            uid = self.relation_uid(head.uid, found.type, tail.uid)
            if uid not in relations or relations[uid].confidence < found.confidence:
                relations[uid] = Relation(
                    uid, head.uid, found.type, tail.uid, evidence, found.confidence, found.status, found.method
                )
        mentioned = {m.entity for m in mentions}
        return DocumentFacts(
            document,
            tuple(Sentence(uid, extraction.text[a:b], a, b) for (a, b), uid in sentence_uids.items()),
            tuple(merged(e for e in entities.values() if e.uid in mentioned)),
            tuple(mentions),
            tuple(r for r in relations.values() if r.head in mentioned and r.tail in mentioned),
        )

    def relation_uid(self, head: str, relation_type: str, tail: str) -> str:
        """uid of a relation; a symmetric one has the same uid from both ends."""
        if self._ontology.relation_types[relation_type].symmetric and tail < head:
            head, tail = tail, head
        return relation_uid(head, relation_type, tail)

    def entity(
        self,
        entity_type: str,
        name: str,
        surfaces: Sequence[str],
        scope: str,
        *,
        region: str = "",
        stage: str = "",
        properties: Mapping[str, Any] | None = None,
    ) -> Entity:
        """An entity by the name a document gives it; ``scope`` is the document's uid, ``region`` a name of a place."""
        known = self.known(entity_type, name)
        canonical = known.name if known else name
        scoped = self._ontology.entity_types[entity_type].document_scoped
        own = dict(properties or {})
        place = self._geography.codes(region) if region else ()
        if not place:
            place = self._place(entity_type, canonical, known)
        if place:
            own.setdefault("place", tuple(place))
        if stage:
            own.setdefault("stage", stage)
        if known and known.authority:
            own.setdefault("authority", known.authority)
        aliases = dict.fromkeys(
            alias.strip("《》") for alias in (name, *surfaces) if normalise_name(alias) != normalise_name(canonical)
        )
        return Entity(
            entity_uid(entity_type, canonical, scope if scoped else ""),
            entity_type,
            canonical,
            tuple(aliases)[:_MOST_ALIASES],
            own,
        )

    def known(self, entity_type: str, name: str) -> KnownName | None:
        """The lexicon's entry, if the name leads to one alone. A firm's name of two characters is left as it is."""
        if entity_type == "Region":
            place = self._geography.find(name)
            return (
                KnownName("Region", place.name)
                if place is not None and len(self._geography.readings(name)) == 1
                else None
            )
        known = self._gazetteer.unique(name, entity_type)
        if entity_type in ("Technology", "Product") or (entity_type == "Firm" and len(name) < 3):
            return None
        return known

    def _place(self, entity_type: str, name: str, known: KnownName | None) -> tuple[str, ...]:
        if entity_type == "Region":
            return tuple(self._geography.codes(name)) if self._geography.find(name) else ()
        if known and known.region and self._geography.find(known.region):
            return tuple(self._geography.codes(known.region))
        if entity_type in ("Technology", "Product", "Policy", "Target", "Date", "Money"):
            return ()
        first = self._geography.mentioned(name)
        return tuple(self._geography.path(first[0].code)) if first and name.startswith(_stems(first[0].names)) else ()

    def _regions_of(self, extraction: Extraction) -> dict[tuple[str, str], str]:
        """Where entities lie, by the relations of the text; a park passes its region on to what lies in it."""
        at = {
            (r.head_type, r.head): (r.tail_type, r.tail)
            for r in extraction.relations
            if r.type in ("LOCATED_IN", "SETTLES_IN")
        }
        found: dict[tuple[str, str], str] = {}
        for key in at:
            place, seen = at.get(key), {key}
            while place is not None and place not in seen:
                if place[0] == "Region" and self._geography.find(place[1]):
                    found[key] = place[1]
                    break
                known = self.known(*place)
                if known and known.region:
                    found[key] = known.region
                    break
                seen.add(place)
                place = at.get(place)
        return found

    def _stages_of(self, extraction: Extraction) -> dict[tuple[str, str], str]:
        """The stage that achievements and projects of the text have reached; an achievement starts at research."""
        order = list(self._ontology.stages)
        own = {name for name, t in self._ontology.entity_types.items() if t.own_stage}
        found = {(m.type, m.name): "research" for m in extraction.mentions if m.type == "Achievement"}
        for relation in extraction.relations:
            stage = dict(_REACHED).get(relation.type)
            key = relation.head_type, relation.head
            if not stage or stage not in order or relation.head_type not in own or relation.status != "stated":
                continue
            if key not in found or order.index(stage) > order.index(found[key]):
                found[key] = stage
        return found


def merged(entities: Iterable[Entity]) -> list[Entity]:
    """Entities with one uid made one: two names of a document may lead to the same authority."""
    found: dict[str, Entity] = {}
    for entity in entities:
        other = found.get(entity.uid)
        if other is None:
            found[entity.uid] = entity
            continue
        aliases = tuple(dict.fromkeys((*other.aliases, *entity.aliases)))[:_MOST_ALIASES]
        found[entity.uid] = Entity(
            other.uid, other.type, other.name, aliases, {**entity.properties, **other.properties}
        )
    return list(found.values())


def _stems(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*names, *(name.rstrip("省市区县") for name in names if len(name) > 2)]))
