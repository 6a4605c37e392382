"""Traditional to simplified characters, word by word (OpenCC's tw2s), where a text is traditional.

tw2s and not t2s: t2s leaves 標志著 as 标志著. A simplified text is never put through it, for it would make 代工著称 代工着称.
The decision is taken for the text, and line by line where a text mixes both: see :func:`traditional`.
"""

from __future__ import annotations

import functools
import re
from collections import Counter

import numpy as np

from etl.clean.edits import Work

_LINE_SHARE = 0.3
_LINE_LEAST = 2
# Proper names that keep the character which tw2s replaces.
_KEPT = re.compile("(?:昇(?=[騰腾思輝辉興兴])|(?<=[畢毕])昇|乾(?=[照景元安縣县泰宇]))")


@functools.cache
def _converter() -> object:
    import opencc

    return opencc.OpenCC("tw2s")


def to_simplified(text: str) -> str:
    """The text in simplified characters, always as long as it was."""
    found: str = _converter().convert(text)  # type: ignore[attr-defined]
    found = found.translate(_leftovers())
    if len(found) != len(text):  # no entry of tw2s changes the length; a user's own OpenCC files might
        found = "".join(map(_one, text))
    if "昇" in text or "乾" in text:
        letters = list(found)
        for match in _KEPT.finditer(text):
            letters[match.start()] = match[0]
        found = "".join(letters)
    return found


def _one(character: str) -> str:
    found: str = _converter().convert(character)  # type: ignore[attr-defined]
    return found if len(found) == 1 else character


def _encodes(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


@functools.cache
def _leftovers() -> dict[int, str]:
    """Variants used in Hong Kong that tw2s does not know (衞, 敍), to their simplified form."""
    import opencc

    every = "".join(map(chr, range(0x4E00, 0x9FA6)))
    mine: str = _converter().convert(every)  # type: ignore[attr-defined]
    theirs = opencc.OpenCC("hk2s").convert(every)
    return {ord(a): c for a, b, c in zip(every, mine, theirs, strict=True) if a == b != c and not _encodes(a, "gb2312")}


@functools.cache
def alphabets() -> tuple[frozenset[str], frozenset[str]]:
    """Characters that only traditional text has, and those that only simplified text has."""
    every = [chr(c) for c in range(0x4E00, 0x9FA6)]
    simplified: str = to_simplified("".join(every))
    only_traditional = {a for a, b in zip(every, simplified, strict=True) if a != b and not _encodes(a, "gb2312")}
    only_simplified = {ch for ch in every if _encodes(ch, "gb2312") and not _encodes(ch, "big5hkscs")}
    return frozenset(only_traditional - {"昇", "鍾"}), frozenset(only_simplified)


def shares(counts: Counter[str]) -> tuple[int, int]:
    """Numbers of characters that only traditional and only simplified text has."""
    old, new = alphabets()
    return (
        sum(counts[ch] for ch in old.intersection(counts)),
        sum(counts[ch] for ch in new.intersection(counts)),
    )


def traditional(counts: Counter[str]) -> bool:
    """Whether a stretch of text is traditional: at least two telling characters and 30% of the telling ones.

    A simplified line with one traditional name keeps it: tw2s on the rest of the line would do more harm than good.
    """
    old, new = shares(counts)
    return old >= _LINE_LEAST and old >= _LINE_SHARE * (old + new)


def simplify(work: Work) -> None:
    """Converts what is traditional; a text of one script at once, a mixed one line by line."""
    old, new = shares(work.characters)
    if old == 0:
        return
    text = work.text
    if old > 20 * new:
        converted = to_simplified(text)
    else:
        lines = text.split("\n")
        converted = "\n".join(to_simplified(line) if traditional(Counter(line)) else line for line in lines)
    if converted == text:
        return
    before = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    after = np.frombuffer(converted.encode("utf-32-le", "surrogatepass"), np.uint32)
    changed = np.flatnonzero(before != after).astype(np.int64)
    origins = work.origin(changed)
    breaks = np.flatnonzero((np.diff(changed) != 1) | (np.diff(origins) != 1))  # a run ends where pinyin stood, too
    starts = changed[np.concatenate(([0], breaks + 1))]
    ends = changed[np.concatenate((breaks, [len(changed) - 1]))] + 1
    work.substitute(converted, "traditional", starts, ends, 0.99)
