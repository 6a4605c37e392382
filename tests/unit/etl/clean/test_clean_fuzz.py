"""Cleaning any text: no crash, no second change, offsets within the input."""

from __future__ import annotations

import os

from hypothesis import given, settings
from hypothesis import strategies as st

from bench.damage import SITES, shifted_gbk
from etl.clean import clean

# INNOGRAPH_FUZZ=50 makes a long run of it.
TIMES = int(os.environ.get("INNOGRAPH_FUZZ", "1"))
PIECES = st.sampled_from(
    [
        "中试基地",
        "領(lǐng)導",
        "標志著",
        "?!洞胧窂?",
        "\ufffd?",
        "锟斤拷",
        "&amp;nbsp;",
        "<br/>",
        "，，",
        " ， ",
        "\u200b",
        "\ue5e5",
        "æ»¨æµ·",
        "ÖÐÊÔ",
        "涓浗",
        "\r\n",
        "(pem)",
        "（ai）",
        "来源：某报",
        "*",
        "|",
        "。。。",
        "?;凡执ⅰ?",
        "\x85",
        "\ud800",
        "首页 > 正文",
    ]
)
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=30).map("".join)


@settings(max_examples=150 * TIMES, deadline=5000)
@given(TEXTS)
def test_any_text_is_cleaned_once_and_for_all(text: str) -> None:
    cleaned = clean(text)
    again = clean(cleaned.text)
    assert again.text == cleaned.text
    assert 0 <= cleaned.damage <= 1
    for repair in cleaned.repairs:
        assert cleaned.text[repair.start : repair.end] == repair.replacement
    previous = 0
    for index in range(len(cleaned.text) + 1):
        original = cleaned.offsets.original_offset(index)
        assert previous <= original <= len(text)
        previous = original


@settings(max_examples=40 * TIMES, deadline=5000)
@given(
    st.text("，。《》“高校院所保护海河模块可科会化和后技术中试一二。", min_size=4, max_size=40), st.sampled_from(SITES)
)
def test_any_shifted_text_is_cleaned_once_and_for_all(text: str, site) -> None:  # type: ignore[no-untyped-def]
    cleaned = clean(shifted_gbk(text, site))
    assert clean(cleaned.text).text == cleaned.text
