"""GBK read with one byte twice before its pinyin was set in: ``日?qǐng)?bào)`` for ``日報(bào)``, ``們?cè)?020年`` for ``們在2020年``.

What set the pinyin in took the second byte of 日 (C8D5) and the first of 報 (88F3) for 請 (D588), read qǐng. The character and its
bracket went when bytes were decoded once more; the reading tells which byte the lost character began with. Its own reading,
where that follows, and known words tell the rest.
"""

from __future__ import annotations

import functools
import re

from etl.clean.edits import Edit, Work
from etl.clean.gbk import LEADS, MARKS, TRAILS, character, pair_of
from etl.clean.lexicon import knows, word_costs
from etl.clean.pinyin import plain_reading, readings
from etl.clean.report import REPLACEMENT
from etl.clean.script import to_simplified

_READING = "[a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜɡɑ]{1,6}"
_LOST = re.compile(f"(?<=[\u4e00-\u9fff])[{MARKS}]({_READING})[)）][{MARKS}](?:({_READING})[)）]|(?=[0-9]))")
_COMMON = "在"  # what stands before a figure


def overlapped(work: Work) -> None:
    """Puts back the characters that were lost so; a digit that went with one is U+FFFD, but the first of a year is known."""
    text = work.text
    edits: list[Edit] = []
    for match in _LOST.finditer(text):
        before = text[match.start() - 1]
        found = _candidates(before, plain_reading(match[1])[0])
        if match[2]:
            own = plain_reading(match[2])[0]
            fitting = [ch for ch in found if own in readings(ch) and knows(to_simplified(before + ch))]
            if fitting:
                best = min(fitting, key=lambda ch: word_costs()[to_simplified(before + ch)])
                edits.append(Edit(match.start(), match.end(), best, 0.9))
        elif _COMMON in found:
            year = re.match(r"[09]\d\d(?=年)", text[match.end() :])
            digit = {"0": "2", "9": "1"}[year[0][0]] if year else REPLACEMENT
            edits.append(Edit(match.start(), match.end(), _COMMON + digit, 0.8))
    work.apply("gbk_shift", edits)


@functools.lru_cache(maxsize=2_000)
def _candidates(before: str, reading: str) -> tuple[str, ...]:
    """Characters that may follow: their first byte makes a character so read with the last byte of the one before."""
    pair = pair_of(before)
    if pair is None:
        return ()
    leads = [lead for lead in LEADS if (ch := character(pair[1], lead)) and reading in readings(ch)]
    return tuple(ch for lead in leads for trail in TRAILS if (ch := character(lead, trail)))
