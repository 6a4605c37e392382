from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from api.app import create_app
from etl.load import load_document
from graph.errors import StageError
from graph.model import (
    Document,
    DocumentFacts,
    Entity,
    Mention,
    Relation,
    Sentence,
    digest,
    entity_uid,
    relation_uid,
)
from graph.ontology import Ontology, load_ontology
from graph.queries.maintenance import clear
from graph.settings import Settings
from graph.store.database import Database
from graph.store.query import Query

OLD_UID = "PilotBase-0000000000000old"
FIRMS = 30


def longest_first(names: Iterable[str]) -> str:
    """A pattern for any of the names, so that 氢能 is not found within 唐山氢能中试基地."""
    return "|".join(sorted(map(re.escape, names), key=len, reverse=True)) or "(?!)"


@dataclass
class Story:
    """Builds a document sentence by sentence; entities are found in the sentences by their names."""

    uid: str
    published: str = ""
    title: str = ""
    kind: Any = "document"
    text: str = ""
    sentences: list[Sentence] = field(default_factory=list)
    entities: dict[str, Entity] = field(default_factory=dict)
    mentions: list[Mention] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)

    def knows(self, type: str, name: str, **properties: Any) -> Story:
        aliases = properties.pop("aliases", ())
        self.entities[name] = Entity(entity_uid(type, name), type, name, tuple(aliases), properties)
        return self

    def says(self, text: str, *stated: tuple[str, str, str]) -> Story:
        uid, start = f"{self.uid}/{len(self.sentences)}", len(self.text)
        self.text += text
        self.sentences.append(Sentence(uid, text, start, len(self.text)))
        for found in re.finditer(longest_first(self.entities), text):
            at, name = start + found.start(), found.group()
            self.mentions.append(Mention(uid, self.entities[name].uid, at, at + len(name), name, 0.987654321))
        for head, kind, tail in stated:
            ends = self.entities[head].uid, self.entities[tail].uid
            self.relations.append(
                Relation(relation_uid(ends[0], kind, ends[1]), ends[0], kind, ends[1], (uid,), 0.912345)
            )
        return self

    def facts(self) -> DocumentFacts:
        document = Document(
            uid=self.uid,
            content_hash=digest(self.text),
            text=self.text,
            title=self.title,
            source=f"https://example.org/{self.uid}",
            published=self.published,
            kind=self.kind,
        )
        return DocumentFacts(
            document, tuple(self.sentences), tuple(self.entities.values()), tuple(self.mentions), tuple(self.relations)
        )


HEBEI = {"place": ["130000", "130200"]}
NAMES = {
    "Region": ["唐山市", "天津市"],
    "University": ["华北理工大学"],
    "PilotBase": ["唐山氢能中试基地"],
    "ConceptVerificationCenter": ["天津海河概念验证中心"],
    "Technology": ["氢能"],
    "Achievement": ["百千瓦级质子交换膜电解槽"],
    "Firm": ["唐山海泰氢能装备有限公司"],
    "IndustryChain": ["河北省氢能产业链"],
}


def stories() -> Iterator[Story]:
    notice = Story("doc-notice", "2026-04-12", "唐山氢能中试基地投用")
    notice.knows("Region", "唐山市", **HEBEI).knows("University", "华北理工大学", **HEBEI)
    notice.knows("PilotBase", "唐山氢能中试基地", aliases=["氢能中试基地"], **HEBEI).knows("Technology", "氢能")
    notice.knows("Achievement", "百千瓦级质子交换膜电解槽", stage="pilot", fields=["氢能"])
    notice.knows("Firm", "唐山海泰氢能装备有限公司", record_id="F9", **HEBEI).knows(
        "IndustryChain", "河北省氢能产业链", **HEBEI
    )
    notice.says(
        "位于唐山市的唐山氢能中试基地由华北理工大学牵头建设，聚焦氢能。",
        ("唐山氢能中试基地", "LED_BY", "华北理工大学"),
        ("唐山氢能中试基地", "FOCUSES_ON", "氢能"),
        ("唐山氢能中试基地", "LOCATED_IN", "唐山市"),
    )
    notice.says("华北理工大学研发百千瓦级质子交换膜电解槽。", ("华北理工大学", "DEVELOPS", "百千瓦级质子交换膜电解槽"))
    notice.says(
        "百千瓦级质子交换膜电解槽在唐山氢能中试基地完成中试。",
        ("百千瓦级质子交换膜电解槽", "PILOTED_AT", "唐山氢能中试基地"),
    )
    notice.says(
        "百千瓦级质子交换膜电解槽由唐山海泰氢能装备有限公司产业化。",
        ("百千瓦级质子交换膜电解槽", "INDUSTRIALIZED_BY", "唐山海泰氢能装备有限公司"),
    )
    notice.says(
        "唐山海泰氢能装备有限公司是河北省氢能产业链成员，河北省氢能产业链聚焦氢能。",
        ("唐山海泰氢能装备有限公司", "MEMBER_OF", "河北省氢能产业链"),
        ("河北省氢能产业链", "FOCUSES_ON", "氢能"),
    )
    yield notice
    report = Story("doc-report", "2026-06-30", "氢能中试半年报")
    report.knows("Achievement", "百千瓦级质子交换膜电解槽").knows("PilotBase", "唐山氢能中试基地")
    report.knows("ConceptVerificationCenter", "天津海河概念验证中心", place=["120000"], fields=["氢能"])
    report.knows("Technology", "氢能").knows("Region", "天津市", place=["120000"])
    report.says(
        "六月，百千瓦级质子交换膜电解槽在唐山氢能中试基地通过考核。",
        ("百千瓦级质子交换膜电解槽", "PILOTED_AT", "唐山氢能中试基地"),
    )
    report.says(
        "天津市的天津海河概念验证中心聚焦氢能。",
        ("天津海河概念验证中心", "FOCUSES_ON", "氢能"),
        ("天津海河概念验证中心", "LOCATED_IN", "天津市"),
    )
    yield report
    for number in range(FIRMS):
        record = Story(f"doc-firm-{number:02}", "2026-01-01", kind="record")
        firm = f"第{number:02}氢能设备有限公司"
        record.knows("Firm", firm, record_id=f"F{number}", fields=["氢能"], **HEBEI).knows("Technology", "氢能")
        record.says(f"{firm}，领域氢能。", (firm, "FOCUSES_ON", "氢能"))
        yield record


class NameReader:
    """A reader that finds the story's names and relates nothing; some words make it fail as a stage would."""

    def read_text(self, text: str, *, id: str, title: str, date: str, source: str) -> DocumentFacts:
        if "火星文" in text:
            raise StageError("The text is damaged beyond repair.", stage="clean", document=id or "?")
        story = Story(f"doc-{digest(id or text)}", date, title)
        kinds = {name: kind for kind, names in NAMES.items() for name in names}
        for name in re.findall(longest_first(kinds), text):
            story.knows(kinds[name], name)
        pairs = []
        if {"唐山氢能中试基地", "天津市"} <= set(story.entities):
            pairs.append(("唐山氢能中试基地", "LOCATED_IN", "天津市"))
        return story.says(text, *pairs).facts()


@pytest.fixture(scope="module")
def empty_graph(session_database: Database) -> Database:
    """The session's store with its schema and nothing else."""
    while session_database.run(clear(limit=10_000)) == 10_000:
        pass
    return session_database


@pytest.fixture(scope="module")
def graph(empty_graph: Database, cypher: Callable[..., Query[Any]]) -> Ontology:
    """The story in the session's store, and nothing else; a merged uid leads to the pilot base."""
    ontology = load_ontology()
    for story in stories():
        facts = story.facts()
        empty_graph.transaction(lambda facts=facts: load_document(facts, ontology))
    target = entity_uid("PilotBase", "唐山氢能中试基地")
    empty_graph.run(cypher("CREATE (:Redirect {uid: $old, target: $new})", write=True, old=OLD_UID, new=target))
    # The full-text index follows a moment later by itself.
    empty_graph.run(cypher("CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()", write=True))
    return ontology


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        finally:
            self.ready.set()


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    config = uvicorn.Config(
        app, lifespan="on", ws="none", log_config=None, access_log=False, timeout_graceful_shutdown=5
    )
    listener = socket.create_server(("127.0.0.1", 0))
    runner = _Server(config)
    thread = threading.Thread(target=runner.run, kwargs={"sockets": [listener]}, name="api")
    thread.start()
    try:
        assert runner.ready.wait(60)
        assert runner.started
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        runner.should_exit = True
        thread.join(30)
        listener.close()
    assert not thread.is_alive()


@pytest.fixture(scope="session")
def serve_app() -> Callable[[FastAPI], AbstractContextManager[str]]:
    """Puts an app behind a real server on a free loopback port, and yields its address."""
    return serving


@pytest.fixture(scope="module")
def address(graph: Ontology, store_settings: Settings) -> Iterator[str]:
    """Address of the app over the story."""
    with serving(create_app(store_settings, build_reader=lambda _: NameReader())) as where:
        yield where


@pytest.fixture(scope="module")
def http(address: str) -> Iterator[httpx.Client]:
    """A caller of the app."""
    with httpx.Client(base_url=address, timeout=60) as caller:
        yield caller
