"""The same notice from several outlets is one document with several sources; what differs is kept and shown."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from etl.clean.duplicates import fingerprint
from etl.load import LoadOutcome, load_document, withdraw_document
from etl.run import ingest
from graph.answers import entities, statistics
from graph.answers.conflicts import conflicts
from graph.errors import NotFound
from graph.model import Document, DocumentFacts, Entity, Mention, Relation, Sentence, relation_uid
from graph.ontology import Ontology
from graph.settings import Settings
from graph.store.database import Database

pytestmark = pytest.mark.integration

FILLER = (
    "各县区要切实提高政治站位，统筹安排好今年的各项重点任务，按月报送进展情况。",
    "市直有关部门按照职责分工抓好政策衔接，及时研究解决企业反映的突出问题。",
    "鼓励社会资本参与成果转化，对成效显著的单位给予后补助支持并予以通报表扬。",
)
NOTICE = (
    "近日，滨海市科学技术局公布首批概念验证中心名单。"
    "滨海大学氢能概念验证中心聚焦氢能、合成生物制造和智能传感等方向。"
    "中心将为高校院所提供技术评估、样机试制、市场论证和融资对接服务，推动更多科技成果落地转化，服务本市产业链上下游企业。"
    "下一步，市科技局将会同有关部门加强绩效评价，按年度给予运行经费支持，对成效突出的机构优先推荐申报省级平台。"
)
RUBBER = NOTICE.replace("合成生物制造", "合成橡胶")
Stated = dict[str, tuple[str, str]]
BASE: Stated = {"甲公司入驻乙园。": ("甲公司", "乙园"), "丙公司入驻乙园。": ("丙公司", "乙园")}


@pytest.fixture(scope="module")
def settings() -> Settings:
    return Settings(reader="fast")


def table(database: Database, text: str) -> Sequence[Sequence[Any]]:
    return [list(row.values()) for row in database.read_only_cypher(text).rows]


def facts(uid: str, stated: Stated, *, content_hash: str = "1", kind: Any = "document") -> DocumentFacts:
    """A notice in which firms settle in parks, one sentence each, between sentences that state nothing."""
    sentences, mentions, relations, found, text = [], [], [], {}, ""
    for number, line in enumerate((*FILLER, *stated)):
        at = f"{uid}/{number}"
        sentences.append(Sentence(at, line, len(text), len(text) + len(line)))
        text += line
        if line in stated:
            ends = []
            for name, type in zip(stated[line], ("Firm", "Park"), strict=True):
                entity = found.setdefault(name, Entity(f"{type}-{name}", type, name))
                mentions.append(Mention(at, entity.uid, 0, 1, name, 0.9))
                ends.append(entity.uid)
            relation = relation_uid(ends[0], "SETTLES_IN", ends[1])
            relations.append(Relation(relation, ends[0], "SETTLES_IN", ends[1], (at,), 0.8))
    document = Document(uid, content_hash, text, source=f"https://{uid}", kind=kind, fingerprint=fingerprint(text))
    return DocumentFacts(document, tuple(sentences), tuple(found.values()), tuple(mentions), tuple(relations))


def load(database: Database, given: DocumentFacts, ontology: Ontology) -> LoadOutcome:
    return database.transaction(lambda: load_document(given, ontology))


def withdraw(database: Database, uid: str, ontology: Ontology) -> LoadOutcome:
    return database.transaction(lambda: withdraw_document(uid, ontology))


def settled(database: Database) -> Sequence[Sequence[Any]]:
    """(firm, park, support, evidence) of all relations."""
    return table(
        database,
        "MATCH (h)-[r:SETTLES_IN]->(t) RETURN h.name, t.name, r.support, r.evidence ORDER BY h.name, t.name",
    )


def whole(database: Database) -> list[Any]:
    """All that the graph says, but for times and the counts of bands' locks."""
    return [
        table(database, "MATCH (d:Document) RETURN d.uid, d.sources, d.own_sources, d.relations ORDER BY d.uid"),
        table(database, "MATCH (v)-[:VERSION_OF]->(p) RETURN v.uid, p.uid ORDER BY v.uid"),
        table(database, "MATCH (d:Document)-[:HAS_SENTENCE]->(s) RETURN d.uid, s.uid ORDER BY s.uid"),
        table(database, "MATCH (e:Entity)<-[:MENTIONS]-(s) RETURN e.uid, s.uid ORDER BY e.uid, s.uid"),
        table(database, "MATCH (d:Document)-[:IN_BAND]->(b) RETURN d.uid, count(b) ORDER BY d.uid"),
        settled(database),
    ]


def empty(database: Database) -> bool:
    found = table(database, "MATCH (n) WHERE n:Entity OR n:Document OR n:Sentence OR n:Name OR n:Band RETURN count(n)")
    return bool(found[0][0] == 0)


@pytest.mark.parametrize("workers", [1, 2])
def test_three_outlets_are_one_document_with_three_sources(
    database: Database, settings: Settings, tmp_path: Path, workers: int
) -> None:
    for name, text in (("a", NOTICE), ("b", "据滨海日报消息。" + NOTICE), ("c", NOTICE + "（来源：滨海发布）")):
        (tmp_path / f"{name}.txt").write_text(text, "utf-8")
    report = ingest([str(tmp_path)], database, settings, workers=workers)
    assert (report.documents["new"], report.versions, report.as_json()["versions"]) == (3, 2, 2)
    ((primary, sources),) = table(
        database, "MATCH (d:Document) WHERE NOT (d)-[:VERSION_OF]->() RETURN d.uid, d.sources"
    )
    assert {Path(source).name for source in sources} == {"a.txt", "b.txt", "c.txt"}
    view = database.answer(entities.document(primary))
    assert (len(view.versions), view.conflicts, view.sources) == (2, (), tuple(sources))
    assert all(database.answer(entities.document(version.uid)).primary == primary for version in view.versions)
    assert table(database, "MATCH (s:Sentence) WHERE s.text CONTAINS '聚焦氢能' RETURN count(s)") == [[1]]
    assert table(database, "MATCH (:Entity)-[r]->(:Entity) RETURN DISTINCT r.support, size(r.evidence)") == [[1, 1]]
    found = database.answer(statistics.statistics())
    assert (found.documents, found.documents_by_kind) == (1, {"document": 1})
    before = whole(database)
    again = ingest([str(tmp_path)], database, settings, workers=workers)
    assert (dict(again.documents), again.versions, again.graph_version) == ({"unchanged": 3}, 2, None)
    assert whole(database) == before


def test_versions_that_contradict_one_another_are_both_kept_and_shown(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    for name, text in (("a", NOTICE), ("b", RUBBER)):
        (tmp_path / f"{name}.txt").write_text(text, "utf-8")
    ingest([str(tmp_path)], database, settings)
    ((version, primary),) = table(database, "MATCH (v)-[:VERSION_OF]->(p) RETURN v.uid, p.uid")
    named = table(
        database, "MATCH (s)-[:MENTIONS]->(e) WHERE e.name STARTS WITH '合成' RETURN e.name, s.text ORDER BY e.name"
    )
    assert [(name, name in text) for name, text in named] == [("合成橡胶", True), ("合成生物制造", True)]
    for uid in (primary, version):
        view = database.answer(entities.document(uid))
        (conflict,) = view.conflicts
        assert [e.name for e in conflict.first.entities] == ["合成生物制造"]
        assert [e.name for e in conflict.second.entities] == ["合成橡胶"]
        assert (conflict.first.evidence.document, conflict.second.evidence.document) == (primary, version)
        assert database.answer(conflicts(uid)) == view.conflicts
        for side in (conflict.first, conflict.second):
            text = database.answer(entities.document(side.evidence.document)).text
            assert text[side.evidence.start : side.evidence.end] == side.evidence.text
    with pytest.raises(NotFound):
        database.answer(conflicts("none"))


def test_the_same_sentence_never_counts_twice(database: Database, ontology: Ontology) -> None:
    load(database, facts("d1", BASE), ontology)
    said = BASE | {"甲公司已于上月入驻乙园。": ("甲公司", "乙园"), "丁公司入驻乙园。": ("丁公司", "乙园")}
    outcome = load(database, facts("d2", said), ontology)
    assert (outcome.status, outcome.version_of, outcome.relations.added) == ("new", "d1", 1)
    assert settled(database) == [
        ["丁公司", "乙园", 1, ["d2/6"]],
        ["丙公司", "乙园", 1, ["d1/4"]],
        ["甲公司", "乙园", 1, ["d1/3", "d2/5"]],
    ]
    unlike = DocumentFacts(
        Document("d9", "1", "别的"),
        (Sentence("d9/0", "别的", 0, 2),),
        tuple(Entity(f"{type}-{name}", type, name) for type, name in (("Firm", "甲公司"), ("Park", "乙园"))),
        (),
        (
            Relation(
                relation_uid("Firm-甲公司", "SETTLES_IN", "Park-乙园"),
                "Firm-甲公司",
                "SETTLES_IN",
                "Park-乙园",
                ("d9/0",),
                0.5,
            ),
        ),
    )
    assert load(database, unlike, ontology).version_of == ""
    assert settled(database)[2] == ["甲公司", "乙园", 2, ["d1/3", "d2/5", "d9/0"]]


def test_a_withdrawn_primary_lets_its_versions_stand_alone(database: Database, ontology: Ontology) -> None:
    load(database, facts("d1", BASE), ontology)
    own: Stated = {"丁公司入驻乙园。": ("丁公司", "乙园")}
    load(database, facts("d2", BASE | own), ontology)
    load(database, facts("d3", BASE), ontology)
    outcome = withdraw(database, "d1", ontology)
    assert outcome.status == "withdrawn"
    assert (outcome.relations.withdrawn, outcome.entities.withdrawn) == (0, 0)
    assert table(database, "MATCH (v)-[:VERSION_OF]->(p) RETURN v.uid, p.uid") == [["d3", "d2"]]
    assert settled(database) == [
        ["丁公司", "乙园", 1, ["d2/5"]],
        ["丙公司", "乙园", 1, ["d2/4"]],
        ["甲公司", "乙园", 1, ["d2/3"]],
    ]
    after = whole(database)
    for uid in ("d2", "d3"):
        withdraw(database, uid, ontology)
    assert empty(database)
    for uid, stated in (("d2", BASE | own), ("d3", BASE)):
        load(database, facts(uid, stated), ontology)
    assert whole(database) == after, "as if the primary had never been"


def test_a_withdrawn_version_takes_its_own_with_it(database: Database, ontology: Ontology) -> None:
    load(database, facts("d1", BASE), ontology)
    before = whole(database)
    load(database, facts("d2", BASE | {"丁公司入驻乙园。": ("丁公司", "乙园")}), ontology)
    assert table(database, "MATCH (d:Document {uid: 'd1'}) RETURN d.sources") == [[["https://d1", "https://d2"]]]
    outcome = withdraw(database, "d2", ontology)
    assert (outcome.relations.withdrawn, outcome.entities.withdrawn) == (1, 1)
    assert whole(database) == before


def test_a_changed_version_is_compared_anew(database: Database, ontology: Ontology) -> None:
    load(database, facts("d1", BASE), ontology)
    load(database, facts("d2", BASE | {"丁公司入驻乙园。": ("丁公司", "乙园")}), ontology)
    same = load(database, facts("d2", BASE | {"戊公司入驻乙园。": ("戊公司", "乙园")}, content_hash="2"), ontology)
    assert (same.status, same.version_of, same.relations.withdrawn) == ("changed", "d1", 1)
    far = {f"第{n}家公司即戊{n}公司今年将正式入驻位于城东的丁{n}园。": (f"戊{n}公司", f"丁{n}园") for n in range(30)}
    other = load(database, facts("d2", far, content_hash="3"), ontology)
    assert (other.status, other.version_of) == ("changed", "")
    assert table(database, "MATCH (d:Document) RETURN d.uid, d.sources ORDER BY d.uid") == [
        ["d1", ["https://d1"]],
        ["d2", ["https://d2"]],
    ]
    assert table(database, "MATCH (s:Sentence) WHERE s.uid STARTS WITH 'd2/' RETURN count(s)") == [[33]]


def test_a_changed_primary_files_its_versions_anew(database: Database, ontology: Ontology) -> None:
    load(database, facts("d1", BASE), ontology)
    load(database, facts("d2", BASE), ontology)
    outcome = load(database, facts("d1", {"甲公司入驻乙园。": ("甲公司", "乙园")}, content_hash="2"), ontology)
    assert (outcome.status, outcome.version_of) == ("changed", "")
    assert table(database, "MATCH (v)-[:VERSION_OF]->(p) RETURN v.uid, p.uid") == [["d2", "d1"]]
    assert settled(database) == [["丙公司", "乙园", 1, ["d2/4"]], ["甲公司", "乙园", 1, ["d1/3"]]]
    far = {f"第{n}家公司即戊{n}公司今年将正式入驻位于城东的丁{n}园。": (f"戊{n}公司", f"丁{n}园") for n in range(30)}
    load(database, facts("d1", far, content_hash="3"), ontology)
    assert table(database, "MATCH (v)-[:VERSION_OF]->(p) RETURN v.uid, p.uid") == []
    assert [row for row in settled(database) if row[1] == "乙园"] == [
        ["丙公司", "乙园", 1, ["d2/4"]],
        ["甲公司", "乙园", 1, ["d2/3"]],
    ]
    assert table(database, "MATCH (d:Document {uid: 'd2'}) RETURN d.held_facts, size(d.sources)") == [[None, 1]]


def test_a_further_source_of_a_version_is_one_of_the_document(database: Database, ontology: Ontology) -> None:
    load(database, facts("d1", BASE), ontology)
    second = facts("d2", BASE)
    load(database, second, ontology)
    moved = Document("d2", "1", second.document.text, source="https://mirror", fingerprint=second.document.fingerprint)
    outcome = load(database, DocumentFacts(moved), ontology)
    assert (outcome.status, outcome.version_of) == ("unchanged", "d1")
    assert table(database, "MATCH (d:Document) RETURN d.sources ORDER BY d.uid") == [
        [["https://d1", "https://d2", "https://mirror"]],
        [["https://d2", "https://mirror"]],
    ]


def test_records_are_never_versions(database: Database, ontology: Ontology) -> None:
    load(database, facts("d1", BASE), ontology)
    assert load(database, facts("r1", BASE, kind="record"), ontology).version_of == ""
    assert load(database, facts("r2", BASE, kind="record"), ontology).version_of == ""
    assert table(database, "MATCH (:Band)<-[:IN_BAND]-(d) RETURN DISTINCT d.uid") == [["d1"]]


def test_many_outlets_at_once_give_one_primary(database: Database, ontology: Ontology) -> None:
    documents = [facts(f"d{n:02}", BASE | {f"己{n}公司入驻乙园。": (f"己{n}公司", "乙园")}) for n in range(12)]
    failed: list[BaseException] = []

    def work(part: list[DocumentFacts]) -> None:
        try:
            for given in part:
                load(database, given, ontology)
        except Exception as error:  # noqa: BLE001 - reported below
            failed.append(error)

    threads = [threading.Thread(target=work, args=(documents[n::4],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert table(database, "MATCH (d:Document) WHERE NOT (d)-[:VERSION_OF]->() RETURN size(d.sources)") == [[12]]
    rows = {row[0]: row[2] for row in settled(database)}
    assert rows == {"甲公司": 1, "丙公司": 1} | {f"己{n}公司": 1 for n in range(12)}
