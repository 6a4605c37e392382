"""Punctuation that conversion broke: doubled, spaced out, injected between characters, or made half-width."""

from __future__ import annotations

import re
from collections import Counter

from etl.clean.edits import Edit, Work
from etl.clean.lexicon import knows

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_DOUBLED = re.compile("([，、；：])\\1+|，(?=、)|(?<!。)。。(?!。)|[，、；：]+(?=。(?!。))|(?<=[。；！？])[，、；：]+")
_SPACED = re.compile(
    f"(?<=[{_HAN}0-9A-Za-z%℃》”）]) +(?=[，。；：、！？》”）])|(?<=[，。；：、！？《“（]) +(?=[{_HAN}0-9A-Za-z《“（”》）]|$)",
    re.MULTILINE,
)
_SPREAD = re.compile(f"(?<![{_HAN}])(?:[{_HAN}] ){{3,}}[{_HAN}](?![{_HAN}])")
_INJECTED = re.compile(f"(?<=[{_HAN}])([*^~`|_#¤¦■□◆◇●○★☆※§])(?=[{_HAN}])")
_SYMBOLS = frozenset("*^~`|_#¤¦■□◆◇●○★☆※§")
_PAIR_OF_MARKS = re.compile("[，、；：。！？][，、；：。]")
_HALF = re.compile(f"(?<=[{_HAN}》”）〉」』])[,;:?!]+(?!//)|(?<=[0-9A-Za-z%+.℃)])[,;?!](?=[{_HAN}《“（])")
_PAIR = re.compile("\\(([^()（）\n]{0,200})\\)")
_CLOSED = re.compile(f"(?<=\\))[,;:?!](?=[{_HAN}《“（])")
_GAPS_LEAST = 6
_GAPS_SHARE = 0.4
_WIDE = str.maketrans({",": "，", ";": "；", ":": "：", "?": "？", "!": "！"})
_HAS_HAN = re.compile(f"[{_HAN}]")
# Kinds of damage after which a text's half-width punctuation is taken for damage too.
_BROKEN = frozenset(
    {"traditional", "pinyin", "gbk_shift", "mojibake_utf8_latin1", "mojibake_gbk_latin1", "mojibake_utf8_gbk"}
)


def doubled(work: Work) -> None:
    """Makes ，， one ， and drops a comma before 、 and before or after a full stop. 。。。 and ！！ are left: people write them."""
    if not _PAIR_OF_MARKS.search(work.text):
        return
    edits = [
        Edit(m.start(), m.end(), m[0][0] if m[1] or m[0] == "。。" else "", 0.95) for m in _DOUBLED.finditer(work.text)
    ]
    work.apply("punctuation_doubled", edits)


def spaced(work: Work) -> None:
    """Closes the gaps around full-width punctuation and in a line of single characters set apart (中 试 基 地).

    Gaps are damage where they come in numbers; a single blank after a comma is how someone typed.
    """
    if " " not in work.text:
        return
    gaps = [Edit(m.start(), m.end(), "", 0.95) for m in _SPACED.finditer(work.text)]
    marks = sum(work.characters[mark] for mark in "，。；：、！？")
    if len(gaps) >= max(_GAPS_LEAST, _GAPS_SHARE * marks):
        work.apply("punctuation_spaced", gaps)
    spread = [Edit(m.start(), m.end(), m[0].replace(" ", ""), 0.9) for m in _SPREAD.finditer(work.text)]
    work.apply("spaced_out", spread)


def injected(work: Work) -> None:
    """Deletes a symbol set between two characters that are a word, or set so five times over."""
    if _SYMBOLS.isdisjoint(work.characters):
        return
    found = list(_INJECTED.finditer(work.text))
    often = Counter(m[1] for m in found)
    edits = []
    for match in found:
        before, after = work.text[match.start() - 1], work.text[match.end()]
        if match[1] != "|" and (often[match[1]] >= 5 or knows(before + after)):
            edits.append(Edit(match.start(), match.end(), "", 0.85))
    work.apply("punctuation_injected", edits)


def half_width(work: Work) -> None:
    """Makes half-width punctuation of a damaged Chinese text full-width again.

    Only where other damage was repaired and half-width commas outnumber full-width ones: an undamaged text keeps what
    its author typed.
    """
    counts = work.characters
    if counts[","] + counts["("] + counts[";"] == 0 or counts["，"] >= counts[","] > 0 or not work.kinds & _BROKEN:
        return
    work.apply("half_width", [Edit(m.start(), m.end(), m[0].translate(_WIDE), 0.9) for m in _HALF.finditer(work.text)])
    edits: list[Edit] = []
    for match in _PAIR.finditer(work.text):
        if _HAS_HAN.search(match[1]):
            edits.append(Edit(match.start(), match.start() + 1, "（", 0.9))
            edits.append(Edit(match.end() - 1, match.end(), "）", 0.9))
    work.apply("half_width", edits)
    wide = re.finditer(f"(?<=）)[,;:?!](?=[{_HAN}《“（0-9A-Za-z])", work.text)
    work.apply("half_width", [Edit(m.start(), m.end(), m[0].translate(_WIDE), 0.9) for m in wide])
    closed = _CLOSED.finditer(work.text)
    work.apply("half_width", [Edit(m.start(), m.end(), m[0].translate(_WIDE), 0.9) for m in closed])
