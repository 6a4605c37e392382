"""Sentences of a text, and the pieces that the reader takes at once. Offsets are characters, end exclusive."""

from __future__ import annotations

import re

Span = tuple[int, int]

_END = re.compile(
    r"(?:[。！？；!?;]|…{1,2})+[”’」』）)\"']*"  # Chinese and wide marks, with the closing quotes behind them
    r"|\ufffd+"  # a run that cleaning could not repair: what stands on its two sides is not one sentence
    r"|\n+"
    r"|(?<=[a-z0-9)%][a-z0-9)%])\.[”\"']?(?=\s+[A-Z“\"0-9])"  # an English full stop; not that of "Co. Ltd" or "U.S."
)
_ABBREVIATED = re.compile(r"(?:\b(?:Co|Ltd|Inc|Corp|No|St|Dr|Mr|Ms|vs|etc|approx|Univ|Dept|Prov|Tech))$")
_SOFT = ("，", "、", ", ", "；", "：", " ")
_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_MARK = re.compile(f'(?<=[{_HAN}》”）")])[,;:?!](?!//)|(?<=[0-9A-Za-z%+℃])[,;:?!](?=[{_HAN}《“（"])')
_PAIR = re.compile(r"\(([^()（）\n]{1,80})\)|\"([^\"\n]{1,80})\"")
_HAS_HAN = re.compile(f"[{_HAN}]")
_WIDE = str.maketrans(",;:?!", "，；：？！")


def widened(text: str) -> str:
    """The text with the half-width marks of its Chinese made full-width, character by character.

    Many pages of the web write 甲,乙(丙) for 甲，乙（丙）. What reads a text reads it widened, and sees the same marks whoever typed
    it; names and evidence are taken from the text as it is, at the same places.
    """
    if not _HAS_HAN.search(text):
        return text
    marks = list(_MARK.sub(lambda mark: mark[0].translate(_WIDE), text))
    for pair in _PAIR.finditer(text):
        first, last = pair.start(), pair.end() - 1
        if _HAS_HAN.search(text, max(0, first - 1), last + 2):
            marks[first], marks[last] = "（）" if pair[1] else "“”"
    return "".join(marks)


def sentences(text: str) -> list[Span]:
    """Sentences in order; together with the white space and U+FFFD between them they cover the text."""
    spans: list[Span] = []
    start = 0
    for match in _END.finditer(text):
        if match.group()[0] == "." and _ABBREVIATED.search(text, max(0, match.start() - 8), match.start()):
            continue
        end = match.start() if text[match.start()] in "\ufffd\n" else match.end()
        _append(spans, text, start, end)
        start = match.end()
    _append(spans, text, start, len(text))
    return spans


def _append(spans: list[Span], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end > start:
        spans.append((start, end))


def segments(text: str, limit: int = 220) -> list[Span]:
    """Sentences cut to at most ``limit`` characters, at commas where there are some; English gets three times as much."""
    found: list[Span] = []
    for start, end in sentences(text):
        letters = sum(ch.isascii() and ch.isalpha() for ch in text[start:end])
        longest = limit * 3 if letters * 2 > end - start else limit
        while end - start > longest:
            cut = max(text.rfind(mark, start + longest // 4, start + longest) for mark in _SOFT)
            cut = cut + 1 if cut > 0 else start + longest
            _append(found, text, start, cut)
            start = cut
        _append(found, text, start, end)
    return found
