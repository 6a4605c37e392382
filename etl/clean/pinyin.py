"""Injected pinyin: a reading in brackets after the character it belongs to, as in 領(lǐng).

A bracket goes only if what it holds is a reading of the characters before it: 人工智能(ai) stays, for 能 is not read ai.
Readings are those of pypinyin's character table.
"""

from __future__ import annotations

import functools
import re
import unicodedata

from etl.clean.edits import Edit, Work

_LETTERS = "a-züɡɑāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿĕăĭŏŭ\u0300\u0301\u0304\u0306\u0308\u030c"
_BRACKET = re.compile(
    rf"(?<=[\u3400-\u9fff\uf900-\ufaff])[ \u3000]?([(（\[［〔【])[ \u3000]?([{_LETTERS}][{_LETTERS}0-5: '’·-]{{0,40}}?)[ \u3000]?[)）\]］〕】]"
)
_OPENED = re.compile(rf"[(（\[［〔【][ \u3000]?[{_LETTERS}]")
_MARKED = re.compile("[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿĕăĭŏŭ\u0300\u0301\u0304\u0306\u030c]")
_LOOKALIKES = str.maketrans({"ɡ": "g", "ɑ": "a", "ĕ": "ě", "ă": "ǎ", "ĭ": "ǐ", "ŏ": "ǒ", "ŭ": "ǔ"})
_SYLLABLE = re.compile(
    r"(?:[bpmfdtnlgkhjqxryw]|[zcs]h?)?(?:[iuü]?(?:a(?:ng?|i|o)?|e(?:ng?|i|r)?|o(?:ng?|u)?)|[iuü](?:ng?|u|i)?|iu|ui|ng?)"
)
_TONES = {"\u0304": "1", "\u0301": "2", "\u030c": "3", "\u0306": "3", "\u0300": "4"}


def plain_reading(syllable: str) -> tuple[str, str]:
    """A written syllable as (letters without tone, tone ``1``-``4`` or ``""``)."""
    tone = ""
    letters: list[str] = []
    for ch in unicodedata.normalize("NFD", syllable.translate(_LOOKALIKES)):
        if ch in _TONES:
            tone = _TONES[ch]
        elif ch in "12345":
            tone = ch
        elif ch == "\u0308":
            letters[-1:] = ["ü"]
        elif ch == "v":
            letters.append("ü")
        else:
            letters.append(ch)
    return "".join(letters).replace("u:", "ü"), tone


@functools.cache
def _table() -> dict[int, str]:
    # Local: the table takes 60 ms to load and most texts have no such bracket.
    from pypinyin.pinyin_dict import pinyin_dict

    return dict(pinyin_dict)


@functools.lru_cache(maxsize=30_000)
def readings(character: str) -> frozenset[str]:
    """Readings of a character without tones; ``lü`` also as ``lu``."""
    found = {plain_reading(r)[0] for r in _table().get(ord(character), "").split(",") if r}
    return frozenset(found | {r.replace("ü", "u") for r in found})


@functools.lru_cache(maxsize=100_000)
def _reads(before: str, content: str) -> float:
    """Confidence that ``content`` is injected pinyin of the last characters of ``before``; 0 if it is not."""
    marked = bool(_MARKED.search(content))
    numbered = bool(re.fullmatch(r"(?:[a-zü:]+[1-5][ '’·-]?)+", content))
    syllables = re.split(r"[ '’·-]+|(?<=[1-5])(?=[a-zü])", content.strip(" '’·-"))
    if len(syllables) == 1:
        letters = plain_reading(syllables[0])[0]
        if len(letters) < 2 and not (marked or numbered):
            return 0.0
        if letters in readings(before[-1]):
            return 0.99 if marked else 0.97 if numbered else 0.9
        if marked and _SYLLABLE.fullmatch(letters):
            return 0.8  # a reading the table lacks: letters with tone marks in a bracket are nothing else
        syllables = _split(before, letters) if marked else []
        return 0.95 if syllables else 0.0
    if not (marked or numbered):
        return 0.0  # (xiao mi) may be a brand
    if len(syllables) > len(before):
        return 0.0
    pairs = zip(before[-len(syllables) :], syllables, strict=True)
    return 0.95 if all(plain_reading(s)[0] in readings(ch) for ch, s in pairs) else 0.0


def _split(before: str, letters: str) -> list[str]:
    """Splits run-together syllables so that each is a reading of its character, from the right; empty if none fits."""
    stack: list[tuple[int, str, list[str]]] = [(len(before) - 1, letters, [])]
    while stack:
        at, rest, done = stack.pop()
        if not rest:
            return done
        if at < 0:
            continue
        stack.extend((at - 1, rest[: -len(r)], [r, *done]) for r in readings(before[at]) if r and rest.endswith(r))
    return []


def injected_pinyin(work: Work) -> None:
    """Deletes injected pinyin together with its brackets."""
    text = work.text
    if not _OPENED.search(text):
        return
    edits: list[Edit] = []
    for match in _BRACKET.finditer(text):
        start = match.start()
        confidence = _reads(text[max(start - 6, 0) : start], match[2])
        if confidence:
            edits.append(Edit(start, match.end(), "", confidence))
    work.apply("pinyin", edits)
