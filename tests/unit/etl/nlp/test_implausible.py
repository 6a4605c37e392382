"""What cannot be an entity is refused; what can be one stays."""

import pytest

from etl.nlp.implausible import is_generic, is_person, plausible
from etl.nlp.view import SpanMention


def read(text: str, name: str, kind: str) -> list[str]:
    start = text.index(name)
    return [m.name for m in plausible(text, [SpanMention(start, start + len(name), kind, name)])]


@pytest.mark.parametrize(
    ("text", "name", "kind", "expected"),
    [
        ("《甲省中试实施方案》（甲工信发〔2024〕12号）", "甲工信发", "Firm", []),
        ("《甲省中试实施方案》(甲工信发[2024]12号)", "甲工信发[2024]12号", "Policy", []),
        ("（甲工信发〔2024〕12号）", "12号", "Target", []),
        ("甲公司2024年设12号车间", "甲公司", "Firm", ["甲公司"]),
        ("赣州晚报记者", "赣州", "Region", []),
        ("中新网大连1月4日电", "中新", "Region", []),
        ("台海网讯 昨日", "台海", "Region", []),
        ("大连市电网改造", "大连市", "Region", ["大连市"]),
        ("大连网商集聚", "大连", "Region", ["大连"]),
        ("落实国务院关于加快布局平台的决策部署", "国务院关于加快布局平台", "Policy", []),
        ("落实《科学技术进步法》", "《科学技术进步法》", "Policy", ["《科学技术进步法》"]),
        ("“氢十条”出台", "“氢十条”", "Policy", ["“氢十条”"]),
        ("细则规定", "细则", "Policy", ["细则"]),
        ("Action Plan for Pilot Bases", "Action Plan for Pilot Bases", "Policy", ["Action Plan for Pilot Bases"]),
        ("与先进制造业集群、特色产业集群一体推进", "先进制造业集群、特色产业集群", "IndustryCluster", []),
        ("东岭（南京、镇江）产业园", "东岭（南京、镇江）产业园", "Park", ["东岭（南京、镇江）产业园"]),
        ("百年二号创投基金3支基金设立", "百年二号创投基金3支基金", "Fund", ["百年二号创投基金"]),
        ("建成后年产值超7亿元", "后年产值超7亿元", "Target", ["年产值超7亿元"]),
        ("收入将超60亿元", "将超60亿元", "Target", ["超60亿元"]),
        ("用户开放共享的比例不低于60%", "用户开放共享的比例不低于60%", "Target", ["比例不低于60%"]),
        ("中新网6月12日电", "中新网", "Region", []),
        ("基地暨锶产业研究院", "暨锶产业研究院", "ResearchInstitute", ["锶产业研究院"]),
        ("暨南大学研究院", "暨南大学研究院", "ResearchInstitute", ["暨南大学研究院"]),
        ("甲市委书记调研", "甲市委", "Region", ["甲市"]),
        ("达产产值20亿元", "产产值20亿元", "Target", ["产值20亿元"]),
        ("甲市加快建设概念验证中心的方案", "甲市加快建设概念验证中心", "ConceptVerificationCenter", []),
        ("印发《甲市“破茧计划”》", "《甲市“破茧计划”》", "Policy", ["《甲市“破茧计划”》"]),
    ],
)
def test_what_is_no_entity_is_refused(text: str, name: str, kind: str, expected: list[str]) -> None:
    assert read(text, name, kind) == expected


@pytest.mark.parametrize(
    ("name", "kind", "generic"),
    [
        ("科技成果转化基金", "Fund", True),
        ("示范性概念验证中心", "ConceptVerificationCenter", True),
        ("国家科技成果转化引导基金", "Fund", False),
        ("未来科技园", "Park", False),
        ("重大技术", "Technology", False),
    ],
)
def test_a_kind_of_platform_is_no_name(name: str, kind: str, generic: bool) -> None:
    assert is_generic(name, kind) is generic


@pytest.mark.parametrize("word", ["王建国", "欧阳明", "李明"])
def test_a_surname_makes_a_person(word: str) -> None:
    assert is_person(word)


@pytest.mark.parametrize("word", ["凯莱英", "苏创投", "川渝", "The", "王"])
def test_other_words_are_no_person(word: str) -> None:
    assert not is_person(word)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("超过1400亿元", ("超过1400亿元", "Money")),
        ("投资总额超145亿元", ("超145亿元", "Money")),
        ("总规模200亿元", ("200亿元", "Money")),
        ("超过43亿人民币", ("超过43亿人民币", "Money")),
        ("销售收入超过6000万元", ("销售收入超过6000万元", "Target")),
        ("技术合同成交额突破60亿元", ("技术合同成交额突破60亿元", "Target")),
        ("5000万元以上项目12个", ("5000万元以上项目12个", "Target")),
    ],
)
def test_a_sum_alone_is_money(name: str, expected: tuple[str, str]) -> None:
    (mention,) = plausible(name, [SpanMention(0, len(name), "Target", name)])
    assert (mention.name, mention.type) == expected
