"""Mends spans by what a name cannot be: half a bracket, half a quotation, a company without its legal form, two in one."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from etl.nlp.aliases import in_order
from etl.nlp.view import SpanMention

_OPENING, _CLOSING = "（(“「『[", "）)”」』]"
_PARTNER = dict(zip(_CLOSING, _OPENING, strict=True))
_REACH = 24  # characters that the other half of a bracket may stand away from where the reader cut the name
# A place in brackets and the legal form behind it, or the legal form alone.
_LEGAL_FORM = re.compile(
    r"(?:[（(][\u4e00-\u9fff]{2,8}[）)])?(?:股份|控股)?(?:集团)?(?:股份)?(?:有限责任公司|有限公司|合伙企业[（(]有限合伙[）)])"
    r"|[（(]有限合伙[）)]"
)
_WITH_FORM = {"Firm", "Fund", "ResearchInstitute", "InnovationCenter", "TechTransferOrg", "Incubator"}
# What belongs to a name or date that it follows.
_BEHIND = {
    "University": re.compile(r"[（(][\u4e00-\u9fff]{2,6}校区[）)]"),
    **dict.fromkeys(("Target", "Money"), re.compile(r"(?<![上下右内])(?:/年)?(?:以上|以下|左右|以内)")),
    "Date": re.compile(r"(?<=[年月])(?:底|末|上半年|下半年|上旬|中旬|下旬)"),
}
_WITH_SHORT_FORM = re.compile(r"(.{4,})[（(]([^（）()]{2,12})[）)]")
_COMPANY = re.compile(r"(?:有限责任|有限)公司$")
_INVESTING_PARTNERSHIP = re.compile(r"(?:基金|创业投资|创投|股权投资|投资管理).*[（(]有限合伙[）)]$")

_NAMES = {
    *_WITH_FORM,
    "University",
    "NationalLab",
    "Laboratory",
    "Park",
    "GovernmentBody",
    "ConceptVerificationCenter",
    "PilotBase",
    "Alliance",
}
_JOINED = re.compile(r"以及|[与和及、]")
_LAST = {  # how names of a type end where two of them may have been read as one
    "GovernmentBody": re.compile(r"(?:部|委|委员会|局|厅|府|办公室)$"),
    "University": re.compile(r"(?:大学|学院)$"),
    "ResearchInstitute": re.compile(r"(?:研究院|研究所|科学院)$"),
    "Firm": re.compile(r"(?:公司|集团)$"),
}


def mend(text: str, spans: Sequence[SpanMention]) -> list[SpanMention]:
    """The spans, in order and without overlap, with brackets and quotation marks whole, legal forms inside, joined names apart.

    A name that ends as a company does is a Firm, an investing limited partnership a Fund, whatever the reader took it for.
    """
    mended: list[SpanMention] = []
    for span in spans:
        start, end = max(span.start, mended[-1].end) if mended else span.start, span.end
        start, end, joined = _whole(text, start, end, mended[-1] if mended else None)
        if joined:
            mended.pop()
        if span.type in _WITH_FORM and (form := _LEGAL_FORM.match(text, end)):
            end = form.end()
        if (more := _BEHIND.get(span.type)) and (behind := more.match(text, end)):
            end = behind.end()
        if span.type in _NAMES and (cut := max(text.rfind(mark, start, end) for mark in "，；。")) >= 0:
            start = cut + 1  # what a name is stands at its end
        if start >= end:
            continue
        name = text[start:end]
        kind = "Firm" if _COMPANY.search(name) else "Fund" if _INVESTING_PARTNERSHIP.search(name) else span.type
        for a, b in _apart(name, kind):
            mended.append(dataclasses.replace(span, start=start + a, end=start + b, type=kind, name=name[a:b]))
    return mended


def _apart(name: str, kind: str) -> list[tuple[int, int]]:
    """Where the names begin and end that were read as one: 工业和信息化部与国家发展改革委."""
    if kind in _NAMES and (both := _WITH_SHORT_FORM.fullmatch(name)) and in_order(both[2], both[1], 2):
        return [both.span(1), both.span(2)]  # 甲市乙新区管理委员会（乙新区管委会）
    last = _LAST.get(kind)
    for mark in _JOINED.finditer(name) if last else ():
        if last and last.search(name[: mark.start()]) and last.search(name[mark.end() :]):
            behind = mark.end()
            return [(0, mark.start()), *((a + behind, b + behind) for a, b in _apart(name[behind:], kind))]
    return [(0, len(name))]


def _whole(text: str, start: int, end: int, before: SpanMention | None) -> tuple[int, int, bool]:
    """Start and end with every bracket paired, and whether the span before is the front of this one."""
    opened: list[int] = []
    for at in range(start, end):
        if text[at] in _OPENING:
            opened.append(at)
        elif text[at] in _CLOSING and opened:
            opened.pop()
        elif text[at] in _CLOSING:
            return _closed(text, start, at, end, before)
    if not opened:
        return start, end, False
    at = opened[0]
    closing = text.find(_CLOSING[_OPENING.index(text[at])], end, end + _REACH)
    if closing >= 0 and not re.search(r"[\n。；，、]", text[end:closing]):
        return start, closing + 1, False
    return (start + 1, end, False) if at == start else (start, at, False)


def _closed(text: str, start: int, at: int, end: int, before: SpanMention | None) -> tuple[int, int, bool]:
    """As `_whole`, for a span whose bracket at ``at`` was opened before it."""
    opening = text.rfind(_PARTNER[text[at]], max(0, start - _REACH, before.start if before else 0), start)
    round_bracket = text[at] in "）)"
    cut = (at + 1, end, False) if at == start else (start, at, False)
    if opening < 0 or "\n" in text[opening:start] or (round_bracket and at == end - 1):
        return cut
    if before is not None and opening >= before.start and round_bracket:
        if text[before.end : opening].strip() or in_order(text[start:at], before.name, 0):
            return cut  # 上海交通大学（上海交大）: a name of its own
        return before.start, end, True
    if before is not None and opening < before.end:
        return cut
    return opening, end, False
