"""GBK text that is read one byte late, as `?!洞胧窂?` for `。《措施》強`: repaired where the bytes prove it, flagged elsewhere.

How it comes about: the page was GBK, and a replacement of full-width by ASCII characters (A3A1 by ``!``, A3BF by ``?``,
A3BB by ``;`` …) worked on bytes. Where the second byte of one character is A3 and the first of the next is A1, it hits
across the two: the first character loses its second byte, and what follows is paired one byte late until the next ASCII
character. The lone bytes at both ends are undecodable (``?`` or U+FFFD, which may swallow an ASCII neighbour), and pairs
without a character are dropped, marked or become private-use characters.

Undoing it, all bytes between are known. Unknown are the first byte of the first character, the last byte of the last, and
the pairs that were dropped. Every filling of the gaps is a path through a lattice; the cheapest cut into words picks one.
It is accepted if it damages back to what is seen, no other filling comes near, and what was filled in belongs to known
words. Otherwise the run becomes one U+FFFD and is flagged.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from etl.clean.edits import Edit, FlagAt, Work
from etl.clean.gbk import ASCII_HALF, LEADS, MARKS, breaks_with, character, damaged_pattern, pair_of, unassigned
from etl.clean.language import DEAREST_MARK, FUNCTION, Lattice, Reading, best_readings, cost_of, own_words, rare, single
from etl.clean.lexicon import usual_words, verbs, word_costs
from etl.clean.pinyin import _BRACKET as BRACKETED_PINYIN
from etl.clean.pinyin import plain_reading, readings
from etl.clean.report import REPLACEMENT
from etl.clean.script import alphabets, shares, to_simplified

_REPLACED = "!?;:,()."
_WIDE = "[\u00a4-\ufffc\ue000-\uf8ff]"
# A mark with the ASCII character behind it; a mark that swallowed it; or the ASCII character alone, its mark dropped.
_START = re.compile(
    f"[{MARKS}][{re.escape(_REPLACED)}](?={_WIDE})|[{MARKS}](?={_WIDE}{{2}})|(?<=[\u4e00-\u9fff])[!;](?={_WIDE}{{2}})"
)
_BARE = re.compile(
    f"(?<=[\u4e00-\u9fff])(?:\ufffd[{re.escape(_REPLACED)}]\ufffd|[?][{re.escape(_REPLACED)}][?](?=\\n|\\d|$))"
)
_SWALLOWED_READING = re.compile("([a-zāáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜɡɑ]{1,6})[)）]")
# What follows a mark or stands between ASCII marks may be damaged itself and teaches no words.
_SUSPECT = re.compile(f"(?:[{MARKS}]|[!?;])[^\x00-\x7f]*")
_NOT_LAST = "，、：《“（·—…”》"
_NOT_HERE = ("(", "（")  # a bracket follows a sound character, with its pinyin perhaps
_FINAL = "了的过着家个项人元年月日中上里内时"
_STOPS = ("", "\n", *"0123456789")
_LONGEST_RUN = 120
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
_OWN_LIMIT = 200_000
# Share of a stretch in known words below which it is no Chinese: behind a mark with its ASCII character, behind a question
# mark alone, behind an ASCII character alone.
_NONSENSE = 0.5
_NONSENSE_MUTE = 0.4
_NONSENSE_BARE = 0.3
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


def gbk_shift(work: Work) -> None:
    """Repairs or flags every run that is read one byte late."""
    text = work.text
    counts = work.characters
    if not (counts["?"] or counts[REPLACEMENT] or counts["!"] or counts[";"]):
        return
    starts = list(_START.finditer(text))
    if not starts and not _BARE.search(text):
        return
    judge = _Judge(text, traditional=_is_traditional(work))
    edits: list[Edit] = []
    flags: list[tuple[int, int]] = []
    done = 0
    for match in starts:
        if match.start() < done:
            continue
        span, replacement, confidence = judge.judge(match)
        if span is None:
            continue
        start, end = span
        done = end
        edits.append(Edit(start, end, replacement, confidence))
        if REPLACEMENT in replacement:
            flags.append((start, end))
    # Where the run holds nothing but a full stop and a quotation mark, only its marks are seen.
    for match in _BARE.finditer(text):
        if any(e.start < match.end() and match.start() < e.end for e in edits):
            continue
        flags.append(match.span())
        if edits or REPLACEMENT in match[0]:  # by itself ?!? may be meant
            edits.append(Edit(*match.span(), REPLACEMENT, 0.0))
    edits.sort()
    work.flag([FlagAt("gbk_shift", start, end, 0.9) for start, end in flags])
    work.apply("gbk_shift", edits)


def _is_traditional(work: Work) -> bool:
    old, new = shares(work.characters)
    return old > new


@functools.lru_cache(maxsize=40_000)
def _plain(ch: str) -> str:
    return to_simplified(ch)


class _Judge:
    """Judges the runs of one text."""

    def __init__(self, text: str, *, traditional: bool) -> None:
        self.text = text
        only_old, only_new = alphabets()
        # A site that keeps or marks pairs without a character does not drop them.
        self.drops = REPLACEMENT not in text and not re.search("[\ue000-\uf8ff]", text)
        self.foreign = only_new if traditional else only_old

    @functools.cached_property
    def own(self) -> frozenset[str]:
        """Words that the sound part of the text uses again and again."""
        sound = _SUSPECT.sub("\n", BRACKETED_PINYIN.sub("", self.text[:_OWN_LIMIT]))
        return own_words(to_simplified(sound))

    def judge(self, match: re.Match[str]) -> tuple[tuple[int, int] | None, str, float]:
        """The span of a run with its replacement and confidence; no span if the text there reads well as it is."""
        start, body = match.span()
        marked = match[0][0] in MARKS
        mute = marked and len(match[0]) == 1
        seen = self._seen(body)
        plain_mark = mute and match[0] == "?"
        if not self._nonsense(body, seen, marked=marked and not plain_mark, mute=plain_mark) or self.text[seen : seen + 1] in _NOT_HERE:
            return None, "", 0.0
        best: Solution | None = None
        before = self.text[start - 1 : start]
        if not mute and before not in tuple(MARKS):  # without the ASCII character the bytes at the start are a guess
            # A decoder that marks the start marks the end.
            for run in self._runs(start, body, match[0][-1], marked=marked):
                found = self._solve(run)
                if found is not None and (best is None or found.rank < best.rank):
                    best = found
        if best is not None:
            return (start, best.end), best.text, best.confidence
        while start and self.text[start - 1] in MARKS + _REPLACED[:3]:
            start -= 1
        return (start, self._end_of_damage(seen)), REPLACEMENT, 0.0

    def _end_of_damage(self, seen: int) -> int:
        """Where a run that cannot be repaired ends: beyond marks and ASCII characters after which nonsense goes on."""
        while True:
            after = seen
            while after < len(self.text) and self.text[after] in MARKS + _REPLACED:
                after += 1
            following = self._seen(after)
            if after > seen and following > after and self._nonsense(after, following, marked=True):
                seen = following
                continue
            marks = [at for at in range(seen, after) if self.text[at] in MARKS]
            return marks[-1] + 1 if marks else seen

    def _seen(self, body: int) -> int:
        """Where what may be the run ends: at a mark, an ASCII character or a line end."""
        at = body
        while (
            at < len(self.text) and at - body < _LONGEST_RUN and self.text[at] > "\x7f" and self.text[at] not in MARKS
        ):
            at += 1
        return at

    def _nonsense(self, body: int, end: int, *, marked: bool, mute: bool = False) -> bool:
        """Whether the stretch does not read as Chinese."""
        stretch = self.text[body:end]
        han = [ch for ch in stretch if "\u4e00" <= ch <= "\u9fff"]
        odd = len(stretch) - len(han) - sum(single(ch) <= DEAREST_MARK and not _han(ch) for ch in stretch)
        if not han:
            return marked and odd > 0
        reading = cost_of(_each(stretch), frozenset())
        known = sum(c for c, ch in zip(reading.covered, reading.text, strict=True) if "\u4e00" <= ch <= "\u9fff")
        functions = sum(ch in FUNCTION for ch in han)
        share = (known + 0.5 * functions) / (len(han) + odd)
        if marked:
            return share < _NONSENSE or (len(han) <= 3 and any(rare(_plain(ch)) for ch in han))
        strange = sum(rare(_plain(ch)) for ch in han)
        if mute:  # a question mark before nonsense with a rare character in it
            return share < _NONSENSE_MUTE and strange + odd >= 1 and len(han) >= 3
        return share < _NONSENSE_BARE and strange + odd >= 2 and len(han) >= 3

    def _runs(self, start: int, body: int, first: str, *, marked: bool) -> Iterator[Run]:
        """Every way in which the run may have ended."""
        units: list[tuple[int, int]] = []
        replaced = {first}
        text = self.text
        at = body
        while at - body < _LONGEST_RUN:
            ch = text[at : at + 1]
            run = Run(start, at, first, list(units), replaced=set(replaced))
            if ch in _STOPS:
                if not marked or ch == "":
                    yield run  # the second byte was dropped, or the text ends
                return
            if ch in MARKS:
                yield from self._marked_ends(run, at)
                return  # a mark inside the run hides two bytes: too much to guess
            if ch < "\x80":
                if ch.isalpha():
                    run.last = ord(ch)
                    run.end = at + 1
                    yield run
                    return
                if not marked:
                    yield run
                if ch not in _REPLACED:
                    return
                replaced.add(ch)
                units.append((ASCII_HALF, ord(ch) | 0x80))
                at += 1
                continue
            pair = pair_of(ch)
            if pair is None:
                return
            if 0x40 <= pair[1] < 0x7F:
                run.last = pair[0]
                run.end = at + 1
                run.swallowed = chr(pair[1])
                yield run
            units.append(pair)
            at += 1

    def _marked_ends(self, run: Run, at: int) -> Iterator[Run]:
        """The run ends in a mark; the ASCII character behind it may be gone."""
        ch, after = self.text[at], self.text[at + 1 : at + 10]
        run.end = at + 1
        if reading := _SWALLOWED_READING.match(after):
            run.reading, run.swallowed = reading[1], "("
            yield run
            return
        if after[:1] in ("(", "（") and (reading := _SWALLOWED_READING.match(after[1:])):
            run.reading = reading[1]
        if not after or after[0] < "\x40":
            yield run
        elif ch == REPLACEMENT and (pair := pair_of(after[0])):
            # A decoder that passes over one byte of a pair without a character is in step again: the text must show it.
            run.lasts = breaks_with(pair[0])
            if not self._nonsense(at + 1, self._seen(at + 1), marked=True):
                yield run

    def _solve(self, run: Run) -> Solution | None:
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
        if inside.stop - inside.start < 2 or not self._known(best, inside, strict=guessed or self.text[run.start] == "?"):
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
            ended = head == 0 or best.covered[head - 1] or not _han(best.text[head - 1]) or best.text[head - 1] in _FINAL
            return margin >= _MARGIN_STOP and bool(following) and following[0] not in "”》）" and not verb and ended
        around = to_simplified(best.text[max(head - 1, 0) : head + 2])
        usual = any(around[at : at + 2] in usual_words() for at in range(len(around) - 1))
        return best.covered[head] and margin >= (_MARGIN_USUAL if usual else _MARGIN_FIRST)

    def _last_is_sure(self, run: Run, lattice: Lattice, best: Reading, head: int, end: int) -> bool:
        """Whether the last character is certain; a word of two characters alone is proof of little."""
        ch = best.text[end - 1]
        margin = self._margin(lattice, lattice.last, ch, best)
        if not _han(ch):
            line = self.text[self.text.rfind("\n", 0, run.start) + 1 : run.start] + best.text[head:end]
            closed = line.count("“") == line.count("”") and line.count("《") == line.count("》")
            return ch == "。" and closed and margin >= _MARGIN_LAST
        if not best.covered[end - 1]:
            return False
        if run.reading:
            return margin >= _MARGIN_READ
        reaches = end < len(best.text) and to_simplified(best.text[end - 1 : end + 1]) in word_costs()
        return margin >= (_MARGIN_FIRST if reaches else _MARGIN_LAST)

    def _margin(self, lattice: Lattice, node: int, ch: str, best: Reading) -> float:
        """How much dearer the cheapest reading with another character at a node is."""
        others = best_readings(lattice.without(node, _plain(ch)), self.own)
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
            node = lattice.follow(node, {_plain(ch): ch})
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
            node = lattice.follow(node, {_plain(ch): ch})
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
        han = [(c, ch) for c, ch in zip(covered, text, strict=True) if _han(ch)]
        loose = sum(not c and ch not in FUNCTION for c, ch in han)
        strange = sum(not c and rare(_plain(ch)) for c, ch in han)
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


def _han(ch: str) -> bool:
    return "\u4e00" <= ch <= "\u9fff"


def _each(stretch: str) -> list[str]:
    return [_plain(ch) for ch in stretch]


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
                plain = _plain(ch)
                if plain not in found or plain == ch:
                    found[plain] = ch
    return found
