"""GBK text that is read one byte late, as `?!洞胧窂?` for `。《措施》強`: repaired where the bytes prove it, flagged elsewhere.

How it comes about: the page was GBK, and a replacement of full-width by ASCII characters (A3A1 by ``!``, A3BF by ``?``,
A3BB by ``;`` …) worked on bytes. Where the second byte of one character is A3 and the first of the next is A1, it hits
across the two: the first character loses its second byte, and what follows is paired one byte late until the next ASCII
character. The lone bytes at both ends are undecodable (``?`` or U+FFFD, which may swallow an ASCII neighbour), and pairs
without a character are dropped, marked or become private-use characters.

What such a run was is found by :mod:`etl.clean.fillings`; a run without one acceptable filling becomes one U+FFFD and is
flagged.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence

from etl.clean.edits import Edit, FlagAt, Work
from etl.clean.fillings import Filler, Run, Solution, is_han, simplified
from etl.clean.gbk import ASCII_HALF, MARKS, breaks_with, pair_of
from etl.clean.language import DEAREST_MARK, FUNCTION, cost_of, own_words, rare, single
from etl.clean.pinyin import _BRACKET as BRACKETED_PINYIN
from etl.clean.report import REPLACEMENT
from etl.clean.script import alphabets, shares, to_simplified

_REPLACED = "!?;:,()."
_WIDE = "[\u00a4-\ufffc\ue000-\uf8ff]"
# A mark with the ASCII character behind it (and a mark for the first pair, if it has no character); a mark that swallowed
# it; or the ASCII character alone, its mark dropped.
_START = re.compile(
    f"[{MARKS}][{re.escape(_REPLACED)}](?=[{MARKS}]?{_WIDE})|[{MARKS}](?={_WIDE}{{2}})|(?<=[\u4e00-\u9fff])[!;](?={_WIDE}{{2}})"
)
_BARE = re.compile(
    f"(?<=[\u4e00-\u9fff])(?:\ufffd[{re.escape(_REPLACED)}]\ufffd|[?][{re.escape(_REPLACED)}][?](?=\\n|\\d|$))"
)
# In a text that has such runs: what is left of one character between two marks, and two marks that swallowed what they met.
_REMAINS = re.compile(f"(?:[{MARKS}][{re.escape(_REPLACED)}]?{_WIDE}{{1,3}})+$")
_MUTE = re.compile("(?<=[\u4e00-\u9fff])[?]{2}(?![?])")
_SWALLOWED_READING = re.compile("([a-zāáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜɡɑ]{1,6})[)）]")
# What follows a mark or stands between ASCII marks may be damaged itself and teaches no words.
_SUSPECT = re.compile(f"(?:[{MARKS}]|[!?;])[^\x00-\x7f]*")
_NOT_HERE = ("(", "（")  # a bracket follows a sound character, with its pinyin perhaps
_STOPS = ("", "\n", *"0123456789")
_LONGEST_RUN = 120
_OWN_LIMIT = 200_000
# Share of a stretch in known words below which it is no Chinese: behind a mark with its ASCII character, behind a question
# mark alone, behind an ASCII character alone.
_NONSENSE = 0.5
_NONSENSE_MUTE = 0.4
_NONSENSE_BARE = 0.3


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
    edits = _judged(judge, starts)
    if edits:  # where one run is damaged, less is needed to take another for damaged
        judge.wary = True
        edits = _judged(judge, starts)
    flags = [(e.start, e.end) for e in edits if REPLACEMENT in e.replacement]
    # Where the run holds nothing but a full stop and a quotation mark, only its marks are seen.
    bare = [*_BARE.finditer(text), *(_MUTE.finditer(text) if judge.wary else ())]
    for match in bare:
        if any(e.start < match.end() and match.start() < e.end for e in edits):
            continue
        flags.append(match.span())
        if judge.wary or REPLACEMENT in match[0]:  # by itself ?!? may be meant
            edits.append(Edit(match.start(), match.end(), REPLACEMENT, 0.0))
    edits.sort()
    work.flag([FlagAt("gbk_shift", start, end, 0.9) for start, end in flags])
    work.apply("gbk_shift", edits)


def _judged(judge: _Judge, starts: Sequence[re.Match[str]]) -> list[Edit]:
    """What becomes of the places where a run may start; none begins within another."""
    edits: list[Edit] = []
    for match in starts:
        if edits and match.start() < edits[-1].end:
            continue
        span, replacement, confidence = judge.judge(match)
        if span is not None:
            start = max(span[0], edits[-1].end) if edits else span[0]
            edits.append(Edit(start, span[1], replacement, confidence))
    return edits


def _is_traditional(work: Work) -> bool:
    old, new = shares(work.characters)
    return old > new


class _Judge:
    """Judges the runs of one text.

    Attributes:
        wary: Whether the text is known to have such runs: a question mark before nonsense is enough then.
    """

    def __init__(self, text: str, *, traditional: bool) -> None:
        self.text = text
        self.wary = False
        only_old, only_new = alphabets()
        self.foreign = only_new if traditional else only_old

    @functools.cached_property
    def fill(self) -> Filler:
        """Made when the first run asks for it: it learns the words that the sound part of the text uses again and again."""
        sound = _SUSPECT.sub("\n", BRACKETED_PINYIN.sub("", self.text[:_OWN_LIMIT]))
        # A site that keeps or marks pairs without a character does not drop them.
        drops = REPLACEMENT not in self.text and not re.search("[\ue000-\uf8ff]", self.text)
        return Filler(self.text, own_words(to_simplified(sound)), self.foreign, drops=drops)

    def judge(self, match: re.Match[str]) -> tuple[tuple[int, int] | None, str, float]:
        """The span of a run with its replacement and confidence; no span if the text there reads well as it is."""
        start, body = match.span()
        marked = match[0][0] in MARKS
        mute = marked and len(match[0]) == 1
        hidden = self.text[body] in MARKS  # a mark for the first pair
        seen = self._seen(body + hidden)
        plain_mark = mute and match[0] == "?" and not self.wary
        if (
            not self._nonsense(body + hidden, seen, marked=marked and not plain_mark, mute=plain_mark)
            or self.text[seen : seen + 1] in _NOT_HERE
        ):
            return None, "", 0.0
        best: Solution | None = None
        before = self.text[start - 1 : start]
        if not mute and before not in tuple(MARKS):  # without the ASCII character the bytes at the start are a guess
            # A decoder that marks the start marks the end.
            for run in self._runs(start, body, match[0][-1], marked=marked):
                found = self.fill(run)
                if found is not None and (best is None or found.rank < best.rank):
                    best = found
        if best is not None:
            return (start, best.end), best.text, best.confidence
        while start and self.text[start - 1] in MARKS + _REPLACED[:3]:
            start -= 1
        if self.wary and (remains := _REMAINS.search(self.text, max(0, start - 20), start)):
            start = remains.start()
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
        odd = len(stretch) - len(han) - sum(single(ch) <= DEAREST_MARK and not is_han(ch) for ch in stretch)
        if not han:
            return marked and odd > 0
        reading = cost_of(_each(stretch), frozenset())
        known = sum(c for c, ch in zip(reading.covered, reading.text, strict=True) if "\u4e00" <= ch <= "\u9fff")
        functions = sum(ch in FUNCTION for ch in han)
        share = (known + 0.5 * functions) / (len(han) + odd)
        if marked:
            return share < _NONSENSE or (len(han) <= 3 and any(rare(simplified(ch)) for ch in han))
        strange = sum(rare(simplified(ch)) for ch in han)
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


def _each(stretch: str) -> list[str]:
    return [simplified(ch) for ch in stretch]
