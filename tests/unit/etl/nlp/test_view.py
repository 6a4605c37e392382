from etl.nlp.view import SpanMention, build_view


def view_of(text: str, names: list[tuple[str, str]]):
    at, mentions = 0, []
    for name, entity_type in names:
        start = text.index(name, at)
        at = start + len(name)
        mentions.append(SpanMention(start, at, entity_type, name))
    return build_view(text, mentions, list(range(len(text))))


def test_coordinated_names_are_one_group() -> None:
    view = view_of(
        "由海南大学、三亚学院和琼台师范学院共建椰岛中试基地。",
        [
            ("海南大学", "University"),
            ("三亚学院", "University"),
            ("琼台师范学院", "University"),
            ("椰岛中试基地", "PilotBase"),
        ],
    )
    assert view.group == [(0, 2), (0, 2), (0, 2), (3, 3)]
    assert view.gaps == ["由", "、", "和", "共建", "。"]


def test_a_parenthesised_short_form_stays_in_the_place_of_its_name() -> None:
    text = "海口椰安电子有限公司（椰安电子）与海南大学合作"
    mentions = [
        SpanMention(0, 10, "Firm", "海口椰安电子有限公司"),
        SpanMention(11, 15, "Firm", "海口椰安电子有限公司"),
        SpanMention(17, 21, "University", "海南大学"),
    ]
    view = build_view(text, mentions, list(range(len(text))))
    assert view.group == [(0, 2), (0, 2), (0, 2)]


def test_table_cells_know_their_headings() -> None:
    text = "序号\t基地名称\t依托单位\n1\t椰岛中试基地\t海南大学\n2\t深海中试平台\t三亚学院"
    view = view_of(
        text,
        [
            ("椰岛中试基地", "PilotBase"),
            ("海南大学", "University"),
            ("深海中试平台", "PilotBase"),
            ("三亚学院", "University"),
        ],
    )
    assert view.column == ["基地名称", "依托单位", "基地名称", "依托单位"]
    assert view.numbered == [True, True, True, True]
    assert view.leading == [True, False, True, False]


def test_words_lie_between_the_given_offsets() -> None:
    view = build_view("共建中试基地", [], [0, 2, 4])
    assert view.words(0, 6) == ["共建", "中试", "基地"]
    assert view.words(1, 6) == ["建", "中试", "基地"]
