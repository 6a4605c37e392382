"""The GBK table as bytes, and the damage that a byte-wise replacement does to GBK text."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

ASCII_HALF = 0xA3  # first byte of every full-width form of an ASCII character
TRAILS = (*range(0x40, 0x7F), *range(0x80, 0xFF))
LEADS = tuple(range(0x81, 0xFF))
MARKS = "?\ufffd"


@functools.cache
def _table() -> dict[tuple[int, int], str]:
    table = {}
    for lead in LEADS:
        for trail in TRAILS:
            try:
                table[lead, trail] = bytes([lead, trail]).decode("gbk")
            except UnicodeDecodeError:
                continue
    return table


def character(lead: int, trail: int) -> str:
    """The character of a pair; ``""`` if none is assigned to it."""
    return _table().get((lead, trail), "")


@functools.cache
def unassigned() -> dict[int, tuple[int, ...]]:
    """Lead byte to the trail bytes that make no character with it, trail bytes of 0xA1 and above only."""
    table = _table()
    found = {lead: tuple(t for t in range(0xA1, 0xFF) if (lead, t) not in table) for lead in LEADS}
    return {lead: trails for lead, trails in found.items() if trails}


@functools.cache
def _pairs() -> dict[str, tuple[int, int]]:
    return {ch: pair for pair, ch in _table().items()}


def pair_of(ch: str) -> tuple[int, int] | None:
    """The two bytes of a character, private-use ones of GB18030 included; None if it has not two."""
    if found := _pairs().get(ch):
        return found
    try:
        data = ch.encode("gb18030")
    except UnicodeEncodeError:
        return None
    return (data[0], data[1]) if len(data) == 2 else None


@functools.cache
def breaks_with(first: int) -> frozenset[int]:
    """Bytes that make no character with a first byte of the next character behind them."""
    table = _table()
    return frozenset(lead for lead in LEADS if (lead, first) not in table)


def damaged_pattern(text: str, replaced: Iterable[str], context: str) -> re.Pattern[str] | None:
    """What a text becomes on such a site, as a pattern: a site may mark what it cannot decode, drop it, or keep it.

    Args:
        text: The undamaged stretch.
        replaced: ASCII characters that the site writes for the two bytes of their full-width forms, wherever those stand.
        context: The characters that follow the stretch undamaged.

    Returns:
        The pattern of the stretch and of at most one character of context that may be swallowed; None for text that GBK
        cannot hold.
    """
    try:
        data = text.encode("gbk")
    except UnicodeEncodeError:
        return None
    targets = {ord(ch) | 0x80: ch for ch in replaced}
    broken: list[int] = []
    at = 0
    while at < len(data):
        if data[at] == ASCII_HALF and at + 1 < len(data) and data[at + 1] in targets:
            broken.append(data[at + 1] & 0x7F)
            at += 2
        else:
            broken.append(data[at])
            at += 1
    following = ord(context[0]) if context and context[0] < "\x80" else None
    if following is not None:
        broken.append(following)
    parts: list[str] = []
    at = 0
    while at < len(broken):
        byte = broken[at]
        following_byte = broken[at + 1] if at + 1 < len(broken) else None
        if byte < 0x80:
            parts.append(re.escape(chr(byte)))
            at += 1
        elif following_byte is None:
            parts.append("[?\ufffd]?")
            at += 1
        elif following_byte < 0x40 or following_byte == 0x7F:
            parts.append(f"(?:[?\ufffd]?{re.escape(chr(following_byte))}|[?\ufffd])")
            at += 2
        elif found := character(byte, following_byte):
            parts.append(re.escape(found))
            at += 2
        else:
            parts.append("[?\ufffd\ue000-\uf8ff]?")
            at += 2
    return re.compile("".join(parts))
