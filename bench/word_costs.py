"""Writes the word lists of the cleaner: etl/clean/words.txt and etl/clean/domain.txt.

words.txt comes from a word list with frequencies (lines of ``word count tag``), such as jieba's dict.txt; domain.txt from our
own annotated texts in data/corpus: strings of two to four characters that at least three of them use.

Usage: python bench/word_costs.py [DICT.TXT]
"""

from __future__ import annotations

import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Set
from pathlib import Path

LEAST = 20
LONGEST = 6
ROOT = Path(__file__).parent.parent
WORDS = ROOT / "etl" / "clean" / "words.txt"
DOMAIN = ROOT / "etl" / "clean" / "domain.txt"
HEAD = """\
# Chinese words by cost: -log of the word's share of a corpus of 60 million words, in half nats.
# Counted from dict.txt of jieba 0.42.1 (MIT licence, (c) 2013 Sun Junyi): words of at most {longest} characters counted at
# least {least} times and every single character; v marks verbs. Made by bench/word_costs.py.
"""
DOMAIN_HEAD = """\
# Strings of two to four characters that at least three texts of data/corpus use, by cost (-log of their share of those
# texts' characters, in half nats). Made by bench/word_costs.py.
"""
MARKUP = re.compile(r"\{\{([^{}|]+)\|[A-Za-z]+\}\}")
DOMAIN_TEXTS = 3


def _write(path: Path, head: str, costs: dict[str, float], verbs: Set[str] = frozenset()) -> None:
    groups: dict[tuple[int, bool], list[str]] = defaultdict(list)
    for word, cost in costs.items():
        groups[round(2 * cost), word in verbs].append(word)
    lines = [f"{cost / 2:g}{'v' * verb}\t{' '.join(sorted(group))}" for (cost, verb), group in sorted(groups.items())]
    path.write_text(head + "\n".join(lines) + "\n", "utf-8")


def _is_han(text: str) -> bool:
    return all("\u4e00" <= ch <= "\u9fff" for ch in text)


def general(source: Path) -> None:
    """Writes words.txt."""
    total = 0
    counts: dict[str, int] = {}
    verbs: set[str] = set()
    for line in source.read_text("utf-8").splitlines():
        word, count, tag = line.split(" ")
        if tag.startswith("v"):
            verbs.add(word)
        total += int(count)
        if _is_han(word) and len(word) <= LONGEST and (len(word) == 1 or int(count) >= LEAST):
            counts[word] = int(count)
    costs = {word: -math.log(max(n, 1) / total) for word, n in counts.items()}
    _write(WORDS, HEAD.format(longest=LONGEST, least=LEAST), costs, verbs)


def domain() -> None:
    """Writes domain.txt."""
    texts = [
        MARKUP.sub(r"\1", p.read_text("utf-8").split("\n---\n")[1])
        for p in sorted((ROOT / "data/corpus").glob("*.ann.txt"))
    ]
    total = sum(map(len, texts))
    counts: Counter[str] = Counter()
    spread: Counter[str] = Counter()
    for text in texts:
        grams = [text[i : i + n] for n in (2, 3, 4) for i in range(len(text) - n + 1)]
        counts.update(grams)
        spread.update(set(grams))
    kept = {gram: n for gram, n in counts.items() if spread[gram] >= DOMAIN_TEXTS and n >= 4 and _is_han(gram)}
    _write(DOMAIN, DOMAIN_HEAD, {gram: -math.log(n / total) for gram, n in kept.items()})


if __name__ == "__main__":
    if len(sys.argv) > 1:
        general(Path(sys.argv[1]))
    domain()
