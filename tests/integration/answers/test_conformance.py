"""Every query file runs on the small graph and gives the rows that it should.

INNOGRAPH_TEST_NEO4J_LINE chooses the line of Neo4j; both must agree.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import cypher
from graph.answers.roles import roles_of
from graph.model import relation_uid
from graph.ontology import load_ontology
from graph.queries import chains, entities, gaps, match, paths, search, statistics, versions
from graph.queries.rows import Link
from graph.store.database import Database
from graph.store.query import Query

pytestmark = pytest.mark.integration

ROLES = roles_of(load_ontology())
JING_JIN_JI = ["11", "12", "13", "G001"]
TOPICS = ("chains", "entities", "gaps", "match", "paths", "search", "statistics", "versions")


def uids(cards: Any) -> list[str]:
    """uids of cards, hits or links."""
    return [card.entity.uid if hasattr(card, "entity") else card.uid for card in cards]


def triples(links: tuple[Link, ...]) -> set[tuple[str, str, str]]:
    """(source, relation type, other end) of links."""
    return {(link.source, link.relation.type, link.entity.uid) for link in links}


def expand(**changes: Any) -> Query[tuple[Link, ...]]:
    """paths/expand without filters."""
    given: dict[str, Any] = {
        "uids": ["result"],
        "ends": [],
        "relations": [],
        "types": [],
        "without": [],
        "min_confidence": 0.0,
        "stated_only": False,
        "since": "",
        "hub": 100,
        "fan_out": 50,
    }
    return paths.expand(**(given | changes))


def around(**changes: Any) -> Query[tuple[Link, ...]]:
    """chains/around of 氢能 without filters."""
    given: dict[str, Any] = {
        "uids": ["h2"],
        "relations": ROLES.field_relations,
        "stages": ROLES.stages,
        "members": [],
        "min_confidence": 0.0,
        "stated_only": False,
        "since": "",
        "until": "",
        "scan": 1000,
        "cap": 10,
    }
    return chains.around(**(given | changes))


def neighbours(**changes: Any) -> Query[Any]:
    """entities/neighbours of the firm without filters."""
    given: dict[str, Any] = {
        "uid": "firm",
        "relations": [],
        "types": [],
        "direction": "both",
        "after_support": None,
        "after_uid": None,
        "limit": 20,
    }
    return entities.neighbours(**(given | changes))


DEVELOPS = relation_uid("thu", "DEVELOPS", "result")
COOPERATES = relation_uid("thu", "COOPERATES_WITH", "firm")
PLAIN = {"types": [], "members": [], "limit": 10}
CASES: list[tuple[str, Callable[[], Query[Any]], Callable[[Any], Any], Any]] = [
    (
        "entities/by_uid",
        lambda: entities.by_uid(uid="base"),
        lambda c: (c.name, c.record_id, c.place[-1], c.degree),
        ("张家口可再生能源中试基地", "P024", "130700", 4),
    ),
    ("entities/by_uid", lambda: entities.by_uid(uid="nobody"), lambda c: c, None),
    ("entities/redirect", lambda: entities.redirect(uid="Firm-old"), lambda t: t, "Firm-older"),
    ("entities/redirect", lambda: entities.redirect(uid="firm"), lambda t: t, None),
    ("entities/by_name", lambda: entities.by_name(key="清华", types=[], limit=5), uids, ["thu", "twin"]),
    ("entities/by_name", lambda: entities.by_name(key="清华", types=["Firm"], limit=5), uids, ["twin"]),
    (
        "entities/by_own_name",
        lambda: entities.by_own_name(name="关键核心技术100项以上", types=[], limit=5),
        uids,
        ["target"],
    ),
    ("entities/by_own_name", lambda: entities.by_own_name(name="清华", types=["Park"], limit=5), uids, []),
    ("entities/neighbours", neighbours, lambda n: len(n), 6),
    ("entities/neighbours", lambda: neighbours(direction="in"), lambda n: sorted(uids(n)), ["fund", "result", "thu"]),
    ("entities/neighbours", lambda: neighbours(types=["Product"], direction="out"), uids, ["mea"]),
    ("entities/neighbours", lambda: neighbours(relations=["MEMBER_OF"]), uids, ["chain"]),
    (
        "entities/mentions",
        lambda: entities.mentions(uid="policy", after_date=None, after_sentence=None, after_start=None, limit=9),
        lambda m: [item.sentence for item in m],
        [],
    ),
    (
        "entities/mentions",
        lambda: entities.mentions(uid="ai", after_date="2023", after_sentence="d3/3", after_start=0, limit=9),
        lambda m: [(item.sentence, item.surface) for item in m],
        [("d3/3", "人工智能"), ("d3/4", "人工智能")],
    ),
    (
        "entities/relation_by_uid",
        lambda: entities.relation_by_uid(uid=DEVELOPS, relation_type="DEVELOPS"),
        lambda r: (r.head.uid, r.tail.uid, r.relation.support, r.relation.confidence, r.relation.first_seen),
        ("thu", "result", 2, 0.9, "2023"),
    ),
    (
        "entities/relation_by_ends",
        lambda: entities.relation_by_ends(head="firm", tail="thu", symmetric=True, relation_type="COOPERATES_WITH"),
        lambda r: r.relation.uid,
        COOPERATES,
    ),
    (
        "entities/relation_by_ends",
        lambda: entities.relation_by_ends(head="firm", tail="thu", symmetric=False, relation_type="COOPERATES_WITH"),
        lambda r: r,
        None,
    ),
    (
        "entities/relation_evidence",
        lambda: entities.relation_evidence(
            head="thu", uid=DEVELOPS, after_date=None, after_sentence=None, limit=5, relation_type="DEVELOPS"
        ),
        lambda e: [(date, item.sentence, item.confidence) for date, item in e],
        [("2025-03-01", "d1/0", 0.9), ("2023", "d3/12", 0.6)],
    ),
    (
        "entities/relation_evidence",
        lambda: entities.relation_evidence(
            head="thu", uid=DEVELOPS, after_date="2025-03-01", after_sentence="d1/0", limit=5, relation_type="DEVELOPS"
        ),
        lambda e: [item.sentence for _, item in e],
        ["d3/12"],
    ),
    (
        "entities/sentences",
        lambda: entities.sentences(uids=["d1/0", "d9/9"]),
        lambda s: {uid: (item.document, item.start, item.end) for uid, item in s.items()},
        {"d1/0": ("d1", 0, 15)},
    ),
    (
        "entities/sentence_mentions",
        lambda: entities.sentence_mentions(uid="d1/1"),
        lambda m: [(ref.uid, end - start) for ref, start, end in m],
        [("result", 7), ("cvc", 10)],
    ),
    (
        "entities/document",
        lambda: entities.document(uid="d1"),
        lambda d: (d.title, d.sentences, d.published, [ref.uid for ref in d.entities][:1], len(d.entities)),
        ("文件d1", 4, "2025-03-01", ["result"], 5),
    ),
    ("search/exact", lambda: search.exact(key="清华", **PLAIN), uids, ["thu", "twin"]),
    ("search/exact", lambda: search.exact(key="清华", types=[], members=["12"], limit=9), uids, ["twin"]),
    ("search/prefix", lambda: search.prefix(key="氢能", names_limit=50, **PLAIN), uids, ["h2", "chain"]),
    ("search/initials", lambda: search.initials(initials="qhd", names_limit=50, **PLAIN), uids, ["thu"]),
    ("search/fulltext", lambda: search.fulltext(words="整机考核", scan=50, **PLAIN), uids, ["base"]),
    (
        "search/fulltext",
        lambda: search.fulltext(words="中试", types=["PilotBase"], members=["31"], scan=50, limit=9),
        uids,
        ["shbase"],
    ),
    (
        "paths/expand",
        expand,
        triples,
        {
            ("result", "DEVELOPS", "thu"),
            ("result", "VERIFIED_AT", "cvc"),
            ("result", "PILOTED_AT", "base"),
            ("result", "INDUSTRIALIZED_BY", "firm"),
        },
    ),
    (
        "paths/expand",
        lambda: expand(stated_only=True, min_confidence=0.85),
        triples,
        {("result", "DEVELOPS", "thu"), ("result", "PILOTED_AT", "base")},
    ),
    ("paths/expand", lambda: expand(hub=1), triples, set()),
    (
        "paths/expand",
        lambda: expand(hub=1, ends=["result"], types=["Firm"]),
        triples,
        {("result", "INDUSTRIALIZED_BY", "firm")},
    ),
    (
        "paths/expand",
        lambda: expand(uids=["policy"], without=["Target"], since="2020"),
        triples,
        {("policy", "FOCUSES_ON", "h2"), ("policy", "ISSUES", "bureau")},
    ),
    ("paths/expand", lambda: expand(fan_out=1), lambda links: [link.evidence for link in links], [("d1/0", "d3/12")]),
    ("chains/size", chains.size, lambda n: n, 22),
    (
        "chains/field_entities",
        lambda: chains.field_entities(keys=["pem", "氢能", "清华"], types=["Technology"], limit=9),
        lambda rows: [(row.entity.uid, row.matched) for row in rows],
        [("h2", "氢能"), ("pem", "PEM")],
    ),
    (
        "chains/around",
        around,
        triples,
        {("h2", "FOCUSES_ON", "cvc"), ("h2", "FOCUSES_ON", "base"), ("h2", "FOCUSES_ON", "shbase")},
    ),
    (
        "chains/around",
        lambda: around(cap=1, members=JING_JIN_JI),
        triples,
        {("h2", "FOCUSES_ON", "cvc"), ("h2", "FOCUSES_ON", "base"), ("h2", "FOCUSES_ON", "shbase")},
    ),
    ("chains/around", lambda: around(min_confidence=0.85, since="2024"), triples, {("h2", "FOCUSES_ON", "cvc")}),
    ("chains/around", lambda: around(until="2023"), triples, {("h2", "FOCUSES_ON", "shbase")}),
    (
        "chains/named_like",
        lambda: chains.named_like(words='"氢能"', stages=ROLES.stages, members=[], scan=50, cap=5),
        lambda rows: sorted(uids(rows)),
        ["chain", "cvc", "need"],
    ),
    ("chains/in_region", lambda: chains.in_region(members=["13"], stages=ROLES.stages, cap=5), uids, ["base", "ysu"]),
    (
        "gaps/coverage",
        lambda: gaps.coverage(
            uids=["h2"],
            relations=ROLES.field_relations,
            stages=ROLES.stages,
            last_stage="industrial_chain",
            without=["Demand"],
            members=["31"],
            since="",
            until="",
            limit=5,
        ),
        lambda c: {stage: (cover.count, [ref.uid for ref, _ in cover.best], cover.years) for stage, cover in c.items()},
        {"pilot": (1, ["shbase"], ("2023",))},
    ),
    (
        "gaps/by_place",
        lambda: gaps.by_place(
            groups=[{"name": "氢能", "uids": ["h2"]}], relations=ROLES.field_relations, stages=ROLES.stages, without=[]
        ),
        lambda rows: sorted(rows),
        [
            ("氢能", "concept_verification", ("110000",), 1),
            ("氢能", "pilot", ("130000", "130700"), 1),
            ("氢能", "pilot", ("310000",), 1),
        ],
    ),
    (
        "gaps/top_fields",
        lambda: gaps.top_fields(type="Technology", limit=2),
        lambda cards: [(card.uid, card.degree) for card in cards],
        [("h2", 4), ("ai", 2)],
    ),
    (
        "match/catalogue",
        lambda: match.catalogue(
            types=["PilotBase", "ConceptVerificationCenter"],
            after="base",
            limit=2,
            field_relations=ROLES.field_relations,
            field_types=ROLES.field_types,
            model="",
        ),
        lambda rows: [(row.entity.uid, row.fields, row.hosts, len(row.sentences), len(row.evidence)) for row in rows],
        [("cvc", ("氢能",), ("清华大学",), 3, 1), ("shbase", ("氢能",), (), 2, 1)],
    ),
    (
        "match/described",
        lambda: match.described(
            uids=["shbase", "gone", "cvc"],
            field_relations=ROLES.field_relations,
            field_types=ROLES.field_types,
            model="",
        ),
        lambda rows: [(row.entity.uid, row.fields, row.hosts, len(row.sentences), row.vector_key) for row in rows],
        [("cvc", ("氢能",), ("清华大学",), 3, ""), ("shbase", ("氢能",), (), 2, "")],
    ),
    (
        "match/mentioned",
        lambda: match.mentioned(documents=["d1", "gone"], types=["Achievement", "University"]),
        lambda uids: uids,
        ("result", "thu"),
    ),
    (
        "match/nearest",
        lambda: match.nearest(vector=[1.0, 0.0], model="m", types=["Firm"], scan=10, limit=3),
        lambda rows: rows,
        (),
    ),
    ("statistics/entities_by_type", statistics.entities_by_type, lambda c: (c["Firm"], sum(c.values())), (4, 22)),
    ("statistics/entities_by_stage", statistics.entities_by_stage, lambda rows: rows, (("pilot", "Demand", 1),)),
    ("statistics/entities_by_place", statistics.entities_by_place, lambda c: c["310000"], 2),
    (
        "statistics/relations_by_type",
        statistics.relations_by_type,
        lambda c: (c["FOCUSES_ON"], sum(c.values())),
        (7, 24),
    ),
    ("statistics/documents_by_kind", statistics.documents_by_kind, lambda c: c, {"document": 2}),
    ("statistics/sentences", statistics.sentences, lambda n: n, 25),
    ("statistics/graph_version", statistics.graph_version, lambda n: n, 7),
    (
        "versions/family",
        lambda: versions.family(uid="d3", limit=5),
        lambda rows: [(row.uid, len(row.relations)) for row in rows],
        [("d2", 8), ("d3", 13)],
    ),
    ("versions/family", lambda: versions.family(uid="d1", limit=5), lambda rows: [row.uid for row in rows], ["d1"]),
    ("versions/family", lambda: versions.family(uid="d2", limit=0), lambda rows: [row.uid for row in rows], ["d2"]),
    ("versions/family", lambda: versions.family(uid="d9", limit=5), lambda rows: rows, ()),
    (
        "versions/sentences",
        lambda: versions.sentences(uids=["d3", "d1"]),
        lambda rows: (
            [row.document for row in rows].index("d1"),
            [(ref.uid, surface) for ref, surface in rows[13].mentions],
        ),
        (13, [("thu", "清华大学"), ("result", "高温质子交换膜")]),
    ),
    (
        "versions/relations",
        lambda: versions.relations(uids=[DEVELOPS], documents=["d3"], relation_type="DEVELOPS"),
        lambda rows: [(row.head.uid, row.type, row.tail.uid, row.evidence) for row in rows],
        [("thu", "DEVELOPS", "result", ("d3/12",))],
    ),
]


@pytest.mark.parametrize(
    ("name", "query", "shown", "expected"), CASES, ids=[f"{at}-{case[0]}" for at, case in enumerate(CASES)]
)
def test_query_gives_the_rows_it_should(
    small_graph: Database, name: str, query: Callable[[], Query[Any]], shown: Callable[[Any], Any], expected: Any
) -> None:
    built = query()
    assert built.name == name
    assert shown(small_graph.run(built)) == expected


def test_every_query_file_is_run() -> None:
    root = Path(cypher.__file__).parent
    files = {f"{topic}/{path.stem}" for topic in TOPICS for path in (root / topic).glob("*.cypher")}
    assert files == {case[0] for case in CASES}
