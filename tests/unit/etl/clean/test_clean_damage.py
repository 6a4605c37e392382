"""Damaged texts with known truth, made by bench/damage.py from our own corpus."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from bench.damage import KINDS, SITES, accuracy, shifted_gbk, spliced_spam
from etl.clean import clean
from etl.clean.pipeline import too_damaged

MARKUP = re.compile(r"\{\{([^{}|]+)\|[A-Za-z]+\}\}")
CORPUS = Path(__file__).parents[4] / "data" / "corpus"
TEXTS = [MARKUP.sub(r"\1", p.read_text("utf-8").split("\n---\n")[1]) for p in sorted(CORPUS.glob("*.ann.txt"))[::9]]
SOUND = [text for text in TEXTS if "\ufffd" not in text and "http" not in text]

# Least mean character accuracy of each kind over the texts.
LEAST = {
    "traditional_tw": 0.999,
    "traditional_hk": 0.999,
    "traditional_pinyin": 0.997,
    "traditional_pinyin_half_width": 0.997,
    "pinyin_no_tones": 0.997,
    "pinyin_full_width_brackets": 0.997,
    "zero_width": 0.999,
    "doubled_punctuation": 0.999,
    "spaced_punctuation": 0.995,
    "entities": 0.99,
    "utf8_as_latin1": 0.999,
    "utf8_as_cp1252": 0.999,
    "gbk_as_latin1": 0.98,
    "utf8_as_gbk": 0.93,  # the decoder lost bytes; what they were is flagged
    "boilerplate": 0.98,
}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_of_damage_is_repaired(kind: str) -> None:
    rng = random.Random(7)
    scores = [accuracy(text, clean(KINDS[kind](text, rng)).text) for text in SOUND[:14]]
    assert sum(scores) / len(scores) >= LEAST[kind]


def sound_pieces(truth: str, cleaned: str) -> list[str]:
    """Pieces of a cleaned text between U+FFFD that the truth does not have in this order."""
    wide = str.maketrans(",;:?!()", "，；：？！（）")
    truth, at, wrong = truth.translate(wide), 0, []
    for piece in cleaned.translate(wide).replace("？！？", "\ufffd").split("\ufffd"):
        found = truth.find(piece, at)
        if found < 0:
            wrong.append(piece)
        else:
            at = found + len(piece)
    return wrong


# php swallows so much that a lone run can leave two question marks and nothing else.
@pytest.mark.parametrize("site", [s for s in SITES if s.name != "php"], ids=lambda s: s.name)
def test_no_shifted_run_is_repaired_wrongly(site) -> None:  # type: ignore[no-untyped-def]
    for text in SOUND[:10]:
        assert sound_pieces(text, clean(shifted_gbk(text, site)).text) == []


def test_a_word_of_two_characters_does_not_prove_the_one_whose_byte_is_lost() -> None:
    site = next(s for s in SITES if s.name == "browser")
    text = "白天在澄海。客户打样；下一步联调。他们把它列进《危化品储罐》；可以。"
    cleaned = clean(shifted_gbk(text, site)).text
    assert "打压" not in cleaned
    assert "海化品" not in cleaned


def test_where_one_run_is_damaged_the_remains_of_others_are_flagged() -> None:
    site = next(s for s in SITES if s.name == "php")
    text = "组织高校、院所、企业联合攻关。《措施》列出指标。资金来自天津海河产业基金，他说“往外走。”\n完。"
    cleaned = clean(shifted_gbk(text, site))
    assert sound_pieces(text, cleaned.text) == []
    assert "gbk_shift" in {flag.kind for flag in cleaned.flags}


def test_most_of_what_a_browser_shifts_comes_back() -> None:
    site = next(s for s in SITES if s.name == "browser")
    damaged = restored = 0
    for text in SOUND[:14]:
        for repair in clean(shifted_gbk(text, site)).repairs:
            if repair.kind == "gbk_shift":
                damaged += max(len(repair.replacement), len(repair.original))
                restored += len(repair.replacement.replace("\ufffd", ""))
    assert damaged > 100
    assert restored >= 0.8 * damaged


def test_the_seed_text_is_repaired() -> None:
    damaged = "推進(jìn)跨區(qū)域轉(zhuǎn)化生態(tài)建設(shè)?!洞胧窂?qiáng)調(diào)提升技術(shù)轉(zhuǎn)移機(jī)構(gòu)能力,通過《措施》實(shí)施"
    assert clean(damaged).text == "推进跨区域转化生态建设。《措施》强调提升技术转移机构能力，通过《措施》实施"


def test_a_run_that_cannot_be_repaired_is_one_mark_and_flagged() -> None:
    cleaned = clean("负责配套?;凡执ⅰ?\n下一步工作已经展开。")
    assert cleaned.text == "负责配套\ufffd\n下一步工作已经展开。"
    assert "gbk_shift" in {flag.kind for flag in cleaned.flags}
    flag = next(f for f in cleaned.flags if f.kind == "gbk_shift")
    assert cleaned.text[flag.start : flag.end] == "\ufffd"
    assert cleaned.damage > 0


def test_spam_is_flagged_where_it_stands() -> None:
    for text in SOUND[:6]:
        damaged = spliced_spam(text, random.Random(3))
        cleaned = clean(damaged)
        flags = [f for f in cleaned.flags if f.kind == "spam"]
        assert len(flags) == 1
        assert cleaned.text == damaged
        assert not any(f.kind == "spam" for f in clean(text).flags)


def test_a_text_that_is_mostly_lost_is_set_aside_with_a_reason() -> None:
    cleaned = clean("锟斤拷锟斤拷锟斤拷锟斤拷锟斤拷锟斤拷锟斤拷中试锟斤拷锟斤拷锟斤拷锟斤拷锟斤拷")
    assert "damaged" in too_damaged(cleaned)
    assert too_damaged(clean("一家中试基地。")) == ""
