"""Rows of tables as facts: a record is a document of one sentence that spells the row out."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath

from etl.resolve import Resolver, content_hash, merged
from etl.sources import RawRecord
from graph.model import Document, DocumentFacts, Entity, Mention, Relation, Sentence, digest
from graph.ontology import Ontology

_OWNER_RELATION = {
    "Achievement": ("DEVELOPS", True),
    "Technology": ("DEVELOPS", True),
    "Product": ("PRODUCES", True),
    "Demand": ("DEMANDS", True),
    "Project": ("LED_BY", False),
    "Policy": ("ISSUES", True),
    "Fund": ("ESTABLISHES", True),
}
_GUESSES = (
    ("有限公司", "Firm"),
    ("有限责任公司", "Firm"),
    ("股份公司", "Firm"),
    ("集团", "Firm"),
    ("公司", "Firm"),
    ("实验室", "Laboratory"),
    ("研究院", "ResearchInstitute"),
    ("研究所", "ResearchInstitute"),
    ("大学", "University"),
    ("学院", "University"),
    ("委员会", "GovernmentBody"),
    ("局", "GovernmentBody"),
    ("厅", "GovernmentBody"),
)
_FALLBACK_TYPE = "Firm"


@dataclass(slots=True)
class _Sentence:
    """The sentence under construction, and where the parts stand in it."""

    text: str = ""
    places: list[tuple[Entity, int, int]] = field(default_factory=list)

    def say(self, words: str) -> None:
        self.text += words

    def name(self, entity: Entity, surface: str) -> None:
        self.places.append((entity, len(self.text), len(self.text) + len(surface)))
        self.text += surface


def guess_type(name: str, resolver: Resolver) -> str:
    """The type of an organisation of which a table gives the name alone: by the lexicon, else by how the name ends."""
    for entity_type in ("University", "ResearchInstitute", "NationalLab", "Firm", "Park"):
        if resolver.known(entity_type, name):
            return entity_type
    if name.endswith(("国家重点实验室", "全国重点实验室", "国家实验室")):
        return "NationalLab"
    return next((entity_type for ending, entity_type in _GUESSES if name.endswith(ending)), _FALLBACK_TYPE)


def record_facts(record: RawRecord, ontology: Ontology, resolver: Resolver) -> DocumentFacts:
    """The facts of one row: the entity, who owns and hosts it, where it is and what its fields are."""
    # Tables number their rows from 1: a record's own id is an id within its table.
    uid = f"rec-{digest(PurePath(record.source).name, record.type, record.id)}"
    said = _Sentence()
    properties: dict[str, object] = {"record_id": record.id}
    if record.text:
        properties["description"] = record.text
    if record.fields:
        properties["fields"] = tuple(dict.fromkeys(record.fields))
    main = resolver.entity(
        record.type, record.name, record.aliases, uid, region=record.region, stage=record.stage, properties=properties
    )
    said.say(f"{ontology.entity_types[record.type].zh}：")
    said.name(main, record.name)
    links: list[tuple[Entity, str, Entity]] = []
    if record.owner:
        owner = resolver.entity(guess_type(record.owner, resolver), record.owner, (), uid)
        relation, owner_first = _OWNER_RELATION.get(record.type, ("HOSTED_BY", False))
        said.say("；所属单位：")
        said.name(owner, record.owner)
        links.append((owner, relation, main) if owner_first else (main, relation, owner))
    if record.host:
        host = resolver.entity(guess_type(record.host, resolver), record.host, (), uid)
        said.say("；依托单位：")
        said.name(host, record.host)
        links.append((main, "HOSTED_BY", host))
    if record.region:
        region = resolver.entity("Region", record.region, (), uid)
        said.say("；所在地：")
        said.name(region, record.region)
        links.append((main, "LOCATED_IN", region))
    for number, name in enumerate(dict.fromkeys(record.fields)):
        technology = resolver.entity("Technology", name, (), uid)
        said.say("、" if number else "；领域：")
        said.name(technology, name)
        links.append((main, "FOCUSES_ON", technology))
    said.say(f"。{record.text}" if record.text else "。")
    sentence = Sentence(f"{uid}/0", said.text, 0, len(said.text))
    relations = {}
    for head, relation, tail in links:
        if head.uid != tail.uid and ontology.allows(head.type, relation, tail.type):
            relation_id = resolver.relation_uid(head.uid, relation, tail.uid)
            relations[relation_id] = Relation(
                relation_id, head.uid, relation, tail.uid, (sentence.uid,), 0.99, "stated", "record"
            )
    mentions = tuple(
        Mention(sentence.uid, entity.uid, start, end, said.text[start:end], 0.99, "record")
        for entity, start, end in said.places
    )
    checksum = content_hash(
        said.text,
        id=record.id,
        type=record.type,
        stage=record.stage,
        date=record.date,
        source=record.source,
        aliases="|".join(record.aliases),
    )
    document = Document(uid, checksum, said.text, record.name, record.source, record.date, "record")
    return DocumentFacts(
        document,
        (sentence,),
        tuple(merged(entity for entity, _, _ in said.places)),
        mentions,
        tuple(relations.values()),
    )
