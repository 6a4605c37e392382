from etl.nlp.mentions import document_mentions
from etl.nlp.reader import ReadSpan


def test_a_name_read_once_is_found_everywhere_and_earlier_too() -> None:
    text = "椰安电子扩产。记者获悉，海口椰安电子有限公司（椰安电子）已在复兴城投产。"
    start = text.index("海口")
    spans = [
        ReadSpan(start, start + 10, "Firm", 0.9),
        ReadSpan(start + 11, start + 15, "Firm", 0.9),
    ]
    mentions, aliases = document_mentions(text, spans)
    assert [(m.start, m.name) for m in mentions] == [
        (0, "海口椰安电子有限公司"),
        (start, "海口椰安电子有限公司"),
        (start + 11, "海口椰安电子有限公司"),
    ]
    assert aliases == {"椰安电子": "海口椰安电子有限公司"}


def test_titles_of_policies_are_marked_whole_and_other_titles_are_not() -> None:
    text = "《三亚市深海科技成果转化办法》施行，《三亚晚报》报道。"
    mentions, _ = document_mentions(text, [ReadSpan(1, 4, "Region", 0.8)])
    assert [(m.type, text[m.start : m.end], m.name) for m in mentions] == [
        ("Policy", "《三亚市深海科技成果转化办法》", "三亚市深海科技成果转化办法")
    ]


def test_latin_names_are_repeated_only_as_whole_words() -> None:
    text = "NIO builds cars. NIOX is another firm. NIO sells them."
    mentions, _ = document_mentions(text, [ReadSpan(0, 3, "Firm", 0.9)])
    assert [m.start for m in mentions] == [0, text.rindex("NIO sells")]


def test_a_kind_of_fund_counts_only_as_the_short_form_of_a_name() -> None:
    text = "甲市瑞合成果转化基金（以下简称转化基金）设立。乙市也要设成果转化基金。"
    kind = text.rindex("成果转化基金")
    spans = [ReadSpan(0, 10, "Fund", 0.9), ReadSpan(15, 19, "Fund", 0.9), ReadSpan(kind, kind + 6, "Fund", 0.9)]
    mentions, aliases = document_mentions(text, spans)
    assert aliases["转化基金"] == "甲市瑞合成果转化基金"
    assert document_mentions("各地设立成果转化基金。", [ReadSpan(4, 10, "Fund", 0.9)]) == ([], {})
    assert {m.name for m in mentions} == {"甲市瑞合成果转化基金"}


def test_no_spans_and_no_titles_give_nothing() -> None:
    assert document_mentions("会议强调要抓好落实。", []) == ([], {})


def test_a_name_read_whole_once_is_whole_where_it_was_read_in_parts() -> None:
    text = "签约的有圣岳海济生产基地项目。会上，圣岳海济生产基地项目介绍了进度。"
    second = text.rindex("圣岳")
    spans = [
        ReadSpan(4, 14, "Project", 0.9),
        ReadSpan(second, second + 4, "Firm", 0.6),
        ReadSpan(second + 4, second + 10, "Project", 0.6),
    ]
    mentions, _ = document_mentions(text, spans)
    assert [(m.start, m.name) for m in mentions] == [(4, "圣岳海济生产基地项目"), (second, "圣岳海济生产基地项目")]


def test_what_a_bracket_introduces_is_a_name_though_it_was_not_read() -> None:
    text = "省工信厅发布《海沂省中试实施方案》(以下简称“实施方案”)。实施方案提出三条。"
    mentions, aliases = document_mentions(text, [])
    policies = [text[m.start : m.end] for m in mentions if m.type == "Policy"]
    assert policies == ["《海沂省中试实施方案》", "实施方案", "实施方案"]
    assert aliases == {"实施方案": "海沂省中试实施方案"}


def test_offices_without_their_place_and_leaders_of_a_chain_are_read_from_their_wording() -> None:
    text = "由市科技局会同省工信厅推进，各设区市科技局落实；以青原为链主的铝加工链已成形，以大企业为链主的格局未变。"
    mentions, _ = document_mentions(text, [])
    assert [(m.name, m.type) for m in mentions] == [
        ("市科技局", "GovernmentBody"),
        ("省工信厅", "GovernmentBody"),
        ("青原", "Firm"),
    ]


def test_two_titles_read_as_one_policy_are_two() -> None:
    text = "印发《甲市中试行动方案(2025-2027年)》《甲市中试指引(试行)》，请执行。"
    mentions, _ = document_mentions(text, [ReadSpan(2, text.index("，"), "Policy", 0.9)])
    assert [m.name for m in mentions] == ["甲市中试行动方案(2025-2027年)", "甲市中试指引(试行)"]


def test_a_list_of_firms_makes_its_members_firms() -> None:
    text = "青电建、白蜂科技、黑望新材料等12家企业签约。"
    spans = [ReadSpan(0, 3, "Firm", 0.9), ReadSpan(4, 8, "Firm", 0.9), ReadSpan(9, 14, "Technology", 0.5)]
    mentions, _ = document_mentions(text, spans)
    assert {m.type for m in mentions} == {"Firm"}
