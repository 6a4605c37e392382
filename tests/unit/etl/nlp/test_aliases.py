import pytest

from etl.nlp.aliases import find_aliases
from etl.nlp.view import SpanMention


def spans_of(text: str, names: list[tuple[str, str]]) -> list[SpanMention]:
    """Mentions of names (with types) in the order given, each searched behind the one before."""
    at, found = 0, []
    for name, entity_type in names:
        start = text.index(name, at)
        at = start + len(name)
        found.append(SpanMention(start, at, entity_type, name))
    return found


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        (
            "《海南省中试条例》（以下简称《条例》）施行。",
            [("《海南省中试条例》", "Policy"), ("《条例》", "Policy")],
            {"条例": "海南省中试条例"},
        ),
        (
            "海口椰安电子有限公司（椰安电子）投产。",
            [("海口椰安电子有限公司", "Firm"), ("椰安电子", "Firm")],
            {"椰安电子": "海口椰安电子有限公司"},
        ),
        (
            "中国科学院深海科学与工程研究所（下称“深海所”）牵头。",
            [("中国科学院深海科学与工程研究所", "ResearchInstitute"), ("深海所", "ResearchInstitute")],
            {"深海所": "中国科学院深海科学与工程研究所"},
        ),
        (
            "海南省科学技术厅印发通知，省科技厅负责解释。",
            [("海南省科学技术厅", "GovernmentBody"), ("省科技厅", "GovernmentBody")],
            {"省科技厅": "海南省科学技术厅"},
        ),
        (
            "The Institute of Deep Sea Science (IDSS) leads.",
            [("Institute of Deep Sea Science", "ResearchInstitute"), ("IDSS", "ResearchInstitute")],
            {"IDSS": "Institute of Deep Sea Science"},
        ),
        (
            "国家深海技术创新中心揭牌，国家深海技术创新中心三亚中心随后动工。",
            [("国家深海技术创新中心", "InnovationCenter"), ("国家深海技术创新中心三亚中心", "InnovationCenter")],
            {},
        ),
        (
            "天津市宝坻区与津冀、京津冀各地合作，宝坻先行。",
            [("天津市宝坻区", "Region"), ("津冀", "Region"), ("京津冀", "Region"), ("宝坻", "Region")],
            {"宝坻": "天津市宝坻区"},
        ),
        (
            "海南大学（三亚）与热带学院合作。",
            [("海南大学", "University"), ("三亚", "Region"), ("热带学院", "University")],
            {},
        ),
        (
            "中石化椰油公司和中石化港务公司都在；石化表示同意。",
            [("中石化椰油公司", "Firm"), ("中石化港务公司", "Firm"), ("石化", "Firm")],
            {},
        ),
    ],
)
def test_short_forms_find_their_full_names(text: str, names: list[tuple[str, str]], expected: dict[str, str]) -> None:
    assert find_aliases(text, spans_of(text, names)) == expected


def test_chains_of_short_forms_end_at_the_fullest_name() -> None:
    text = "琼海市博鳌乐城先行区管理局（以下简称乐城管理局，又称管理局）发文。"
    names = [
        ("琼海市博鳌乐城先行区管理局", "GovernmentBody"),
        ("乐城管理局", "GovernmentBody"),
        ("管理局", "GovernmentBody"),
    ]
    found = find_aliases(text, spans_of(text, names))
    assert found["管理局"] == found["乐城管理局"] == "琼海市博鳌乐城先行区管理局"
