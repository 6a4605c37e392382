"""What a run of shifted GBK was: every filling of its gaps is a path through a lattice, the cheapest cut into words picks one.

See :mod:`etl.clean.shift` for how such a run comes about. All bytes between its ends are known. Unknown are the first byte of
the first character, the last byte of the last, and the pairs that were dropped. A filling is accepted only if it damages
back to what is seen, no other filling comes near, and what was filled in belongs to known words.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from etl.clean.gbk import ASCII_HALF, LEADS, character, damaged_pattern, unassigned
from etl.clean.language import DEAREST_MARK, FUNCTION, Lattice, Reading, best_readings, rare, single
from etl.clean.lexicon import usual_words, verbs, word_costs
from etl.clean.pinyin import _BRACKET as BRACKETED_PINYIN
from etl.clean.pinyin import plain_reading, readings
from etl.clean.report import REPLACEMENT
from etl.clean.script import to_simplified

_NOT_LAST = "，、：《“（·—…”》"
_FINAL = "了的过着家个项人元年月日中上里内时"
_CONTEXT = 4
# Least distances in cost (nats) to the next reading: for a character that words prove, the same for words usual in this
# field, for one read in pinyin, for a full stop, for the last character of a word of two, and for what stands between.
_MARGIN_FIRST = 6.0
_MARGIN_USUAL = 3.0
_MARGIN_READ = 3.0
_MARGIN_STOP = 5.0
_MARGIN_LAST = 8.0
_MARGIN_INSIDE = 5.0
_MOST_UNITS_WITH_DROPS = 14
_ANY_LEAD = tuple(range(0xA1, 0xFF))
_DROP_COST = 1.0
_LOOSE = 0.2
_STRANGE = 0.05


@dataclass(frozen=True, slots=True)
class Solution:
    """What a run was: its end in the text, what to put there, and its cost a character (smaller is better)."""

    end: int
    text: str
    confidence: float
    rank: float


@dataclass(slots=True)
class Run:
    """A damaged stretch of the text and one way in which it may have ended.

    Attributes:
        start: Where it starts, its mark included.
        end: Where it ends.
        first: The ASCII character whose byte starts the second character.
        units: What is seen between, as pairs of bytes.
        last: How the last character ends: ``lost`` (second byte unknown), or the byte itself.
        reading: Pinyin of the last character, if it stands behind it.
        swallowed: ASCII character that was swallowed at the end, for example the bracket before pinyin.
        lasts: What the last byte can be, if ``last`` is unknown; empty for any.
        replaced: ASCII characters that stand for pairs of bytes.
    """

    start: int
    end: int
    first: str
    units: list[tuple[int, int]] = field(default_factory=list)
    last: int | None = None
    reading: str = ""
    swallowed: str = ""
    lasts: frozenset[int] = frozenset()
    replaced: set[str] = field(default_factory=set)


@functools.lru_cache(maxsize=40_000)
def simplified(ch: str) -> str:
    return to_simplified(ch)


def is_han(ch: str) -> bool:
    return "\u4e00" <= ch <= "\u9fff"


class Filler:
    """Finds what the runs of one text were.

    Args:
        text: The text.
        own: Words that its sound part uses again and again.
        foreign: Characters of the script that the text is not written in.
        drops: Whether the site drops pairs without a character, so that any gap may hide one.
    """

    def __init__(self, text: str, own: frozenset[str], foreign: frozenset[str], *, drops: bool) -> None:
        self.text, self.own, self.foreign, self.drops = text, own, foreign, drops

    def __call__(self, run: Run) -> Solution | None:
        """The one acceptable filling of a run; its first or last character is U+FFFD where that alone is in doubt."""
        if not self.drops:
            return self._filled(run, drops=False)
        # Any gap may hide a dropped pair, so a reading without one must win against those with one.
        return self._filled(run, drops=True) if len(run.units) <= _MOST_UNITS_WITH_DROPS else None

    def _filled(self, run: Run, *, drops: bool) -> Solution | None:
        lattice, head, tail = self._lattice(run, drops=drops)
        if lattice is None:
            return None
        found = best_readings(lattice, self.own)
        if not found:
            return None
        best = found[0]
        end = len(best.text) - tail
        guessed = drops
        first_sure = self._first_is_sure(lattice, best, head, end)
        last_sure = run.last is not None or self._last_is_sure(run, lattice, best, head, end)
        inside = slice(head + (not first_sure), end - (not last_sure))
        if inside.stop - inside.start < 2 or not self._known(
            best, inside, strict=guessed or self.text[run.start] == "?"
        ):
            return None
        if guessed:  # with gaps inside there is much to choose from: no other choice may come near
            plain = to_simplified(best.text[inside])
            others = [
                r.cost
                for r in found[1:]
                if to_simplified(r.text[inside.start : len(r.text) - tail - (not last_sure)]) != plain
            ]
            if not (first_sure and last_sure) or min(others, default=best.cost + 20.0) - best.cost < _MARGIN_INSIDE:
                return None
        if not self._damages_back(run, best.text[head:end]):
            return None
        text = (
            ("" if first_sure else REPLACEMENT) + best.text[inside] + ("" if last_sure else REPLACEMENT) + run.swallowed
        )
        doubts = (not first_sure) + (not last_sure)
        return Solution(run.end, text, 0.95 - 0.1 * doubts - 0.1 * guessed, best.cost / len(best.text) + doubts)

    def _first_is_sure(self, lattice: Lattice, best: Reading, head: int, end: int) -> bool:
        """Whether the first character is certain: nothing comes near it, and a full stop stands where only one can."""
        ch = best.text[head]
        margin = self._margin(lattice, head, ch, best)
        if ch == "。":
            following = to_simplified(best.text[head + 1 : end])
            # 常怀念 and 。怀念 are told apart by nothing: before a verb the full stop may be the adverb 常 (B3A3).
            verb = any(following[:size] in verbs() for size in (1, 2, 3, 4))
            # A sentence ends in a word: after 谈不 there comes no full stop.
            ended = head == 0 or best.covered[head - 1] or not is_han(best.text[head - 1]) or best.text[head - 1] in _FINAL
            return margin >= _MARGIN_STOP and bool(following) and following[0] not in "”》）" and not verb and ended
        usual, long = _proof(best.text, head)
        return best.covered[head] and (usual or long) and margin >= (_MARGIN_USUAL if usual else _MARGIN_FIRST)

    def _last_is_sure(self, run: Run, lattice: Lattice, best: Reading, head: int, end: int) -> bool:
        """Whether the last character is certain."""
        ch = best.text[end - 1]
        margin = self._margin(lattice, lattice.last, ch, best)
        if not is_han(ch):
            line = self.text[self.text.rfind("\n", 0, run.start) + 1 : run.start] + best.text[head:end]
            closed = line.count("“") == line.count("”") and line.count("《") == line.count("》")
            return ch == "。" and closed and margin >= _MARGIN_LAST
        if not best.covered[end - 1]:
            return False
        if run.reading:
            return margin >= _MARGIN_READ
        usual, long = _proof(best.text, end - 1)
        return (usual or long) and margin >= (_MARGIN_FIRST if end < len(best.text) else _MARGIN_LAST)

    def _margin(self, lattice: Lattice, node: int, ch: str, best: Reading) -> float:
        """How much dearer the cheapest reading with another character at a node is."""
        others = best_readings(lattice.without(node, simplified(ch)), self.own)
        return others[0].cost - best.cost if others else 20.0

    def _after(self, run: Run) -> str:
        """The undamaged characters behind a run that words may reach into, pinyin left out."""
        if run.swallowed not in ("", "("):
            return ""
        text = self.text[run.end : run.end + 60]
        if run.swallowed == "(":
            text = "(" + text
        text = BRACKETED_PINYIN.sub("", "一" + text)[1:]
        match = re.match("[\u4e00-\u9fff，。、；：“”《》（）]*", text)
        return match[0] if match else ""

    def _lattice(self, run: Run, *, drops: bool) -> tuple[Lattice | None, int, int]:
        """The lattice of a run between its contexts, and how many characters of context stand before and behind."""
        before = BRACKETED_PINYIN.sub("", self.text[max(run.start - 40, 0) : run.start])
        left = re.search("[\u4e00-\u9fff，。、；：“”《》（）]*$", before)
        context = left[0][-_CONTEXT:] if left else ""
        lattice = Lattice()
        node = 0
        for ch in context:
            node = lattice.follow(node, {simplified(ch): ch})
        node = lattice.follow(node, self._candidates(LEADS, (ASCII_HALF,)))
        pending: tuple[int, ...] = (ord(run.first) | 0x80,)
        wild = tuple(unassigned())
        for unit in run.units:
            fixed = self._candidates(pending, (unit[0],))
            if drops:  # a pair without a character may have stood just here
                lattice.add(node, node + 1, self._candidates(pending, wild), _DROP_COST)
                lattice.add(node + 1, node + 2, self._candidates(_ANY_LEAD, (unit[0],)), _DROP_COST)
                lattice.add(node, node + 2, fixed)
                node += 2
            elif fixed:
                node = lattice.follow(node, fixed)
            else:
                return None, 0, 0
            pending = (unit[1],)
        last = self._lasts(run, pending)
        if not last:
            return None, 0, 0
        lattice.last = node
        node = lattice.follow(node, last)
        after = self._after(run)[:_CONTEXT]
        for ch in after:
            node = lattice.follow(node, {simplified(ch): ch})
        return lattice, len(context), len(after)

    def _lasts(self, run: Run, pending: tuple[int, ...]) -> Mapping[str, str]:
        trails = (run.last,) if run.last is not None else tuple(run.lasts or range(0x81, 0xFF))
        last = self._candidates(pending, trails)
        if run.reading:
            letters = plain_reading(run.reading)[0]
            return {p: ch for p, ch in last.items() if letters in readings(ch)}
        if self.text[run.end : run.end + 1] in ("", "\n") and not run.swallowed:
            return {p: ch for p, ch in last.items() if ch not in _NOT_LAST}  # no line ends in a comma
        return last

    def _candidates(self, leads: tuple[int, ...], trails: tuple[int, ...] | Mapping[int, object]) -> Mapping[str, str]:
        return _candidates(leads, tuple(trails), self.foreign)

    def _known(self, reading: Reading, body: slice, *, strict: bool) -> bool:
        """Whether a stretch is made of known words; ``strict`` where bytes inside it were filled in."""
        text = reading.text[body]
        covered = reading.covered[body]
        han = [(c, ch) for c, ch in zip(covered, text, strict=True) if is_han(ch)]
        loose = sum(not c and ch not in FUNCTION for c, ch in han)
        strange = sum(not c and rare(simplified(ch)) for c, ch in han)
        if strict:
            return loose == 0
        return loose <= _LOOSE * len(han) + 1 and strange <= _STRANGE * len(han)

    def _damages_back(self, run: Run, text: str) -> bool:
        """Whether the same accident makes of the text what is seen."""
        context = run.swallowed or self.text[run.end : run.end + 1]
        pattern = damaged_pattern(text, run.replaced, context)
        if pattern is None:
            return False
        seen = self.text[run.start : run.end]
        # The context may have been swallowed by the mark before it.
        return any(pattern.fullmatch(whole) for whole in (seen, seen + context[:1]))


def _proof(text: str, at: int) -> tuple[bool, bool]:
    """Whether the character belongs to a pair that is usual in this field, and whether to a longer word.

    A pair alone is proof of little: 打样 and 打压 differ in the one byte that is lost.
    """
    around = to_simplified(text[max(at - 4, 0) : at + 5])
    here = min(at, 4)
    words = [
        around[start : start + size]
        for size in (2, 3, 4, 5)
        for start in range(max(here - size + 1, 0), min(here, len(around) - size) + 1)
    ]
    return any(w in usual_words() for w in words if len(w) == 2), any(w in word_costs() for w in words if len(w) > 2)


@functools.lru_cache(maxsize=4_000)
def _candidates(leads: tuple[int, ...], trails: tuple[int, ...], foreign: frozenset[str]) -> Mapping[str, str]:
    """Characters that the bytes may make, as simplified -> character; symbols only if they are punctuation."""
    found: dict[str, str] = {}
    for lead in leads:
        for trail in trails:
            ch = character(lead, trail)
            if not ch or ch in foreign:
                continue
            if "\u4e00" <= ch <= "\u9fff" or single(ch) <= DEAREST_MARK or len(leads) * len(trails) == 1:
                plain = simplified(ch)
                if plain not in found or plain == ch:
                    found[plain] = ch
    return found
