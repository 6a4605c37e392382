"""Vectors of entities on a real store: written, indexed, kept current, and used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from graph.answers import match, recommend
from graph.answers.embedding import Kind, Vectors
from graph.answers.reference import Reference
from graph.answers.values import MatchQuery
from graph.answers.vectors import VectorReport, embedded_types, store_vectors
from graph.queries import match as queries
from graph.store.database import Database
from graph.store.query import Query

pytestmark = pytest.mark.integration

REFERENCE = Reference.load()


class Words:
    """Vectors that say which of a few words a text holds, with every text noted."""

    def __init__(self, name: str, words: str) -> None:
        self.name, self._words = name, words.split()
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """Unit vectors."""
        self.asked += texts
        rows = np.array([[0.1, *(float(word in text) for word in self._words)] for text in texts], np.float32)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


@pytest.fixture
def graph(small_graph: Database, cypher: Callable[..., Query[Any]]) -> Iterator[Database]:
    """The small graph, without vectors before and after."""
    clear = cypher("MATCH (e:Entity) REMOVE e.vector, e.vector_of", write=True)
    small_graph.run(clear)
    yield small_graph
    small_graph.run(clear)


def nearest(graph: Database, embedder: Words, text: str, types: Sequence[str]) -> list[str]:
    """uids of what is nearest to a text."""
    vector = embedder.embed([text], "query")[0].tolist()
    found = graph.run(queries.nearest(vector=vector, model=embedder.name, types=types, scan=50, limit=2))
    return [row.entity.uid for row in found]


def test_vectors_are_made_once_and_again_where_something_changed(
    graph: Database, cypher: Callable[..., Query[Any]]
) -> None:
    words = Words("words", "上海 张家口 概念验证 整机")
    states: list[tuple[int, int]] = []

    def note(report: VectorReport) -> None:
        states.append((report.checked, report.made))

    first = store_vectors(graph, words, REFERENCE, progress=note)
    kinds = embedded_types(REFERENCE.ontology)
    count = graph.run(cypher("MATCH (e:Entity) WHERE e.type IN $kinds RETURN count(e) AS n", kinds=list(kinds)))[0]["n"]
    assert (first.checked, first.made) == (count, count)
    assert states[-1] == (count, count)
    assert "Region" not in kinds
    assert nearest(graph, words, "上海", ["PilotBase"])[0] == "shbase"
    assert nearest(graph, words, "整机 张家口", ["PilotBase", "Firm"])[0] == "base"
    assert nearest(graph, words, "上海", ["Fund"]) == ["fund"]

    words.asked.clear()
    again = store_vectors(graph, words, REFERENCE)
    assert (again.checked, again.made, words.asked) == (count, 0, [])

    change = "MATCH (e:Entity {uid: 'base'}) SET e.description = $said"
    graph.run(cypher(change, write=True, said="位于上海"))
    try:
        assert store_vectors(graph, words, REFERENCE, documents=["d3"]).made == 0  # which does not mention it
        third = store_vectors(graph, words, REFERENCE, documents=["d1"])
        assert third.made == 1
        assert third.checked < count
        assert "位于上海" in words.asked[-1]
    finally:
        graph.run(cypher(change, write=True, said="可承接整机考核"))

    other = Words("other", "上海 氢")
    assert nearest(graph, other, "上海", ["PilotBase"]) == []
    assert store_vectors(graph, other, REFERENCE).made == count
    assert nearest(graph, words, "上海", ["PilotBase"]) == []
    assert nearest(graph, other, "上海", ["PilotBase"])[0] == "shbase"


def test_matching_takes_stored_vectors_and_makes_only_those_that_are_missing(
    graph: Database, cypher: Callable[..., Query[Any]]
) -> None:
    words = Words("words of matching", "上海 张家口 概念验证 整机")
    query = MatchQuery("q", "整机")
    targets = ["PilotBase", "ConceptVerificationCenter"]
    without = graph.answer(match.match(query, targets=targets, embedder=words, store="a"))
    assert len(words.asked) == 4  # three passages and the query
    store_vectors(graph, words, REFERENCE)
    words.asked.clear()
    stored = graph.answer(match.match(query, targets=targets, embedder=words, store="b"))
    assert words.asked == ["整机"]
    assert stored == without
    graph.run(cypher("MATCH (e:Entity {uid: 'cvc'}) SET e.vector_of = 'words of matching#old'", write=True))
    words.asked.clear()
    assert graph.answer(match.match(query, targets=targets, embedder=words, store="c")) == without
    assert len(words.asked) == 2


class Alike(Words):
    """Takes an abacus for a computer."""

    def embed(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """Unit vectors, after the one word is put in the place of the other."""
        return super().embed([text.replace("算盘珠子", "智算") for text in texts], kind)


def test_recommendations_find_what_no_relation_and_no_word_leads_to(graph: Database) -> None:
    text = "售卖算盘珠子的老字号商铺想寻找同行"
    plain = graph.answer(recommend.recommend(text, targets=["Firm"], embedder=None))
    assert "aifirm" not in [item.entity.uid for item in plain.items]
    alike = Alike("alike", "智算")
    store_vectors(graph, alike, REFERENCE)
    alike.asked.clear()
    found = graph.answer(recommend.recommend(text, targets=["Firm"], embedder=alike))
    assert len(alike.asked) == 1  # the query; the rest is stored
    assert found.items[0].entity.uid == "aifirm"
    assert found.items[0].parts["text"] > 0
