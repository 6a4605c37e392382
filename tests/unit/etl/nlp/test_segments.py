import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.nlp.segments import segments, sentences, widened


def texts(text: str, spans: list[tuple[int, int]]) -> list[str]:
    return [text[a:b] for a, b in spans]


def test_chinese_sentences_keep_their_marks_and_closing_quotes() -> None:
    text = "他说：“已经投产。”第二期未定！第三句"
    assert texts(text, sentences(text)) == ["他说：“已经投产。”", "第二期未定！", "第三句"]


def test_english_full_stops_end_sentences_but_abbreviations_do_not() -> None:
    text = "Acme Co. Ltd signed in Beijing. The zone has 30 firms."
    assert texts(text, sentences(text)) == ["Acme Co. Ltd signed in Beijing.", "The zone has 30 firms."]


def test_a_run_that_could_not_be_repaired_cuts_the_sentence() -> None:
    text = "推进生态建设\ufffd强调提升能力。"
    assert texts(text, sentences(text)) == ["推进生态建设", "强调提升能力。"]


@given(st.text(alphabet="中试。，；\n a.\ufffd（）", max_size=400))
def test_sentences_are_in_order_not_empty_and_lose_only_white_space(text: str) -> None:
    at, left_out = 0, ""
    for start, end in sentences(text):
        assert start >= at
        assert end > start
        left_out += text[at:start]
        at = end
    left_out += text[at:]
    assert set(left_out) <= {"\n", " ", "\ufffd"}


@given(st.text(alphabet="技术转移，、中试", min_size=1, max_size=900))
def test_segments_are_short_and_lose_nothing(text: str) -> None:
    spans = segments(text, limit=100)
    assert all(end - start <= 100 for start, end in spans)
    assert "".join(text[a:b] for a, b in spans) == text


@pytest.mark.parametrize(
    ("text", "wide"),
    [
        ("甲公司,乙(丙)公司:投资1,200万元;年产5.5万吨!", "甲公司，乙（丙）公司：投资1,200万元；年产5.5万吨！"),
        ('推出"验证+孵化"模式,效果好', "推出“验证+孵化”模式，效果好"),
        ("达100%,占12亿元(约1.7亿美元)", "达100%，占12亿元（约1.7亿美元）"),
        ("NIO (Hefei), Inc. builds cars; it is big.", "NIO (Hefei), Inc. builds cars; it is big."),
        ("9:30开会,见http://a.b", "9:30开会，见http://a.b"),
    ],
)
def test_half_width_marks_of_chinese_are_seen_as_full_width(text: str, wide: str) -> None:
    assert widened(text) == wide


@given(st.text(alphabet='甲乙a1,;:?!()"\n，（') | st.text())
def test_widening_keeps_every_place(text: str) -> None:
    assert len(widened(text)) == len(text)
