"""Which names of a document mean the same: 以下简称, names in brackets, and short forms nobody introduced."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from etl.nlp.view import SpanMention

_DECLARED = re.compile(
    r"[（(]?[，,]?\s*(?:以下统称|以下简称|以下称|下文简称|下称|简称|又称|也称|又名|也叫|亦称|即|俗称|原名|人称|园内人叫它|"
    r"hereinafter|known as|also known as|or|abbreviated as|the)?[为作：:]?\s*[“\"「『‘]?"
)
_CLOSE = re.compile(r"[”\"」』’]?\s*[）)]?")
_UNNAMED = {"Target", "Date", "Money", "Demand"}
_SUFFIX = re.compile(
    r"(?:集团)?(?:股份)?(?:有限)?(?:责任)?公司$|集团$|\s+(?:Co|Inc|Corp|Ltd|Group|Holdings?|Company|Limited)\b.*$"
)
_DIVISIONS = ("", "省", "市", "区", "县", "州", "盟")
_WORD = re.compile(r"[A-Za-z][A-Za-z\-']*")


def strip_title(name: str) -> str:
    """A name without 《》 around it."""
    return name.strip().strip("《》")


def find_aliases(text: str, spans: Sequence[SpanMention]) -> dict[str, str]:
    """Short form -> fullest name, over the mentions of one document in order; names without 《》."""
    aliases: dict[str, str] = {}
    for before, here, said in introductions(text, spans):
        if _same(before, here, said):
            aliases.setdefault(strip_title(here.name), strip_title(before.name))
    first: dict[str, SpanMention] = {}
    for span in spans:
        first.setdefault(strip_title(span.name), span)
    names = list(first)
    for short in names:
        if short in aliases or first[short].type in _UNNAMED:
            continue
        full = _full_form(short, first, names)
        if full is not None:
            aliases[short] = full
    return {short: _resolve(short, aliases) for short in aliases if _resolve(short, aliases) != short}


def _resolve(name: str, aliases: dict[str, str]) -> str:
    seen = {name}
    while name in aliases and aliases[name] not in seen:
        name = aliases[name]
        seen.add(name)
    return name


def introductions(text: str, spans: Sequence[SpanMention]) -> Iterator[tuple[SpanMention, SpanMention, bool]]:
    """Neighbours that stand as ``X（以下简称Y）`` (said) or ``X（Y）``: the full form, the short form, whether it is said."""
    for before, here in itertools.pairwise(spans):
        if before.type in _UNNAMED or strip_title(before.name) == strip_title(here.name):
            continue
        gap = text[before.end : here.start]
        if not gap or len(gap) > 14 or not _DECLARED.fullmatch(gap):
            continue
        closed = _CLOSE.match(text, here.end)
        bracket = gap.lstrip()[:1] in "（("
        said = bool(re.search(r"称|即|名|叫|known|abbrev|herein", gap))
        if said or (bracket and closed and re.search(r"[）)]", closed.group())):
            yield before, here, said


def _same(before: SpanMention, here: SpanMention, said: bool) -> bool:
    """Whether an introduction makes the second a name of the first."""
    if before.type == here.type:
        return said or len(here.name) < len(before.name) or _acronym(here.name, before.name)
    return said and {before.type, here.type} <= {"Policy", "Technology", "Achievement", "Product", "Project"}


def short_form_types(text: str, spans: Sequence[SpanMention]) -> dict[str, str]:
    """Types of introduced short forms that the reader took for something other than their full form."""
    return {
        here.name: before.type
        for before, here, said in introductions(text, spans)
        if before.type != here.type
        and here.type not in _UNNAMED
        and len(here.name) < len(before.name)
        and (said or in_order(here.name, before.name, 2) or _acronym(here.name, before.name))
    }


def _full_form(short: str, first: dict[str, SpanMention], names: Sequence[str]) -> str | None:
    """The one longer name of the same type that this is short for; None if none, or several of different names, fit."""
    kind = first[short].type
    fits = [
        name
        for name in names
        if len(name) > len(short) and first[name].type == kind and _is_short_for(short, name, kind)
    ]
    if not fits:
        return None
    longest = max(fits, key=len)
    # 石化 of 中石化集团 and of 石化机械公司: several unrelated full names leave it open.
    return longest if all(name == longest or _is_short_for(name, longest, kind) for name in fits) else None


def _is_short_for(short: str, full: str, kind: str) -> bool:
    if kind == "Region":
        # 宝坻 of 天津市宝坻区, 昌平 of 昌平区; but 津冀 is not short for 京津冀.
        stem = short.rstrip("省市区县")
        before, found, behind = full.rpartition(stem)
        return len(stem) >= 2 and bool(found) and behind in _DIVISIONS and before[-1:] in _DIVISIONS
    if kind in ("Technology", "Product", "Achievement", "Policy", "Project"):
        return (
            len(short) >= 4
            and full.startswith(short)
            and full[len(short) :] in ("技术", "工艺", "成果", "项目", "系统")
        )
    if short.isascii() or full.isascii():
        return _acronym(short, full) or (full.startswith(short + " ") and len(short) >= 4)
    if len(short) < 2:
        return False
    core = _SUFFIX.sub("", full)
    if kind == "Firm":
        stem = _SUFFIX.sub("", short)
        return len(stem) >= 2 and (stem in core or (len(stem) >= 3 and in_order(stem, core, 1)))
    if kind == "GovernmentBody":
        return len(short) >= 3 and short[-1] == full[-1] and short[0] in "省市区县州" and in_order(short, full, 0)
    if full.startswith(short):
        return False  # a branch of it: 某某创新中心燕郊中心, 某某研究院深圳分院
    return len(short) >= 3 and short[-1] == full[-1] and in_order(short, full, 2 if len(short) > 3 else 3)


def in_order(short: str, full: str, least_run: int) -> bool:
    """Whether the characters of ``short`` occur in order in ``full`` with a common run of ``least_run`` at least."""
    at, run, longest, last = 0, 0, 0, -2
    for ch in short:
        at = full.find(ch, at)
        if at < 0:
            return False
        run = run + 1 if at == last + 1 else 1
        longest, last, at = max(longest, run), at, at + 1
    return longest >= least_run


def _acronym(short: str, full: str) -> bool:
    """Whether an English short form is made of the first letters of the full name."""
    letters = "".join(word[0] for word in _WORD.findall(full) if word[0].isupper())
    return short.isascii() and len(short) >= 2 and short.isupper() and short == letters[: len(short)]
