"""Contradictions between versions, without a store."""

from __future__ import annotations

from typing import Any

import pytest

from graph.answers.conflicts import conflicts
from graph.answers.values import Contradiction, EntityRef, Evidence
from graph.errors import NotFound
from graph.queries.versions import Member, Stated, Told

CENTRE, OTHER_CENTRE = (
    EntityRef("c", "ConceptVerificationCenter", "滨海验证中心"),
    EntityRef("c2", "ConceptVerificationCenter", "海口验证中心"),
)
RUBBER, BIO, H2 = (EntityRef(uid, "Technology", uid) for uid in ("合成橡胶", "合成生物制造", "氢能"))
P = "滨海验证中心聚焦氢能、合成生物制造和智能传感等方向，服务产业链企业。"
V = P.replace("合成生物制造", "合成橡胶")


def told(document: str, number: int, text: str, *entities: EntityRef) -> Told:
    return Told(document, f"{document}/{number}", text, tuple((entity, entity.name) for entity in entities))


def ask(told: list[Told], stated: list[Stated], uid: str = "p") -> tuple[Contradiction, ...]:
    """Runs the plan on given sentences and relations; the first sentence's document is the primary."""
    relations: dict[str, set[str]] = {sentence.document: set() for sentence in told}
    for number, relation in enumerate(stated):
        for at in relation.evidence:
            relations[at.rpartition("/")[0]].add(f"{relation.type}-{number}")
    plan, given = conflicts(uid), None
    try:
        while True:
            query = plan.send(given)
            wanted: Any = query.parameters
            match query.name:
                case "versions/family":
                    given = tuple(Member(name, tuple(sorted(found))) for name, found in relations.items())
                case "versions/sentences":
                    given = tuple(told)
                case "versions/relations":
                    given = tuple(stated[int(uid.rpartition("-")[2])] for uid in wanted["uids"])
                case "entities/sentences":
                    by_uid = {item.uid: item for item in told}
                    given = {uid: Evidence(by_uid[uid].text, by_uid[uid].document, 0, 9, uid) for uid in wanted["uids"]}
    except StopIteration as end:
        found: tuple[Contradiction, ...] = end.value
        return found


def shown(found: tuple[Contradiction, ...]) -> list[tuple[str | None, str, list[str], list[str]]]:
    return [
        (item.type, item.differs, [e.name for e in item.first.entities], [e.name for e in item.second.entities])
        for item in found
    ]


def test_another_tail_in_the_same_sentence_is_a_contradiction() -> None:
    sentences = [told("p", 0, "前言。"), told("p", 1, P, CENTRE, H2, BIO), told("v", 1, V, CENTRE, H2, RUBBER)]
    stated = [
        Stated("FOCUSES_ON", CENTRE, BIO, ("p/1",)),
        Stated("FOCUSES_ON", CENTRE, H2, ("p/1", "v/1")),
        Stated("FOCUSES_ON", CENTRE, RUBBER, ("v/1",)),
    ]
    (found,) = ask(sentences, stated)
    assert shown((found,)) == [("FOCUSES_ON", "tail", ["合成生物制造"], ["合成橡胶"])]
    assert found.entity == CENTRE
    assert (found.first.evidence.text, found.second.evidence.text) == (P, V)
    assert ask(sentences, stated, uid="v") == (found,)


def test_another_head_is_one_too() -> None:
    text = "滨海验证中心负责深海传感器成果的概念验证工作，年内启动建设。"
    sentences = [
        told("p", 0, text, CENTRE, H2),
        told("v", 0, text.replace("滨海", "海口"), OTHER_CENTRE, H2),
    ]
    stated = [Stated("FOCUSES_ON", CENTRE, H2, ("p/0",)), Stated("FOCUSES_ON", OTHER_CENTRE, H2, ("v/0",))]
    assert shown(ask(sentences, stated)) == [("FOCUSES_ON", "head", ["滨海验证中心"], ["海口验证中心"])]


def test_ends_of_a_symmetric_relation_are_alike() -> None:
    text = "滨海验证中心与甲公司在椰岛签署了战略合作协议，共同推进成果转化。"
    one, other = EntityRef("a", "Firm", "甲公司"), EntityRef("z", "Firm", "丁公司")
    sentences = [told("p", 0, text, CENTRE, one), told("v", 0, text.replace("甲", "丁"), CENTRE, other)]
    stated = [
        Stated("COOPERATES_WITH", one, CENTRE, ("p/0",)),
        Stated("COOPERATES_WITH", CENTRE, other, ("v/0",)),
    ]
    assert shown(ask(sentences, stated)) == [("COOPERATES_WITH", "tail", ["甲公司"], ["丁公司"])]


def test_a_sum_that_differs_is_shown_without_a_relation_and_one_that_does_not_is_not() -> None:
    text = "项目总投资5亿元，建设期两年，由滨海市科技局组织实施并负责验收。"
    money = EntityRef("m1", "Money", "5亿元"), EntityRef("m2", "Money", "3亿元"), EntityRef("m3", "Money", "5亿元")
    different = [told("p", 0, text, money[0]), told("v", 0, text.replace("5亿", "3亿"), money[1])]
    assert shown(ask(different, [])) == [(None, "mention", ["5亿元"], ["3亿元"])]
    assert ask([told("p", 0, text, money[0]), told("v", 0, text.replace("两", "三"), money[2])], []) == ()


def test_what_was_read_in_one_text_only_is_no_contradiction() -> None:
    changed = P.replace("服务", "面向")
    sentences = [told("p", 0, P, CENTRE, H2), told("v", 0, changed, CENTRE, BIO)]
    stated = [Stated("FOCUSES_ON", CENTRE, H2, ("p/0",)), Stated("FOCUSES_ON", CENTRE, BIO, ("v/0",))]
    assert ask(sentences, stated) == ()


def test_sentences_that_do_not_correspond_contradict_nothing() -> None:
    other = "除此之外，滨海验证中心还将在未来三年里布局合成橡胶。"
    stated = [Stated("FOCUSES_ON", CENTRE, BIO, ("p/0",)), Stated("FOCUSES_ON", CENTRE, RUBBER, ("v/0",))]
    assert ask([told("p", 0, P, CENTRE, BIO), told("v", 0, other, CENTRE, RUBBER)], stated) == ()


def test_two_versions_are_compared_where_the_primary_lacks_the_sentence() -> None:
    sentences = [told("p", 0, "前言。"), told("v", 0, P, CENTRE, BIO), told("w", 0, V, CENTRE, RUBBER)]
    assert shown(ask(sentences, [])) == [(None, "mention", ["合成生物制造"], ["合成橡胶"])]
    third = [told("p", 0, P, CENTRE, BIO), told("v", 0, V, CENTRE, RUBBER), told("w", 0, V, CENTRE, RUBBER)]
    assert [item.second.evidence.document for item in ask(third, [])] == ["v", "w"]
    assert [item.second.evidence.document for item in ask(third, [], uid="w")] == ["w"]


def test_an_unknown_document_is_not_found() -> None:
    with pytest.raises(NotFound, match="no document 'p'"):
        ask([], [])
