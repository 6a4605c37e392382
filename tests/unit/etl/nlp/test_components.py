import pytest
import spacy

from etl.nlp.extractor import Extractor, create_nlp

TEXT = "海南大学与三亚深蓝装备有限公司（以下简称深蓝装备）共建三亚深海装备中试基地，深蓝装备将投资2亿元。"


def test_components_work_for_people_who_have_only_spacy() -> None:
    nlp = spacy.blank("zh")
    nlp.add_pipe("innograph_reader", config={"setting": "fast"})
    nlp.add_pipe("innograph_mentions")
    nlp.add_pipe("innograph_relations")
    doc = nlp(TEXT)
    assert ("海南大学", "University") in {(m.name, m.type) for m in doc._.mentions}
    assert doc._.aliases == {"深蓝装备": "三亚深蓝装备有限公司"}
    assert {span.label_ for span in doc.spans["innograph"]} >= {"University", "Firm", "PilotBase"}


def test_the_tokenizer_keeps_the_text_and_gives_words_with_tags() -> None:
    nlp = create_nlp("fast")
    doc = nlp.make_doc("海南大学在海口。\n\n  第二段 Sanya")
    assert doc.text == "海南大学在海口。\n\n  第二段 Sanya"
    assert [token.text for token in doc][:3] == ["海南大学", "在", "海口"]
    assert doc[0].tag_ == "ORG"


def test_extraction_states_who_builds_what_and_what_is_planned() -> None:
    extraction = Extractor(create_nlp("fast"))(TEXT)
    stated = {(r.head, r.type, r.tail): r for r in extraction.relations}
    assert ("海南大学", "BUILDS", "三亚深海装备中试基地") in stated
    assert ("三亚深蓝装备有限公司", "BUILDS", "三亚深海装备中试基地") in stated
    relation = stated["海南大学", "BUILDS", "三亚深海装备中试基地"]
    (start, end) = relation.evidence[-1]
    assert "共建三亚深海装备中试基地" in extraction.text[start:end]
    assert 0 < relation.confidence <= 1


def test_a_text_that_states_nothing_yields_no_relations() -> None:
    text = "会议强调，要深入学习贯彻会议精神，抓好各项任务落实，切实提高工作的系统性和协同性。"
    assert Extractor(create_nlp("fast"))(text).relations == ()
    assert Extractor(create_nlp("fast"))("  \n ").mentions == ()


@pytest.mark.parametrize("setting", ["best", "fast"])
def test_people_are_no_entities(setting: str) -> None:
    text = (
        "本报讯（记者 赵晓梅）三亚深海装备中试基地昨日启用。海南大学副校长李建国，三亚深蓝装备有限公司总经理王海涛共同为基地揭牌。"
        "李建国说，基地将为学校的成果放大。陈立新/摄"
    )
    extraction = Extractor(create_nlp(setting))(text)
    names = {mention.name for mention in extraction.mentions}
    assert names.isdisjoint({"赵晓梅", "李建国", "王海涛", "陈立新"})
    assert {"海南大学", "三亚深蓝装备有限公司"} <= names


def test_a_figure_has_the_noun_it_counts() -> None:
    extraction = Extractor(create_nlp("fast"))("三亚市拥有84所高等院校，崖州湾科技城集聚400余家科研机构。")
    figures = {mention.surface(extraction.text) for mention in extraction.mentions if mention.type == "Target"}
    assert figures == {"84所高等院校", "400余家科研机构"}
