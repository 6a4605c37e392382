"""How likely a stretch of Chinese is, by words: the judge between readings of damaged bytes.

A stretch costs what its cheapest cut into words costs. Words are those of the LAC dictionary and those that the document
itself uses elsewhere; a single character costs by how common GB2312 counts it.
"""

from __future__ import annotations

import functools
import heapq
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from etl.clean.lexicon import word_costs

_LONGEST = 6
_KEEP = 12
_STEPS = 120
# Costs in nats; those of words and characters are counted, the rest is set to match.
OWN_WORD = 9.0
SINGLE_UNKNOWN = 17.0
OTHER = 12.0
_MARKS = {
    "，": 2.5,
    "。": 3.0,
    "、": 3.5,
    "“": 5.0,
    "”": 5.0,
    "《": 5.0,
    "》": 5.0,
    "：": 5.5,
    "；": 6.0,
    "（": 5.5,
    "）": 5.5,
}
_MARKS |= {"！": 7.0, "？": 7.0, "—": 7.0, "…": 8.0, "·": 8.0}
DEAREST_MARK = max(_MARKS.values())
# A character by itself costs more than its share says, for most stand in words that the lists have.
_ALONE = 3.0
# Marks that never stand one after the other.
_BEFORE = frozenset("，。、；：《“（！？")
_AFTER = frozenset("，。、；：》）！？")
_CLASH = 8.0
# Characters that stand alone in any text, and stay alone in a cut.
FUNCTION = frozenset(
    "的了和与及在是为将对等以由从向把被使让到至于也都就又还则并或且其该此这那每各两三四五六七八九十一二年月日家项个条位次元亿万名中上下内外前后不未可能会要已再更最多新"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a lattice: its characters, its cost, and whether each character is part of a known word."""

    text: str
    cost: float
    covered: tuple[bool, ...]


@functools.cache
def _by_first() -> Mapping[str, tuple[tuple[str, float], ...]]:
    found: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for word, cost in word_costs().items():
        if len(word) > 1:
            found[word[0]].append((word, cost))
    return {first: tuple(group) for first, group in found.items()}


@functools.lru_cache(maxsize=30_000)
def single(ch: str) -> float:
    """Cost of a character by itself."""
    if ch in _MARKS:
        return _MARKS[ch]
    if not "\u4e00" <= ch <= "\u9fff":
        return OTHER
    return min(word_costs().get(ch, SINGLE_UNKNOWN), SINGLE_UNKNOWN) + (0.0 if ch in FUNCTION else _ALONE)


@functools.lru_cache(maxsize=30_000)
def rare(ch: str) -> bool:
    """Whether a Chinese character is outside GB2312's 3,755 most frequent."""
    try:
        return "\u4e00" <= ch <= "\u9fff" and ch.encode("gb2312")[0] > 0xD7
    except UnicodeEncodeError:
        return True


def own_words(text: str) -> frozenset[str]:
    """Strings of two to four characters that a text uses at least twice, of two or more Chinese characters each."""
    counts: Counter[str] = Counter()
    for size in (2, 3, 4):
        counts.update(text[i : i + size] for i in range(len(text) - size + 1))
    return frozenset(gram for gram, n in counts.items() if n >= 2 and all("\u4e00" <= ch <= "\u9fff" for ch in gram))


@dataclass(slots=True)
class Lattice:
    """Nodes from 0 to ``end`` in topological order with edges that stand for one character each.

    Attributes:
        edges: Node to (next node, candidates as simplified character -> character, extra cost).
        last: The node before the character whose second byte is lost.
    """

    end: int = 0
    last: int = 0
    edges: dict[int, list[tuple[int, Mapping[str, str], float]]] = field(default_factory=dict)

    def add(self, start: int, end: int, candidates: Mapping[str, str], cost: float = 0.0) -> None:
        """Adds an edge."""
        self.edges.setdefault(start, []).append((end, candidates, cost))
        self.end = max(self.end, end)

    def follow(self, node: int, candidates: Mapping[str, str]) -> int:
        """Adds an edge to the next node and returns that."""
        self.add(node, node + 1, candidates)
        return node + 1

    def without(self, node: int, plain: str) -> Lattice:
        """The lattice without one candidate at a node."""
        edges = dict(self.edges)
        edges[node] = [(end, {p: ch for p, ch in c.items() if p != plain}, cost) for end, c, cost in self.edges[node]]
        return Lattice(self.end, self.last, edges)


def best_readings(lattice: Lattice, own: frozenset[str]) -> list[Reading]:
    """The cheapest readings from node 0 to the end, cheapest first, at most twelve and all different."""
    own_by_first: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for word in own:
        own_by_first[word[0]].append((word, min(word_costs().get(word, OWN_WORD), OWN_WORD)))
    known = _by_first()
    hypotheses: dict[int, dict[str, tuple[float, tuple[bool, ...]]]] = defaultdict(dict)
    hypotheses[0][""] = (0.0, ())
    for node in range(lattice.end):
        if not hypotheses[node]:
            continue
        best = heapq.nsmallest(_KEEP, hypotheses[node].items(), key=lambda item: item[1][0])
        steps: dict[tuple[int, str], tuple[float, bool]] = {}
        for target, candidates, extra in lattice.edges.get(node, ()):
            cheap = heapq.nsmallest(2 * _KEEP, candidates.items(), key=lambda item: single(item[0]))
            for plain, actual in cheap:
                _keep(steps, (target, actual), single(plain) + extra, covered=False)
            for plain, actual in candidates.items():
                for group in (known.get(plain, ()), own_by_first.get(plain, ())):
                    for word, price in group:
                        for end, text, cost in _matches(lattice, target, word, 1):
                            _keep(steps, (end, actual + text), price + extra + cost, covered=True)
        for (end, text), (cost, covered) in heapq.nsmallest(
            _STEPS, steps.items(), key=lambda item: item[1][0] / len(item[0][1])
        ):
            for before, (spent, cover) in best:
                whole = before + text
                clash = text[0] in _AFTER and bool(before) and before[-1] in _BEFORE
                total = spent + cost + (_CLASH if clash else 0.0)
                if whole not in hypotheses[end] or hypotheses[end][whole][0] > total:
                    hypotheses[end][whole] = (total, cover + (covered,) * len(text))
    final = heapq.nsmallest(_KEEP, hypotheses[lattice.end].items(), key=lambda item: item[1][0])
    return [Reading(text, cost, covered) for text, (cost, covered) in final]


def _keep(
    steps: dict[tuple[int, str], tuple[float, bool]], key: tuple[int, str], cost: float, *, covered: bool
) -> None:
    if key not in steps or steps[key][0] > cost:
        steps[key] = (cost, covered)


def _matches(lattice: Lattice, node: int, word: str, at: int) -> list[tuple[int, str, float]]:
    """(end node, characters, extra cost) of every way to read the rest of a word from a node."""
    if at == len(word):
        return [(node, "", 0.0)]
    found: list[tuple[int, str, float]] = []
    for target, candidates, extra in lattice.edges.get(node, ()):
        if actual := candidates.get(word[at]):
            found.extend(
                (end, actual + rest, extra + cost) for end, rest, cost in _matches(lattice, target, word, at + 1)
            )
    return found


def cost_of(text: Sequence[str], own: frozenset[str]) -> Reading:
    """The cheapest cut of a given text."""
    lattice = Lattice()
    for index, ch in enumerate(text):
        lattice.add(index, index + 1, {ch: ch})
    return best_readings(lattice, own)[0] if text else Reading("", 0.0, ())
