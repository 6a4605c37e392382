"""Dates as people write them, to ISO."""

from __future__ import annotations

import re
from datetime import date, datetime

_DIGITS = str.maketrans("０１２３４５６７８９〇零一二三四五六七八九", "0123456789" + "00123456789")
_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d{2})\s*(?:[-/.年]\s*(1[0-2]|0?[1-9])(?:\s*[-/.月]\s*(3[01]|[12]\d|0?[1-9])(?!\d))?|(?=\D|$))"
)
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")
_CHINESE = re.compile("[〇零一二三四五六七八九]{4}年")
_LABELLED = re.compile(r"(?:发布|发文|成文|印发|更新)(?:时间|日期)\s*[:：]?\s*([^\n]{6,24})")


def iso_date(value: object) -> str:
    """``YYYY-MM-DD``, ``YYYY-MM`` or ``YYYY`` of a date or of the first date in a string; ``""`` if there is none."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    text = str(value or "").translate(_DIGITS if _CHINESE.search(str(value)) else _DIGITS_ONLY)
    if match := _COMPACT.search(text) or _DATE.search(text):
        year, month, day = match[1], match[2], match[3]
        if month and day:
            try:
                return date(int(year), int(month), int(day)).isoformat()
            except ValueError:
                return f"{year}-{int(month):02}"
        return f"{year}-{int(month):02}" if month else year
    return ""


_DIGITS_ONLY = str.maketrans("０１２３４５６７８９", "0123456789")


def labelled_date(text: str) -> str:
    """The date after 发布时间： or the like near the head or foot of a text; ``""`` if there is none."""
    match = _LABELLED.search(text)
    return iso_date(match[1]) if match else ""
