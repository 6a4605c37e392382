"""Private-use characters and characters that are lost for good."""

from __future__ import annotations

import re

from etl.clean.edits import Edit, FlagAt, Work
from etl.clean.report import REPLACEMENT

_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]+")
_FILL = re.compile("(?:锟斤拷)+(?:锟斤?)?|�(?:锟斤拷)*|烫{4,}|屯{4,}")
_SIGNS = frozenset("锟烫屯\ufffd")
_LOST = re.compile(f"{REPLACEMENT}+")
_WORDLIKE = re.compile(r"\w")


def private_use(work: Work) -> None:
    """Deletes icons and bullets of private fonts; within a word such a character is lost text, so it becomes U+FFFD."""
    text = work.text
    deleted: list[Edit] = []
    for match in _PRIVATE.finditer(text):
        before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
        within = bool(before and after and _WORDLIKE.match(before) and _WORDLIKE.match(after))
        deleted.append(Edit(match.start(), match.end(), REPLACEMENT if within else "", 0.8))
    work.apply("private_use", deleted)


def lost(work: Work) -> None:
    """Makes each run that stands for lost characters one U+FFFD.

    锟斤拷 is what U+FFFD becomes when its UTF-8 bytes are read as GBK; 烫烫 and 屯屯 are uninitialised memory.
    """
    if _SIGNS.isdisjoint(work.characters):
        return
    edits = [Edit(m.start(), m.end(), REPLACEMENT) for m in _FILL.finditer(work.text) if m[0] != REPLACEMENT]
    work.apply("lost", edits)
    work.apply("lost", [Edit(m.start(), m.end(), REPLACEMENT) for m in _LOST.finditer(work.text) if len(m[0]) > 1])


def flag_lost(work: Work) -> None:
    """Flags every U+FFFD."""
    work.flag([FlagAt("lost", m.start(), m.end()) for m in _LOST.finditer(work.text)])
