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
