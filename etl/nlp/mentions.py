"""From what the reader saw in single segments to the mentions of a document: names seen once are known everywhere."""

from __future__ import annotations

import bisect
import dataclasses
import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Sequence

import ahocorasick

from etl.nlp.aliases import find_aliases, short_form_types, strip_title
from etl.nlp.boundaries import mend
from etl.nlp.implausible import POLICY_HEAD, is_generic, plausible
from etl.nlp.reader import ReadSpan
from etl.nlp.view import SpanMention

_LOOSE = {"Target", "Date", "Money", "Demand"}
_SOFT = {"Technology", "Product", "Achievement", "Project"}
_FIRMS_LISTED = re.compile(r"等(?:一批|多|数|\d+余?|[一二三四五六七八九十]+余?)?家?[\u4e00-\u9fff]{0,6}?(?:企业|公司)")
_BETWEEN = re.compile(r"[、，,和与及\s“”]{1,2}")
_WORDINGS = {
    "GovernmentBody": re.compile(
        r"(?:(?<![\u4e00-\u9fff])|(?<=[由经据和与及向报从对被是请同]))((?:省|市|州|区|县)"
        r"(?:科技|科学技术|工信|经信|经济和信息化|工业和信息化|发展改革|发展和改革|财政|教育|商务|农业农村|生态环境|市场监管|市场监督管理|卫生健康|知识产权)(?:厅|局|委员会|委))"
    ),
    "Firm": re.compile(r"以([\u4e00-\u9fffA-Za-z]{2,8}?(?<!企业)(?<!公司))(?:等)?为(?:链主|龙头)(?!企业$)"),
}
_INTRODUCED = re.compile(
    r"[（(](?:以下|下文)?(?:统称|简称|称)[为：:]?\s*[“\"「『]?(《[^《》\n]{2,16}》|[^“”\"《》「」『』（）()，,；\n]{2,16}?)[”\"」』]?\s*[，,；）)]"
)
_QUOTED_TITLE = re.compile(r"《[^《》\n]{2,60}》")


def document_mentions(text: str, spans: Sequence[ReadSpan]) -> tuple[list[SpanMention], dict[str, str]]:
    """Mentions of a document with canonical names, and the aliases among them (short -> full).

    Titles in 《》 with the head of a policy are Policies; a name that one occurrence makes known is found in every other
    place; one surface has one type where the reader was of two minds.
    """
    found = _agree(text, [SpanMention(s.start, s.end, s.type, text[s.start : s.end], s.confidence) for s in spans])
    found = _listed(text, found)
    found = _titles(text, plausible(text, mend(text, found)))
    found = _plain(text, _repeat(text, _introduced(text, found)))
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
    named = [m for m in named if not is_generic(m.name, m.type)]
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
    """Adds titles in 《》 that end like a policy, and mends spans that cut a title or hold two."""
    policies = [m.span() for m in _QUOTED_TITLE.finditer(text) if POLICY_HEAD.search(m.group()[1:-1])]
    kept = []
    for span in spans:
        inside = [(a, b) for a, b in policies if a < span.end and span.start < b]
        if not inside or (span.start, span.end) in inside:
            kept.append(span)
        elif len(inside) == 1 and (span.start < inside[0][0] or span.end > inside[0][1]):
            policies.remove(inside[0])
            kept.append(span)
    have = {(span.start, span.end) for span in kept}
    kept += [SpanMention(a, b, "Policy", text[a:b], 0.9, "title") for a, b in policies if (a, b) not in have]
    return sorted(kept, key=lambda m: m.start)


def _introduced(text: str, spans: list[SpanMention]) -> list[SpanMention]:
    """Adds short forms that a bracket introduces (以下简称“X”) and the reader passed over, of the type of what they stand for."""
    added = []
    for before, after in itertools.pairwise([*spans, None]):
        assert before is not None
        short = _INTRODUCED.match(text, before.end) if before.type not in _LOOSE else None
        if short and (after is None or after.start >= short.end(1)):
            added.append(SpanMention(short.start(1), short.end(1), before.type, short[1], 0.8, "introduced"))
    return sorted([*spans, *added], key=lambda m: m.start)


def _taken(text: str, spans: list[SpanMention]) -> bytearray:
    """1 for every character that a span covers."""
    taken = bytearray(len(text))
    for span in spans:
        taken[span.start : span.end] = b"\x01" * (span.end - span.start)
    return taken


def _plain(text: str, spans: list[SpanMention]) -> list[SpanMention]:
    """Adds what its wording gives away and the reader passed over: offices without their place (市科技局), 以甲为链主."""
    taken = _taken(text, spans)
    added = [
        SpanMention(*found.span(1), kind, found[1], 0.7, "wording")
        for kind, wording in _WORDINGS.items()
        for found in wording.finditer(text)
        if not any(taken[found.start(1) : found.end(1)])
    ]
    return sorted([*spans, *added], key=lambda m: m.start)


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
    taken = _taken(text, spans)
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
