"""Line ends, invisible characters and control characters."""

from __future__ import annotations

import re

from etl.clean.edits import Edit, Work

# Zero-width blanks and joiners, direction marks, soft hyphen, byte order mark, language tags.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+"
)
_JOINER = re.compile("(?<=[\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])\u200d(?=[\u2600-\u27bf\U0001f000-\U0001faff])")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufff9-\ufffb\ufffe\uffff]+")
_LINE_END = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")


def line_ends(work: Work) -> None:
    """Makes every line end a line feed and deletes control characters, lone surrogates included.

    U+0085 is left alone next to Latin-1 letters: there it is a byte of a text that was decoded wrongly.
    """
    edits = [
        Edit(m.start(), m.end(), "\n") for m in _LINE_END.finditer(work.text) if m[0] != "\x85" or _plain(work.text, m)
    ]
    work.apply("line_end", edits)
    work.apply("control", [Edit(m.start(), m.end(), "") for m in _CONTROL.finditer(work.text)])


def _plain(text: str, match: re.Match[str]) -> bool:
    around = text[max(match.start() - 1, 0) : match.start()] + text[match.end() : match.end() + 1]
    return not any("\u0080" <= ch <= "\u00ff" for ch in around)


def invisible(work: Work) -> None:
    """Deletes zero-width characters. A joiner within an emoji stays."""
    joined = {m.start() for m in _JOINER.finditer(work.text)}
    edits = [Edit(m.start(), m.end(), "") for m in _INVISIBLE.finditer(work.text) if m.start() not in joined]
    work.apply("zero_width", edits)
