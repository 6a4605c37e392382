"""Copies of annotated documents with what pages of the press have beside the facts: people, bylines, numbers of documents.

The corpus names no person, so a reader fitted on it alone takes people for firms. Names are made up of common surnames and
characters at random each time, and are nobody's.
"""

from __future__ import annotations

import random
import re

from etl.nlp.implausible import SURNAMES
from training.corpus import Annotated

_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华文建国志海春玉晓宇浩然子涵雨欣怡梦琪晨阳佳宁天昊泽睿思远嘉诚俊峰鹏飞永健立新德成"
_TITLE = re.compile(
    "(?:负责人|董事长|总经理|总裁|副总|主任|局长|厅长|院长|校长|书记|教授|研究员|院士|市长|区长|县长|所长|创始人|总工程师|工程师|秘书长|处长|会长"
    "|带头人|首席科学家|技术总监)(?=[说称表介认透告指坦回强在向为和与、，。与及])"
)
_POLICY_END = re.compile("》")
_OFFICES = (
    "国办发",
    "国发",
    "工信部联科",
    "国科发区",
    "教科信函",
    "浙政办发",
    "苏政办发",
    "鲁工信发",
    "粤科规范字",
    "川科发",
    "沪科规",
    "京科发",
    "皖经信",
)
_SAYINGS = (
    "“接下来还有很多事要做。”{}说。",
    "{}表示，合作才刚刚开始。",
    "“我们一步一步来。”{}告诉记者。",
    "{}对此深有感触。",
    "活动由{}主持。",
)
_ENDS = ("\n（{}）", "\n{}/摄", "\n（记者 {} 通讯员 {}）", "\n责编：{}", "\n编辑：{} 审核：{}", "\n文/{} 图/{}")
_LONG_LINE = 30


def with_press(document: Annotated, rng: random.Random) -> Annotated:
    """A copy with people and bylines set in; English documents stay as they are. Spans follow; aliases and relations stay."""
    if document.kind == "english":
        return document
    inserted = [(at, words, []) for at, words in _people(document, rng)]
    opening = re.search(rf"(?m)^.{{{_LONG_LINE},}}", document.text)
    if opening and rng.random() < 0.4:
        inserted.append((opening.start(), *_byline(rng)))
    if rng.random() < 0.2:
        inserted.append((len(document.text), _filled(rng.choice(_ENDS), rng), []))
    inserted = [row for row in inserted if not any(start < row[0] < end for start, end, _ in document.spans)]
    text, at = "", 0
    spans: list[tuple[int, int, str]] = []
    shifts: list[tuple[int, int]] = []
    for position, words, dates in sorted(inserted, key=lambda row: row[0]):
        text += document.text[at:position]
        spans += [(len(text) + start, len(text) + end, "Date") for start, end in dates]
        text += words
        shifts.append((position, len(words)))
        at = position
    text += document.text[at:]
    for start, end, entity_type in document.spans:
        shift = sum(length for position, length in shifts if position <= start)
        spans.append((start + shift, end + shift, entity_type))
    return Annotated(document.id, document.kind, text, tuple(sorted(spans)), dict(document.aliases), document.relations)


def _people(document: Annotated, rng: random.Random) -> list[tuple[int, str]]:
    """Names behind titles, sentences in which people speak, numbers behind titles of policies: (place, words)."""
    found = [(title.end(), _name(rng)) for title in _TITLE.finditer(document.text) if rng.random() < 0.6]
    for title in _POLICY_END.finditer(document.text):
        if rng.random() < 0.3 and document.text[title.end() : title.end() + 1] not in ("（", "》"):
            number = f"（{rng.choice(_OFFICES)}〔{rng.randint(2015, 2026)}〕{rng.randint(1, 300)}号）"
            found.append((title.end(), number))
    ends = [mark.end() for mark in re.finditer("。(?=[^”』」）\n])", document.text)]
    if ends and rng.random() < 0.4:
        found.append((rng.choice(ends), _filled(rng.choice(_SAYINGS), rng)))
    return found


def _byline(rng: random.Random) -> tuple[str, list[tuple[int, int]]]:
    """The opening of a news item and where its date stands."""
    day = f"{rng.randint(1, 12)}月{rng.randint(1, 28)}日"
    words = rng.choice(
        (
            "本报讯（记者 {}）",
            "本报讯（记者 {} 通讯员 {}）",
            "中新网DAY电（记者 {}）",
            "人民网DAY电 （{}、{}）",
            "科技日报讯（{} 记者 {}）",
            "中国高新网讯 记者{}报道：",
            "DAY讯（记者 {}）",
            "本报记者 {} ",
        )
    )
    words = _filled(words, rng)
    at = words.find("DAY")
    return (words.replace("DAY", day), [(at, at + len(day))]) if at >= 0 else (words, [])


def _filled(words: str, rng: random.Random) -> str:
    return re.sub(r"\{\}", lambda _: _name(rng), words)


def _name(rng: random.Random) -> str:
    return rng.choice(SURNAMES) + "".join(rng.sample(_GIVEN, rng.choice((1, 2, 2))))
