"""Matching in memory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.answers.catalogue import PARTS, Catalogue, Record, stage_fit
from graph.answers.embedding import Encoded, Kind, Vectors
from graph.answers.reference import Reference
from graph.answers.textindex import TextIndex, terms
from graph.answers.values import MatchQuery
from graph.errors import InvalidInput

REFERENCE = Reference.load()


def record(uid: str, kind: str, name: str, text: str, fields: tuple[str, ...], region: str, stage: str = "") -> Record:
    """A record placed by the name of its region."""
    own = stage or REFERENCE.ontology.entity_types[kind].stage
    return Record(uid, uid, kind, name, text, fields, REFERENCE.geography.codes(region), own)


RECORDS = (
    record(
        "a1", "Achievement", "导热垫片", "石墨烯取向，面向通信设备散热", ("新材料",), "浙江宁波", "industrialization"
    ),
    record("a2", "Achievement", "导热机理", "石墨烯声子输运研究", ("新材料",), "北京", "research"),
    record("p1", "PilotBase", "东莞材料中试基地", "模切与涂布", ("新材料",), "广东东莞"),
    record("p2", "PilotBase", "沈阳材料中试基地", "模切与涂布", ("新材料",), "辽宁沈阳"),
    record("f1", "Fund", "绿色基金", "投向节能", ("节能环保",), "北京"),
)
HELD = Catalogue(RECORDS, REFERENCE)
QUERY = MatchQuery("q", "基站散热的导热垫片", "广东深圳", ("新材料",), "industrialization")


def test_parts_add_up_and_the_best_comes_first() -> None:
    found = HELD.match(QUERY).results
    assert found[0].uid == "a1"
    for item in found:
        assert set(item.parts) == set(PARTS)
        assert item.score == pytest.approx(sum(item.parts.values()))
    assert [item.score for item in found] == sorted((item.score for item in found), reverse=True)


def test_the_nearer_platform_wins() -> None:
    found = HELD.match(QUERY, targets=["PilotBase"]).results
    assert [item.uid for item in found] == ["p1", "p2"]
    assert found[0].parts["region"] > found[1].parts["region"] == 0.0


def test_fields_are_read_from_the_text_if_none_are_named() -> None:
    found = HELD.match(MatchQuery("q", "找新材料方面的平台"), targets=["PilotBase"]).results
    assert found[0].parts["field"] > 0


@pytest.mark.parametrize(
    ("query", "targets", "message"),
    [
        (MatchQuery("q7", " "), (), "q7"),
        (MatchQuery("q7", "散热", stage="later"), (), "later"),
        (MatchQuery("q7", "散热", region="亚特兰蒂斯"), (), "亚特兰蒂斯"),
        (MatchQuery("q7", "散热"), ("Planet",), "Planet"),
    ],
)
def test_queries_that_make_no_sense_are_refused(query: MatchQuery, targets: tuple[str, ...], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        HELD.match(query, targets=targets)


def test_many_queries_give_what_each_gives_alone() -> None:
    queries = [QUERY, MatchQuery("r", "投向节能的基金"), QUERY]
    assert list(HELD.match_all(queries)) == [HELD.match(query) for query in queries]


def test_an_empty_catalogue_matches_nothing() -> None:
    assert Catalogue((), REFERENCE).match(QUERY).results == ()


@pytest.mark.parametrize(
    ("wanted", "uid", "fit"),
    [
        ("industrialization", "a1", 1.0),
        ("pilot", "a1", 0.35),
        ("research", "a1", 0.0),
        ("industrialization", "a2", 0.55),
        ("concept_verification", "a2", 0.55),
        ("pilot", "p1", 1.0),
        ("concept_verification", "p1", 0.3),
        ("industrialization", "f1", 0.9),
        ("", "a1", 0.0),
    ],
)
def test_stage_fit(wanted: str, uid: str, fit: float) -> None:
    found = next(item for item in RECORDS if item.uid == uid)
    assert stage_fit(REFERENCE.ontology, wanted, found) == fit


class LettersEmbedder:
    """Vectors that count a few characters: enough to see the semantic part at work."""

    name = "letters of 热能模研"

    def embed(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """Unit vectors of the counts, the kind ignored."""
        counts = np.array([[1 + text.count(ch) for ch in "热能模研"] for text in texts], dtype=np.float32)
        return np.asarray(counts / np.linalg.norm(counts, axis=1, keepdims=True), dtype=np.float32)


def test_an_embedder_adds_the_semantic_part() -> None:
    held = Catalogue(RECORDS, REFERENCE, embedder=LettersEmbedder())
    found = {item.uid: item for item in held.match(MatchQuery("q", "热热热")).results}
    assert found["a1"].parts["semantic"] > found["p1"].parts["semantic"]
    assert HELD.match(QUERY).results[0].parts["semantic"] == 0.0


class PiecesEmbedder(LettersEmbedder):
    """The same with a vector for each character."""

    def encode(self, texts: Sequence[str], kind: Kind) -> list[Encoded]:
        """The vectors of embed and those of each character, all of which tell the same."""
        return [
            Encoded(
                vector,
                np.eye(5, dtype=np.float32)[["热能模研".find(ch) for ch in text]],
                np.ones(len(text), dtype=np.float32),
            )
            for vector, text in zip(self.embed(texts, kind), texts, strict=True)
        ]


def test_pieces_are_compared_one_by_one() -> None:
    held = Catalogue(RECORDS, REFERENCE, embedder=PiecesEmbedder())
    found = {item.uid: item.parts["semantic"] for item in held.match(MatchQuery("q", "热")).results}
    assert found["a1"] > found["p1"]
    again = held.match(MatchQuery("q", "热")).results
    assert {item.uid: item.parts["semantic"] for item in again} == found


def test_stored_vectors_are_taken_as_they_are() -> None:
    vectors = np.zeros((len(RECORDS), 4), dtype=np.float32)
    vectors[3] = LettersEmbedder().embed(["热热热"], "query")[0]
    held = Catalogue(RECORDS, REFERENCE, embedder=LettersEmbedder(), vectors=vectors)
    found = {item.uid: item.parts["semantic"] for item in held.match(MatchQuery("q", "热热热")).results}
    assert max(found, key=lambda uid: found[uid]) == RECORDS[3].uid


def test_terms_keep_latin_words_whole_and_do_not_cross_punctuation() -> None:
    assert list(terms("SiC功率，5.5G")) == ["sic", "功", "率", "功率", "5.5g"]


@settings(deadline=None)
@given(
    st.lists(st.text(alphabet="氢能电池abc，", max_size=12), min_size=1, max_size=6),
    st.text(alphabet="氢能电池abc，", max_size=8),
)
def test_scores_are_finite_and_touch_only_shared_terms(texts: list[str], query: str) -> None:
    scores = TextIndex(texts).scores(query)
    asked = set(terms(query))
    for text, score in zip(texts, scores, strict=True):
        assert np.isfinite(score)
        assert (score > 0) == bool(asked & set(terms(text)))
