"""A document as relation extraction sees it: mentions in order, what stands between them, groups, lines and tables."""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from etl.nlp.segments import Span, sentences, widened

_JOIN = re.compile(r"(?:[、，,;；/\s]|和|与|及|以及|、?以及|并|或|暨|还有|and|as well as|&|“|”|（|）|\(|\))+")
_CLAUSE = re.compile(r"[，,；;：:。！？!?\n]|\. ")
_NUMBERED = re.compile(r"\s*(?:[（(]?\d{1,3}[）).、．\t]|[一二三四五六七八九十]{1,3}、|[◆●■▪★☆•\-—①-⑳])")


@dataclass(frozen=True, slots=True)
class SpanMention:
    """A mention: offsets of the text, entity type, canonical name within the document."""

    start: int
    end: int
    type: str
    name: str
    confidence: float = 1.0
    method: str = "reader"

    def surface(self, text: str) -> str:
        """The mention as the text has it."""
        return text[self.start : self.end]


@dataclass(slots=True)
class View:
    """Mentions of a text with their surroundings; everything is computed once a document.

    Attributes:
        gaps: ``gaps[k]`` is the text before mention k; the last one follows the last mention.
        sentence: Index of the sentence of each mention.
        line: Index of the line of each mention.
        group: For each mention the (first, last) index of the coordinated group it stands in.
        column: Heading of the table column for each mention, or ``""``.
        leading: Whether the mention is the first of its line.
        memo: What feature extraction computed once for a mention.
    """

    text: str
    mentions: list[SpanMention]
    word_starts: list[int]
    sentence_spans: list[Span] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    sentence: list[int] = field(default_factory=list)
    line: list[int] = field(default_factory=list)
    group: list[Span] = field(default_factory=list)
    column: list[str] = field(default_factory=list)
    leading: list[bool] = field(default_factory=list)
    opening: list[bool] = field(default_factory=list)
    numbered: list[bool] = field(default_factory=list)
    english: bool = False
    memo: dict[tuple[str, int], Any] = field(default_factory=dict)

    def words(self, start: int, end: int) -> list[str]:
        """Words of a stretch of text that holds no mention."""
        first = bisect.bisect_left(self.word_starts, start)
        last = bisect.bisect_left(self.word_starts, end)
        cuts = [*self.word_starts[first:last], end]
        if first < last and cuts[0] > start:
            cuts.insert(0, start)
        return [word for a, b in itertools.pairwise(cuts) if (word := self.text[a:b].strip())]

    def clause_start(self, at: int) -> int:
        """Where the clause that holds position ``at`` begins, at most 160 characters before."""
        ends: list[int] | None = self.memo.get(("clauses", 0))
        if ends is None:
            ends = self.memo["clauses", 0] = [mark.end() for mark in _CLAUSE.finditer(self.text)]
        before = bisect.bisect_right(ends, at)
        return max(ends[before - 1] if before else 0, at - 160)

    def clause_end(self, at: int) -> int:
        """Where the clause that holds position ``at`` ends."""
        mark = _CLAUSE.search(self.text, at, at + 160)
        return mark.start() if mark else min(len(self.text), at + 160)


def build_view(text: str, mentions: Sequence[SpanMention], word_starts: Sequence[int]) -> View:
    """Computes the view; mentions are sorted and do not overlap. Its text has full-width marks (:func:`widened`)."""
    text = widened(text)
    view = View(text, sorted(mentions, key=lambda m: m.start), list(word_starts))
    view.sentence_spans = sentences(text)
    starts = [start for start, _ in view.sentence_spans]
    letters = sum(ch.isascii() and ch.isalpha() for ch in text)
    view.english = letters * 2 > len(text)
    line_starts = [0, *(at + 1 for at, ch in enumerate(text) if ch == "\n")]
    end = 0
    for mention in view.mentions:
        view.gaps.append(text[end : mention.start])
        end = mention.end
        view.sentence.append(max(0, bisect.bisect_right(starts, mention.start) - 1))
        view.line.append(bisect.bisect_right(line_starts, mention.start) - 1)
    view.gaps.append(text[end:])
    _group(view)
    _tables(view, line_starts)
    for k in range(len(view.mentions)):
        view.leading.append(k == 0 or view.line[k] != view.line[k - 1])
        view.opening.append(k == 0 or view.sentence[k] != view.sentence[k - 1])
        view.numbered.append(bool(_NUMBERED.match(text, line_starts[view.line[k]])))
    return view


def _group(view: View) -> None:
    """Groups neighbours that are coordinated; a parenthesised alias belongs to its full name's place in the group."""
    first = 0
    for k in range(1, len(view.mentions) + 1):
        if k < len(view.mentions) and _coordinated(view, k):
            continue
        view.group += [(first, k - 1)] * (k - first)
        first = k


def _coordinated(view: View, k: int) -> bool:
    before, here, gap = view.mentions[k - 1], view.mentions[k], view.gaps[k]
    if before.name == here.name:
        return len(gap) <= 8 and "\n" not in gap and "。" not in gap
    if "\n" in gap or "\t" in gap or not gap or len(gap) > 12:
        return False
    if gap.strip() in {"，", ","} and before.type != here.type:
        return False
    if before.type != here.type and {before.type, here.type} & {"Region", "Date", "Money", "Target"}:
        return False
    return bool(_JOIN.fullmatch(gap))


def _tables(view: View, line_starts: list[int]) -> None:
    """Finds the heading of the column of each mention in tab-separated lines: the nearest line above with as many cells."""
    text = view.text
    lines = [text[a : (b - 1)] for a, b in zip(line_starts, [*line_starts[1:], len(text) + 1], strict=True)]
    heading: list[str] = []
    headings: dict[int, list[str]] = {}
    with_mentions = set(view.line)
    for number, line in enumerate(lines):
        cells = line.split("\t")
        if len(cells) < 2:
            heading = []
        elif not heading or (number not in with_mentions and not re.search(r"\d", line)):
            heading = [cell.strip()[:8] for cell in cells]
        else:
            headings[number] = heading
    for mention, number in zip(view.mentions, view.line, strict=True):
        cells = headings.get(number, [])
        column = text.count("\t", line_starts[number], mention.start)
        view.column.append(cells[column] if column < len(cells) else "")
