"""From what the reader saw in single segments to the mentions of a document: names seen once are known everywhere."""

from __future__ import annotations

import bisect
import dataclasses
import re
from collections import Counter, defaultdict
from collections.abc import Sequence

import ahocorasick

from etl.nlp.aliases import find_aliases, short_form_types, strip_title
from etl.nlp.boundaries import mend
from etl.nlp.implausible import POLICY_HEAD, plausible
from etl.nlp.reader import ReadSpan
from etl.nlp.view import SpanMention

_LOOSE = {"Target", "Date", "Money", "Demand"}
_SOFT = {"Technology", "Product", "Achievement", "Project"}
_FIRMS_LISTED = re.compile(r"等(?:一批|多|数|\d+余?|[一二三四五六七八九十]+余?)?家?[\u4e00-\u9fff]{0,6}?(?:企业|公司)")
_BETWEEN = re.compile(r"[、，,和与及\s“”]{1,2}")
_QUOTED_TITLE = re.compile(r"《[^《》\n]{2,60}》")


def document_mentions(text: str, spans: Sequence[ReadSpan]) -> tuple[list[SpanMention], dict[str, str]]:
    """Mentions of a document with canonical names, and the aliases among them (short -> full).

    Titles in 《》 with the head of a policy are Policies; a name that one occurrence makes known is found in every other
    place; one surface has one type where the reader was of two minds.
    """
    found = _agree(text, [SpanMention(s.start, s.end, s.type, text[s.start : s.end], s.confidence) for s in spans])
    found = _listed(text, found)
    found = _titles(text, plausible(text, mend(text, found)))
    found = _repeat(text, found)
    introduced = short_form_types(text, found)
    found = [dataclasses.replace(m, type=introduced.get(m.name, m.type)) for m in found]
    aliases = find_aliases(text, found)
    named = [
        SpanMention(
            m.start, m.end, m.type, aliases.get(strip_title(m.name), strip_title(m.name)), m.confidence, m.method
        )
        for m in found
        if strip_title(m.name)
    ]
    return named, aliases


def _agree(text: str, spans: list[SpanMention]) -> list[SpanMention]:
    """Gives all occurrences of a name the type that the reader was surest of in sum."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for span in spans:
        if span.type not in _LOOSE:
            votes[span.name][span.type] += span.confidence  # type: ignore[assignment]
    out = []
    for span in spans:
        kinds = votes.get(span.name)
        if kinds and len(kinds) > 1 and span.type not in _LOOSE:
            (best, weight), (_, second) = kinds.most_common(2)
            if best != span.type and weight >= 2 * second:
                span = SpanMention(span.start, span.end, best, span.name, span.confidence, "agreement")
        out.append(span)
    return out


def _listed(text: str, spans: list[SpanMention]) -> list[SpanMention]:
    """In a list that says what it lists (甲、乙、丙等12家企业) the members are firms if most of them were read so."""
    out = list(spans)
    for said in _FIRMS_LISTED.finditer(text):
        last = bisect.bisect_left([span.end for span in spans], said.start())
        if last == len(spans) or spans[last].end != said.start():
            continue
        first = last
        while first and _BETWEEN.fullmatch(text, spans[first - 1].end, spans[first].start):
            first -= 1
        members = spans[first : last + 1]
        firms = sum(member.type == "Firm" for member in members)
        if firms >= 2 and firms * 2 >= len(members):
            for at in range(first, last + 1):
                if spans[at].type in {"Technology", "Product", "Achievement"}:
                    out[at] = dataclasses.replace(spans[at], type="Firm", method="agreement")
    return out


def _titles(text: str, spans: list[SpanMention]) -> list[SpanMention]:
    """Adds titles in 《》 that end like a policy, and mends spans that cut a title."""
    policies = [m.span() for m in _QUOTED_TITLE.finditer(text) if POLICY_HEAD.search(m.group()[1:-1])]
    kept = []
    for span in spans:
        inside = next(((a, b) for a, b in policies if a < span.end and span.start < b), None)
        if inside is None or (span.start, span.end) == inside:
            kept.append(span)
        elif span.start < inside[0] or span.end > inside[1]:
            policies.remove(inside)
            kept.append(span)
    have = {(span.start, span.end) for span in kept}
    kept += [SpanMention(a, b, "Policy", text[a:b], 0.9, "title") for a, b in policies if (a, b) not in have]
    return sorted(kept, key=lambda m: m.start)


def _repeat(text: str, spans: list[SpanMention]) -> list[SpanMention]:
    """Finds the names of a document wherever else they stand."""
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for span in spans:
        least = 4 if span.type in _SOFT else 3 if span.type != "Firm" else 2
        if span.type not in _LOOSE and len(span.name) >= least and span.confidence >= 0.5:
            kinds[span.name][span.type] += 1
    if not kinds:
        return spans
    automaton = ahocorasick.Automaton()
    for name in kinds:
        automaton.add_word(name, name)
    automaton.make_automaton()
    taken = bytearray(len(text))
    for span in spans:
        taken[span.start : span.end] = b"\x01" * (span.end - span.start)
    added: list[SpanMention] = []
    for last, name in sorted(automaton.iter(text), key=lambda hit: (hit[0] + 1 - len(hit[1]), -len(hit[1]))):
        start, end = last + 1 - len(name), last + 1
        if name.isascii() and not _apart(text, start, end):
            continue
        if any(taken[start:end]):
            parts = [span for span in spans if start < span.end and span.start < end]
            if any(span.start < start or span.end > end or len(span.name) == len(name) for span in parts) or not parts:
                continue
            spans = [span for span in spans if span not in parts]  # read whole elsewhere, in parts here
        taken[start:end] = b"\x01" * len(name)
        added.append(SpanMention(start, end, kinds[name].most_common(1)[0][0], name, 0.7, "repeat"))
    return sorted([*spans, *added], key=lambda m: m.start)


def _apart(text: str, start: int, end: int) -> bool:
    return not (start and text[start - 1].isalnum() and text[start - 1].isascii()) and not (
        end < len(text) and text[end].isalnum() and text[end].isascii()
    )
