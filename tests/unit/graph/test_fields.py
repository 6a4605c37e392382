"""Fields: synonyms, reading them out of text, nearness."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.fields import Fields

FIELDS = Fields.load()
NAMES = sorted(field.name for field in FIELDS.fields.values())


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("PEM", "质子交换膜"),
        ("pem", "质子交换膜"),
        ("质子膜", "质子交换膜"),
        ("氢能产业", "氢能"),
        ("人工智能产业", "人工智能"),
        ("新型储能", "储能"),
        ("新一代信息技术产业", "新一代信息技术"),
        ("6G", "第六代移动通信"),
        ("养蜂", "养蜂"),
    ],
)
def test_synonyms_have_one_canonical_name(name: str, canonical: str) -> None:
    assert FIELDS.canonical(name) == canonical


def test_every_parent_exists_and_no_field_is_its_own_ancestor() -> None:
    for field in FIELDS.fields.values():
        assert all(parent in FIELDS.fields for parent in field.parents)
        assert field.code not in {a for p in field.parents for a in FIELDS.ancestors[p]}


def test_no_name_stands_for_two_fields() -> None:
    assert len(set(NAMES)) == len(NAMES)


def test_find_takes_the_longest_name_and_whole_latin_words() -> None:
    text = "围绕氢能、质子交换膜燃料电池，SPEMX 不是 PEM；面向6G与AI4S，不含 HAI。"
    assert FIELDS.find(text) == ("氢能", "质子交换膜燃料电池", "质子交换膜", "第六代移动通信", "科学智能")


def test_near_relatives_are_nearer_than_far_ones() -> None:
    assert FIELDS.similarity("膜电极", "双极板") > FIELDS.similarity("膜电极", "加氢站")
    assert FIELDS.similarity("质子交换膜", "氢能") > FIELDS.similarity("质子交换膜", "光伏")
    assert FIELDS.similarity("人工智能", "氢能") == 0.0


def test_unknown_names_are_alike_only_if_equal() -> None:
    assert FIELDS.similarity("养蜂", "养 蜂") == 1.0
    assert FIELDS.similarity("养蜂", "氢能") == 0.0


@settings(deadline=None)
@given(st.sampled_from(NAMES), st.sampled_from(NAMES))
def test_similarity_is_symmetric_and_bounded(one: str, other: str) -> None:
    value = FIELDS.similarity(one, other)
    assert 0.0 <= value <= 1.0
    assert value == FIELDS.similarity(other, one)
    assert (value == 1.0) >= (one == other)


def test_specific_fields_say_more() -> None:
    assert FIELDS.specificity("质子交换膜") > FIELDS.specificity("氢能") > FIELDS.specificity("新能源")


def test_narrower_holds_what_lies_below() -> None:
    below = FIELDS.narrower("氢能")
    assert below[0] == "氢能"
    assert {"氢燃料电池", "膜电极", "质子交换膜"} <= set(below)
    assert "光伏" not in below


def test_fit_is_the_mean_of_the_best() -> None:
    assert FIELDS.fit(("氢能", "养蜂"), ("氢能",)) == 0.5
    assert FIELDS.fit((), ("氢能",)) == 0.0
    assert FIELDS.fit(("氢能",), ()) == 0.0
