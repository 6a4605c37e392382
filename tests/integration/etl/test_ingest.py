"""The main job on a real Neo4j: texts in, facts with evidence out, again and again without harm."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from etl.load import load_document, withdraw_document
from etl.pipeline import Pipeline
from etl.run import ingest
from graph.answers import entities
from graph.errors import EmbedderError, InvalidInput, StoreUnavailable
from graph.model import Document, DocumentFacts, Entity, Mention, Relation, Sentence, relation_uid
from graph.ontology import Ontology
from graph.settings import Settings
from graph.store.database import Database

NOTICE = (
    "海南省科学技术厅印发《海南省深海科技成果转化办法》（以下简称《办法》）。"
    "海南大学与三亚深蓝装备有限公司共建三亚深海装备中试基地，基地位于崖州湾科技城，聚焦深海传感器。"
)


@pytest.fixture(scope="module")
def settings() -> Settings:
    return Settings(reader="fast")


@pytest.fixture(scope="module")
def pipeline(settings: Settings) -> Pipeline:
    return Pipeline(settings)


def table(database: Database, text: str) -> Sequence[Sequence[Any]]:
    return [list(row.values()) for row in database.read_only_cypher(text).rows]


def facts(
    uid: str, stated: dict[str, tuple[str, str, str]], *, content_hash: str = "1", date: str = ""
) -> DocumentFacts:
    """A document of one sentence a relation: sentence -> (head firm, relation, tail park)."""
    sentences, mentions, found = [], [], {}
    relations = []
    for number, (text, (head, relation, tail)) in enumerate(stated.items()):
        sentences.append(Sentence(f"{uid}/{number}", text, 0, len(text)))
        ends = []
        for name, kind in ((head, "Firm"), (tail, "Park")):
            entity = found.setdefault(name, Entity(f"{kind}-{name}", kind, name))
            mentions.append(Mention(f"{uid}/{number}", entity.uid, 0, 1, name, 0.9))
            ends.append(entity.uid)
        uid_of = relation_uid(ends[0], relation, ends[1])
        relations.append(Relation(uid_of, ends[0], relation, ends[1], (f"{uid}/{number}",), 0.8))
    document = Document(uid, content_hash, "text", published=date)
    return DocumentFacts(document, tuple(sentences), tuple(found.values()), tuple(mentions), tuple(relations))


def load(database: Database, given: DocumentFacts, ontology: Ontology) -> Any:
    return database.transaction(lambda: load_document(given, ontology))


def test_a_text_becomes_facts_each_with_its_sentence(database: Database, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "notice.txt").write_text(NOTICE, "utf-8")
    report = ingest([str(tmp_path)], database, settings)
    assert dict(report.documents) == {"new": 1}
    rows = table(
        database,
        "MATCH (h:Entity)-[r]->(t:Entity) MATCH (s:Sentence) WHERE s.uid IN r.evidence RETURN h.name, type(r), t.name, s.text",
    )
    stated = {(row[0], row[1], row[2]): row[3] for row in rows}
    assert ("海南大学", "BUILDS", "三亚深海装备中试基地") in stated
    assert "共建三亚深海装备中试基地" in stated["海南大学", "BUILDS", "三亚深海装备中试基地"]
    card = database.answer(entities.resolve("办法"))
    assert card.name == "海南省深海科技成果转化办法"


def test_ingesting_again_changes_nothing(database: Database, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "notice.txt").write_text(NOTICE, "utf-8")
    first = ingest([str(tmp_path)], database, settings)
    before = table(database, "MATCH (n) OPTIONAL MATCH (n)-[r]->() RETURN count(DISTINCT n), count(r)")
    second = ingest([str(tmp_path)], database, settings)
    assert dict(second.documents) == {"unchanged": 1}
    assert (second.entities.added, second.relations.added, second.graph_version) == (0, 0, None)
    assert table(database, "MATCH (n) OPTIONAL MATCH (n)-[r]->() RETURN count(DISTINCT n), count(r)") == before
    assert first.graph_version is not None


def test_a_changed_document_withdraws_what_only_it_stated(database: Database, ontology: Ontology) -> None:
    load(
        database,
        facts("d1", {"甲入驻乙园": ("甲", "SETTLES_IN", "乙园"), "丙入驻乙园": ("丙", "SETTLES_IN", "乙园")}),
        ontology,
    )
    load(database, facts("d2", {"甲已入驻乙园": ("甲", "SETTLES_IN", "乙园")}, date="2025-01"), ontology)
    outcome = load(database, facts("d1", {"丁入驻乙园": ("丁", "SETTLES_IN", "乙园")}, content_hash="2"), ontology)
    assert outcome.status == "changed"
    assert (outcome.relations.added, outcome.relations.withdrawn, outcome.relations.changed) == (1, 1, 1)
    assert (outcome.entities.added, outcome.entities.withdrawn) == (1, 1)
    rows = table(
        database, "MATCH (h)-[r:SETTLES_IN]->() RETURN h.name, r.support, r.evidence, r.first_seen ORDER BY h.name"
    )
    assert rows == [["丁", 1, ["d1/0"], ""], ["甲", 1, ["d2/0"], "2025-01"]]
    assert table(database, "MATCH (n:Name {key: '丙'}) RETURN count(n)")[0][0] == 0


def test_evidence_of_two_documents_adds_up(database: Database, ontology: Ontology) -> None:
    for uid, date in (("d1", "2024-05"), ("d2", "2025-02")):
        load(database, facts(uid, {"甲入驻乙园": ("甲", "SETTLES_IN", "乙园")}, date=date), ontology)
    rows = table(
        database, "MATCH ()-[r:SETTLES_IN]->() RETURN r.support, r.first_seen, r.last_seen, size(r.evidence_status)"
    )
    assert rows[0] == [2, "2024-05", "2025-02", 2]


def test_withdrawing_every_document_leaves_an_empty_graph(database: Database, ontology: Ontology) -> None:
    for uid in ("d1", "d2"):
        load(database, facts(uid, {"甲入驻乙园": ("甲", "SETTLES_IN", "乙园")}), ontology)
    for uid in ("d1", "d2"):
        database.transaction(lambda uid=uid: withdraw_document(uid, ontology))
    assert table(database, "MATCH (n) WHERE n:Entity OR n:Document OR n:Sentence OR n:Name RETURN count(n)")[0][0] == 0
    assert database.transaction(lambda: withdraw_document("d1", ontology)).status == "unchanged"


def test_a_document_is_loaded_whole_or_not_at_all(database: Database, ontology: Ontology) -> None:
    given = facts("d1", {"甲入驻乙园": ("甲", "SETTLES_IN", "乙园")})

    def breaks_off() -> Any:
        outcome = yield from load_document(given, ontology)
        if outcome.status == "new":
            raise InvalidInput("the last step fails")
        return outcome

    with pytest.raises(InvalidInput):
        database.transaction(breaks_off)
    assert table(database, "MATCH (n) WHERE n:Entity OR n:Document OR n:Sentence RETURN count(n)")[0][0] == 0


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda f: DocumentFacts(f.document, f.sentences, f.entities[:1], f.mentions, f.relations), "names no entity"),
        (lambda f: DocumentFacts(f.document, (), f.entities, (), f.relations), "cites a sentence"),
        (
            lambda f: DocumentFacts(
                f.document,
                f.sentences,
                f.entities,
                f.mentions,
                tuple(Relation(r.uid, r.tail, r.type, r.head, r.evidence, 0.5) for r in f.relations),
            ),
            "not allowed by the ontology",
        ),
    ],
)
def test_facts_that_break_the_rules_are_refused(
    database: Database, ontology: Ontology, spoil: Callable[[DocumentFacts], DocumentFacts], message: str
) -> None:
    with pytest.raises(InvalidInput, match=message):
        load(database, spoil(facts("d1", {"甲入驻乙园": ("甲", "SETTLES_IN", "乙园")})), ontology)


def test_many_loaders_at_once_lose_nothing(database: Database, ontology: Ontology) -> None:
    documents = [facts(f"d{n}", {f"甲{n % 3}入驻乙园": (f"甲{n % 3}", "SETTLES_IN", "乙园")}) for n in range(24)]
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
    rows = table(database, "MATCH (h)-[r:SETTLES_IN]->() RETURN r.support, size(r.evidence) ORDER BY h.name")
    assert rows == [[8, 8]] * 3


def test_bad_files_are_set_aside_and_the_rest_goes_on(database: Database, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(NOTICE, "utf-8")
    (tmp_path / "b.csv").write_text(
        "类型,编号,名称,依托单位\n中试基地,R1,椰岛中试基地,海南大学\n未知种类,R2,某物,海南大学\n", "utf-8"
    )
    (tmp_path / "c.txt").write_bytes(b"")
    report = ingest([str(tmp_path)], database, settings)
    assert report.documents["new"] == 2
    assert report.documents["failed"] == len(report.failures) == 2
    assert {Path(f.source.split("#")[0].split("!")[0]).name for f in report.failures} == {"b.csv", "c.txt"}
    assert all(failure.reason for failure in report.failures)


def test_a_store_that_fails_ends_the_run(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(NOTICE, "utf-8")

    class Away:
        def run(self, query: Any) -> Any:
            raise StoreUnavailable("away")

        def transaction(self, make_plan: Any) -> Any:
            raise StoreUnavailable("away")

    with pytest.raises(StoreUnavailable):
        ingest([str(tmp_path)], Away(), settings)


def test_two_workers_load_the_same_as_one(database: Database, settings: Settings, tmp_path: Path) -> None:
    for number in range(6):
        (tmp_path / f"{number}.txt").write_text(NOTICE.replace("三亚", ("三亚", "海口", "儋州")[number % 3]), "utf-8")
    ingest([str(tmp_path)], database, settings, workers=2)
    count = "MATCH (e:Entity) OPTIONAL MATCH (e)-[r]->(:Entity) RETURN count(DISTINCT e), count(r)"
    parallel = table(database, count)
    again = ingest([str(tmp_path)], database, settings)
    assert dict(again.documents) == {"unchanged": 6}
    assert table(database, count) == parallel


def test_the_pipeline_names_the_stage_that_failed(pipeline: Pipeline) -> None:
    with pytest.raises(InvalidInput.__mro__[1], match="no text"):
        pipeline.read_text("   ")


class Counting:
    """Vectors of no meaning, or none at all."""

    name = "counting"

    def __init__(self, *, away: bool = False) -> None:
        self.away = away

    def embed(self, texts: Sequence[str], kind: str) -> Any:
        """A unit vector a text, by its length."""
        if self.away:
            raise EmbedderError("The embedder is away.")
        return np.eye(4, dtype=np.float32)[[len(text) % 4 for text in texts]]


def test_vectors_are_made_of_what_was_loaded(database: Database, settings: Settings, tmp_path: Path) -> None:
    source = tmp_path / "notice.txt"
    source.write_text(NOTICE, "utf-8")
    with_vectors = "MATCH (e:Entity) WHERE e.vector IS NOT NULL RETURN e.name AS name"
    away = ingest([str(source)], database, settings, embedder=Counting(away=True))
    assert away.documents["new"] == 1
    assert (away.vectors, "innograph embed" in away.vectors_problem) == (0, True)
    assert table(database, with_vectors) == []
    unchanged = ingest([str(source)], database, settings, embedder=Counting())
    assert (unchanged.documents["unchanged"], unchanged.vectors) == (1, 0)
    source.write_text(NOTICE + "海南大学聚焦深海传感器。", "utf-8")
    report = ingest([str(source)], database, settings, embedder=Counting())
    assert report.vectors == len(table(database, with_vectors)) > 0
    assert report.as_json()["vectors"] == report.vectors
    assert ["三亚深海装备中试基地"] in table(database, with_vectors)
