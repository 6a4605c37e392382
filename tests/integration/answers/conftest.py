"""A small graph in the model of docs/graph-model.md, written by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from graph.model import normalise_name, relation_uid
from graph.store.database import Database
from graph.store.query import Query, Row

BEIJING, TIANJIN, HEBEI, SHANGHAI = ["110000"], ["120000"], ["130000", "130700"], ["310000"]

# key: (type, name, properties)
ENTITIES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "thu": ("University", "清华大学", {"place": BEIJING, "aliases": ["清华"]}),
    "ysu": ("University", "燕山大学", {"place": ["130000", "130300"]}),
    "cvc": ("ConceptVerificationCenter", "北京氢能概念验证中心", {"place": BEIJING}),
    "base": (
        "PilotBase",
        "张家口可再生能源中试基地",
        {"place": HEBEI, "record_id": "P024", "description": "可承接整机考核"},
    ),
    "shbase": ("PilotBase", "上海燃料电池中试平台", {"place": SHANGHAI}),
    "firm": ("Firm", "国氢科技有限公司", {"place": BEIJING, "aliases": ["国氢"]}),
    "shfirm": ("Firm", "上海氢晨科技有限公司", {"place": SHANGHAI}),
    "aifirm": ("Firm", "北京智算科技有限公司", {"place": BEIJING}),
    "park": ("Park", "京津中关村科技城", {"place": ["120000", "120115"]}),
    "chain": ("IndustryChain", "氢能产业链", {}),
    "result": ("Achievement", "高温质子交换膜", {"fields": ["质子交换膜"]}),
    "fund": ("Fund", "京津冀绿色能源基金", {"place": ["110000", "120000", "130000", "G001"]}),
    "bureau": ("GovernmentBody", "北京市科学技术委员会", {"place": BEIJING, "aliases": ["市科委"]}),
    "policy": ("Policy", "促进京津冀区域科技成果转化的若干措施", {"aliases": ["措施"]}),
    "h2": ("Technology", "氢能", {}),
    "pem": ("Technology", "质子交换膜", {"aliases": ["PEM"]}),
    "ai": ("Technology", "人工智能", {}),
    "mea": ("Product", "膜电极", {}),
    "beijing": ("Region", "北京", {"place": BEIJING}),
    "target": ("Target", "关键核心技术100项以上", {}),
    "need": ("Demand", "兆瓦级电堆寿命提升", {"stage": "pilot", "fields": ["氢能"], "record_id": "D900"}),
    "twin": ("Firm", "清华", {"place": TIANJIN}),
}

# head, type, tail, confidence, status, document, sentence
RELATIONS: tuple[tuple[str, str, str, float, str, str, str], ...] = (
    ("thu", "DEVELOPS", "result", 0.9, "stated", "d1", "清华大学研制出高温质子交换膜。"),
    ("result", "VERIFIED_AT", "cvc", 0.8, "stated", "d1", "高温质子交换膜在北京氢能概念验证中心完成验证。"),
    ("result", "PILOTED_AT", "base", 0.9, "stated", "d1", "高温质子交换膜在张家口可再生能源中试基地中试。"),
    ("result", "INDUSTRIALIZED_BY", "firm", 0.7, "planned", "d1", "高温质子交换膜拟由国氢科技有限公司投产。"),
    ("cvc", "FOCUSES_ON", "h2", 0.9, "stated", "d2", "北京氢能概念验证中心聚焦氢能。"),
    ("cvc", "HOSTED_BY", "thu", 0.9, "stated", "d2", "北京氢能概念验证中心依托清华大学。"),
    ("base", "FOCUSES_ON", "h2", 0.8, "stated", "d2", "张家口可再生能源中试基地面向氢能。"),
    ("base", "FOCUSES_ON", "pem", 0.8, "stated", "d2", "张家口可再生能源中试基地面向质子交换膜。"),
    ("ysu", "BUILDS", "base", 0.8, "stated", "d2", "燕山大学建设张家口可再生能源中试基地。"),
    ("firm", "PRODUCES", "mea", 0.9, "stated", "d2", "国氢科技有限公司生产膜电极。"),
    ("firm", "MEMBER_OF", "chain", 0.9, "stated", "d2", "国氢科技有限公司是氢能产业链链主。"),
    ("mea", "UPSTREAM_OF", "chain", 0.8, "stated", "d2", "膜电极位于氢能产业链上游。"),
    ("shbase", "FOCUSES_ON", "h2", 0.9, "stated", "d3", "上海燃料电池中试平台聚焦氢能。"),
    ("shfirm", "PRODUCES", "mea", 0.9, "stated", "d3", "上海氢晨科技有限公司生产膜电极。"),
    ("shfirm", "SETTLES_IN", "shbase", 0.6, "stated", "d3", "上海氢晨科技有限公司入驻上海燃料电池中试平台。"),
    ("aifirm", "FOCUSES_ON", "ai", 0.9, "stated", "d3", "北京智算科技有限公司聚焦人工智能。"),
    ("thu", "FOCUSES_ON", "ai", 0.9, "stated", "d3", "清华大学聚焦人工智能。"),
    ("thu", "COOPERATES_WITH", "firm", 0.7, "stated", "d3", "清华大学与国氢科技有限公司合作。"),
    ("fund", "INVESTS_IN", "firm", 0.8, "stated", "d3", "京津冀绿色能源基金投资国氢科技有限公司。"),
    ("bureau", "ISSUES", "policy", 0.9, "stated", "d3", "北京市科学技术委员会印发《措施》。"),
    ("policy", "FOCUSES_ON", "h2", 0.9, "stated", "d3", "《措施》围绕氢能。"),
    ("policy", "SETS_TARGET", "target", 0.9, "stated", "d3", "《措施》提出关键核心技术100项以上。"),
    ("cvc", "LOCATED_IN", "beijing", 0.9, "stated", "d3", "北京氢能概念验证中心位于北京。"),
    ("firm", "DEMANDS", "need", 0.9, "stated", "d3", "国氢科技有限公司提出兆瓦级电堆寿命提升的需求。"),
    ("thu", "DEVELOPS", "result", 0.6, "stated", "d3", "清华大学攻关高温质子交换膜。"),
)
DATES = {"d1": "2025-03-01", "d2": "2024-05-06", "d3": "2023"}
INITIALS = {"清华大学": "qhdx", "清华": "qh"}


@dataclass(frozen=True, slots=True)
class Inline(Query[None]):
    """A query whose text is given, for writing test data."""

    inline: str = ""

    @property
    def text(self) -> str:
        """The text as given."""
        return self.inline


def write(database: Database, text: str, rows: Sequence[Row]) -> None:
    """Runs a writing query over rows."""
    database.run(Inline("tests/inline", lambda _: None, {"rows": list(rows)}, write=True, inline=text))


@pytest.fixture(scope="module")
def small_graph(session_database: Database) -> Iterator[Database]:
    """The session's database with the small graph in it and nothing else; tests only read it."""
    _clear(session_database)
    fill(session_database)
    yield session_database
    _clear(session_database)


def _clear(database: Database) -> None:
    write(database, "MATCH (n) WHERE NOT n:Migration AND NOT (n:Meta AND n.name = 'schema_lock') DETACH DELETE n", [])


def fill(database: Database) -> None:
    """Writes the small graph into an empty database."""
    entities = [
        {"uid": key, "type": kind, "properties": {"uid": key, "type": kind, "name": name, "aliases": [], **properties}}
        for key, (kind, name, properties) in ENTITIES.items()
    ]
    for kind in {row["type"] for row in entities}:
        write(
            database,
            f"UNWIND $rows AS row CREATE (e:Entity:{kind}) SET e = row.properties",
            [row for row in entities if row["type"] == kind],
        )
    names = [
        {"key": normalise_name(text), "text": text, "uid": key, "initials": INITIALS.get(text, "")}
        for key, (_, name, properties) in ENTITIES.items()
        for text in (name, *properties.get("aliases", ()))
    ]
    write(
        database,
        "UNWIND $rows AS row MERGE (n:Name {key: row.key}) SET n.text = row.text, n.initials = row.initials "
        "WITH n, row MATCH (e:Entity {uid: row.uid}) MERGE (n)-[:NAMES]->(e)",
        names,
    )
    sentences, relations = _sentences_and_relations()
    write(
        database,
        "UNWIND $rows AS row CREATE (:Document {uid: row.uid, title: row.title, source: 'test', sources: ['test'], "
        "published: row.published, kind: 'document', text: row.text, flags: [], relations: row.relations, "
        "ingested_at: '2026-01-01'})",
        [
            {
                "uid": uid,
                "title": f"文件{uid}",
                "published": date,
                "text": "".join(s["text"] for s in sentences if s["document"] == uid),
                "relations": sorted(
                    row["properties"]["uid"]
                    for row in relations
                    if any(at.startswith(f"{uid}/") for at in row["properties"]["evidence"])
                ),
            }
            for uid, date in DATES.items()
        ],
    )
    write(
        database,
        "UNWIND $rows AS row MATCH (v:Document {uid: row.version}), (p:Document {uid: row.primary}) "
        "CREATE (v)-[:VERSION_OF]->(p)",
        [{"version": "d3", "primary": "d2"}],
    )
    write(
        database,
        "UNWIND $rows AS row MATCH (d:Document {uid: row.document}) CREATE (d)-[:HAS_SENTENCE]->(s:Sentence "
        "{uid: row.uid, text: row.text, start: row.start, end: row.end}) WITH s, row UNWIND row.mentions AS mention "
        "MATCH (e:Entity {uid: mention.uid}) CREATE (s)-[:MENTIONS {start: mention.start, end: mention.end, "
        "surface: mention.surface, confidence: 0.9, method: 'test'}]->(e)",
        sentences,
    )
    for kind in {row["type"] for row in relations}:
        write(
            database,
            "UNWIND $rows AS row MATCH (h:Entity {uid: row.head}), (t:Entity {uid: row.tail}) "
            f"CREATE (h)-[r:{kind}]->(t) SET r = row.properties",
            [row for row in relations if row["type"] == kind],
        )
    write(
        database,
        "UNWIND $rows AS row CREATE (:Redirect {uid: row.uid, target: row.target})",
        [
            {"uid": "Firm-old", "target": "Firm-older"},
            {"uid": "Firm-older", "target": "firm"},
        ],
    )
    write(database, "UNWIND $rows AS row CREATE (:Meta {name: 'graph_version', value: row.value})", [{"value": 7}])


def _sentences_and_relations() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    sentences: list[dict[str, Any]] = []
    relations: dict[str, dict[str, Any]] = {}
    ends: dict[str, int] = {}
    for head, kind, tail, confidence, status, document, text in RELATIONS:
        start = ends.get(document, 0)
        index = sum(1 for s in sentences if s["document"] == document)
        ends[document] = start + len(text)
        uid = f"{document}/{index}"
        mentions = []
        for key in (head, tail):
            at = text.find(ENTITIES[key][1])
            if at >= 0:
                surface = ENTITIES[key][1]
                mentions.append({"uid": key, "start": start + at, "end": start + at + len(surface), "surface": surface})
        sentences.append(
            {
                "document": document,
                "uid": uid,
                "text": text,
                "start": start,
                "end": start + len(text),
                "mentions": mentions,
            }
        )
        key = relation_uid(head, kind, tail)
        known = relations.setdefault(key, {"head": head, "tail": tail, "type": kind, "facts": []})
        known["facts"].append((uid, confidence, status, DATES[document], document))
    return sentences, [{**row, "properties": _properties(key, row["facts"])} for key, row in relations.items()]


def _properties(uid: str, facts: list[tuple[str, float, str, str, str]]) -> dict[str, Any]:
    return {
        "uid": uid,
        "evidence": [fact[0] for fact in facts],
        "evidence_confidence": [fact[1] for fact in facts],
        "evidence_status": [fact[2] for fact in facts],
        "evidence_date": [fact[3] for fact in facts],
        "support": len({fact[4] for fact in facts}),
        "confidence": max(fact[1] for fact in facts),
        "status": "stated" if any(fact[2] == "stated" for fact in facts) else "planned",
        "first_seen": min(fact[3] for fact in facts),
        "last_seen": max(fact[3] for fact in facts),
        "method": "test",
    }
