"""Spans that cut a bracket, a quotation or a legal form are mended; others stay as they are."""

import itertools

import pytest

from etl.nlp.boundaries import mend
from etl.nlp.mentions import document_mentions
from etl.nlp.reader import ReadSpan
from etl.nlp.view import SpanMention


def spans(text: str, *names: tuple[str, str]) -> list[SpanMention]:
    found = []
    for name, kind in names:
        start = text.index(name)
        found.append(SpanMention(start, start + len(name), kind, name))
    return found


@pytest.mark.parametrize(
    ("text", "read", "expected"),
    [
        (
            "甲丰汽车（天津）股权投资基金也在现场",
            [("甲丰汽车", "Firm"), ("天津）股权投资基金", "Fund")],
            [("甲丰汽车（天津）股权投资基金", "Fund")],
        ),
        (
            "由感知智能研究院（苏州工业园区）有限公司提出",
            [("感知智能研究院", "ResearchInstitute"), ("苏州工业园区）有限公司", "Firm")],
            [("感知智能研究院（苏州工业园区）有限公司", "Firm")],
        ),
        (
            "上海海湾大学（海湾大学）机械学院研制",
            [("上海海湾大学", "University"), ("海湾大学）机械学院", "University")],
            [("上海海湾大学", "University"), ("海湾大学", "University")],
        ),
        ("年产值5亿元/年以上", [("年产值5亿元", "Target")], [("年产值5亿元/年以上", "Target")]),
        ("投资3亿元左右的项目", [("3亿元", "Money")], [("3亿元左右", "Money")]),
        (
            "工业和信息化部与国家发展改革委联合印发",
            [("工业和信息化部与国家发展改革委", "GovernmentBody")],
            [("工业和信息化部", "GovernmentBody"), ("国家发展改革委", "GovernmentBody")],
        ),
        ("按“1+N”架构，东岭母基金", [("“1+N”架构，东岭母基金", "Fund")], [("东岭母基金", "Fund")]),
        ("住房和城乡建设部通知", [("住房和城乡建设部", "GovernmentBody")], [("住房和城乡建设部", "GovernmentBody")]),
        ("投向西岭科创投资基金合伙企业（有限合伙），", [("西岭科创投资基金", "Fund")], [("西岭科创投资基金合伙企业（有限合伙）", "Fund")]),
        ("北岸约印股权投资管理中心（有限合伙）", [("北岸约印股权投资管理中心", "Firm")], [("北岸约印股权投资管理中心（有限合伙）", "Fund")]),
        ("它推出的“天工”量子计算机已上线", [("天工”量子计算机", "Achievement")], [("“天工”量子计算机", "Achievement")]),
        ("编码芯片“脑语”通过验证", [("编码芯片“脑语", "Achievement")], [("编码芯片“脑语”", "Achievement")]),
        ("购置设备103台（套），", [("设备103台（套", "Target")], [("设备103台（套）", "Target")]),
        ("（甲大学）说", [("甲大学）", "University")], [("甲大学", "University")]),
        ("the builder, Novel Energy (Anhui) Co Ltd, wants", [("Novel Energy", "Firm"), ("Anhui) Co Ltd", "Firm")], [("Novel Energy (Anhui) Co Ltd", "Firm")]),
        ("青山理工大学（海沂校区）等院校", [("青山理工大学", "University"), ("海沂校区", "University")], [("青山理工大学（海沂校区）", "University")]),
        ("计划于2026年上半年投用，2027年底达产", [("2026年", "Date"), ("2027年", "Date")], [("2026年上半年", "Date"), ("2027年底", "Date")]),
        ("据西河新区管理委员会（西河新区管委会）通报", [("西河新区管理委员会（西河新区管委会）", "GovernmentBody")], [("西河新区管理委员会", "GovernmentBody"), ("西河新区管委会", "GovernmentBody")]),
        ("甲公司与乙大学签约", [("甲公司", "Firm"), ("乙大学", "University")], [("甲公司", "Firm"), ("乙大学", "University")]),
    ],
)  # fmt: skip
def test_spans_are_mended(text: str, read: list[tuple[str, str]], expected: list[tuple[str, str]]) -> None:
    mended = mend(text, spans(text, *read))
    assert [(text[m.start : m.end], m.type) for m in mended] == expected
    assert all(m.name == text[m.start : m.end] for m in mended)


@pytest.mark.parametrize("text", ["“", "甲）", "（甲", "甲）乙（丙"])
def test_lone_marks_end_in_no_empty_or_overlapping_span(text: str) -> None:
    mended = mend(text, [SpanMention(0, len(text), "Firm", text)])
    assert all(m.start < m.end for m in mended)
    assert all(a.end <= b.start for a, b in itertools.pairwise(mended))


def test_an_introduced_short_form_has_the_type_of_its_full_form() -> None:
    text = "国能动力电池研究院有限责任公司（以下简称国能研究院）完成备案。国能研究院来头不小。"
    read = [
        ReadSpan(0, 15, "Firm", 0.9),
        ReadSpan(20, 25, "ResearchInstitute", 0.9),
        ReadSpan(31, 36, "ResearchInstitute", 0.9),
    ]
    mentions, aliases = document_mentions(text, read)
    assert {m.type for m in mentions} == {"Firm"}
    assert aliases == {"国能研究院": "国能动力电池研究院有限责任公司"}
