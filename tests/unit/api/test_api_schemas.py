from __future__ import annotations

import json
import math
from dataclasses import fields
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from api.schemas import chains, common, documents, entities, meta, recommend
from graph.answers import values

REF = values.EntityRef("Firm-1", "Firm", "甲公司")
CARD = values.RelationCard("DEVELOPS-1", "DEVELOPS", "Firm-1", "Product-1", confidence=0.123456789)
SENTENCE = values.Evidence("甲公司研发乙。", "doc-1", 0, 7, "doc-1/0", confidence=2 / 3)


class Scored(common.Answer):
    score: common.Score


@pytest.mark.parametrize(
    ("value", "written"),
    [(2 / 3, "0.6667"), (1.0, "1.0"), (-0.00001, "0.0"), (0.00005001, "0.0001"), (12.34567, "12.3457")],
)
def test_scores_are_rounded_alike(value: float, written: str) -> None:
    assert Scored(score=value).model_dump_json() == f'{{"score":{written}}}'


def test_a_frozen_value_becomes_its_shape_all_the_way_down() -> None:
    step = values.PathStep(REF, REF, CARD, "out", (SENTENCE,))
    shape = chains.Paths.model_validate(values.Paths(REF, REF, (values.Path((REF, REF), (step,), 1.5, 0.4),)))
    sent = json.loads(shape.model_dump_json())
    assert sent["paths"][0]["steps"][0]["evidence"][0]["confidence"] == 0.6667
    assert sent["paths"][0]["steps"][0]["relation"]["confidence"] == 0.1235
    assert sent["paths"][0]["entities"][0] == {"uid": "Firm-1", "type": "Firm", "name": "甲公司"}


MIRRORED: list[tuple[type[Any], type[BaseModel], set[str]]] = [
    (values.EntityRef, common.EntityRef, set()),
    (values.EntityCard, entities.Entity, {"redirected_from"}),
    (values.Evidence, common.Evidence, set()),
    (values.RelationCard, common.Relation, set()),
    (values.Neighbour, entities.Neighbour, set()),
    (values.MentionView, entities.Mention, set()),
    (values.RelationEvidence, entities.RelationEvidence, {"cursor"}),
    (values.DocumentRef, documents.DocumentRef, set()),
    (values.Statement, documents.Statement, set()),
    (values.Contradiction, documents.Contradiction, set()),
    (values.DocumentView, documents.Document, set()),
    (values.SentenceView, entities.Sentence, set()),
    (values.Hit, entities.Hit, set()),
    (values.PathStep, common.PathStep, set()),
    (values.Path, chains.Path, set()),
    (values.Paths, chains.Paths, set()),
    (values.Via, chains.Via, set()),
    (values.Enabler, chains.Enabler, set()),
    (values.Filler, chains.Filler, set()),
    (values.ChainStep, chains.ChainStep, set()),
    (values.Chain, chains.Chain, set()),
    (values.Gap, chains.Gap, set()),
    (values.Start, common.Start, set()),
    (values.Chains, chains.Chains, set()),
    (values.Coverage, chains.Coverage, set()),
    (values.Gaps, chains.Gaps, set()),
    (values.GapCell, chains.GapCell, set()),
    (values.GapMatrix, chains.GapMatrix, set()),
    (values.Change, recommend.Change, set()),
    (values.Recommendation, recommend.Recommendation, set()),
    (values.Recommendations, recommend.Recommendations, set()),
    (values.MatchQuery, recommend.MatchQuery, set()),
    (values.MatchItem, recommend.MatchItem, set()),
    (values.MatchResult, recommend.MatchResult, set()),
    (values.Statistics, meta.Statistics, set()),
]


@pytest.mark.parametrize(("value", "shape", "unsent"), MIRRORED, ids=lambda v: getattr(v, "__name__", ""))
def test_shapes_hold_what_the_answers_hold(value: type[Any], shape: type[BaseModel], unsent: set[str]) -> None:
    assert set(shape.model_fields) - {"next"} == {field.name for field in fields(value)} - unsent


def test_every_answer_is_mirrored() -> None:
    mirrored = {value for value, _, _ in MIRRORED} | {values.Page}
    declared = {v for v in vars(values).values() if isinstance(v, type) and v.__module__ == values.__name__}
    assert declared == mirrored


@pytest.mark.parametrize(
    "body",
    [
        {"text": "a\ud800"},
        {"text": "a", "title": "\udfff"},
        {"text": "a", "\ud800": 1},
        {"text": "a", "date": "2026-13"},
        {"text": "a", "date": "2026-1-1"},
        {"text": "a", "date": "2026-01-01\n"},
        {"text": "a", "id": "x\x00"},
        {"text": "a", "id": "x" * 201},
        {"text": ""},
        {"text": "a", "texts": "b"},
        {"title": "a"},
    ],
)
def test_documents_that_cannot_be_used(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        documents.DocumentRequest.model_validate(body)


def test_the_text_of_a_document_is_kept_as_it_came() -> None:
    assert documents.DocumentRequest(text=" 甲\u3000\n").text == " 甲\u3000\n"


def test_half_characters_are_found_at_any_depth() -> None:
    deep: Any = "\ud800"
    for _ in range(5_000):
        deep = [deep]
    with pytest.raises(ValidationError, match="surrogate"):
        meta.CypherRequest.model_validate({"query": "RETURN $x", "parameters": {"x": deep}})


@pytest.mark.parametrize(
    "body",
    [{}, {"entity": "a", "text": "b"}, {"entity": " "}, {"text": "a", "limit": 0}, {"text": "a", "limit": math.inf}],
)
def test_a_recommendation_needs_one_start(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        recommend.RecommendationRequest.model_validate(body)


def test_match_ids_must_differ_and_their_number_is_capped() -> None:
    def ask(ids: list[str]) -> recommend.MatchRequest:
        queries = [{"id": i, "text": "t"} for i in ids]
        return recommend.MatchRequest.model_validate({"queries": queries, "targets": ["Firm"]})

    assert len(ask([str(n) for n in range(recommend.MAX_QUERIES)]).queries) == recommend.MAX_QUERIES
    for ids in (["a", "a"], ["a", " a "], [], [str(n) for n in range(recommend.MAX_QUERIES + 1)]):
        with pytest.raises(ValidationError):
            ask(ids)
