"""Finds the encoding of text by what the bytes say; a declaration is only a hint, for it is often wrong."""

from __future__ import annotations

import codecs
import functools
import re
from dataclasses import dataclass

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 65_536
_HIGH = re.compile(rb"[\x80-\xff]+")
_UTF8 = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}"
    rb"|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
_PUNCTUATION = "，。、；：？！“”‘’（）《》〈〉【】「」『』—…·　％＋－／～①②③④⑤⑥⑦⑧⑨⑩ⅠⅡⅢⅣⅤ℃×±°●■◆★"
# Encodings tried in the order of preference when they fit equally well.
_CHINESE = ("gb18030", "big5hkscs", "cp950", "utf-16-le", "utf-16-be")
_ALIASES = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030", "big5": "big5hkscs"}


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text with the encoding it was decoded with and what is to be said about that."""

    text: str
    encoding: str
    notes: tuple[str, ...] = ()


@functools.cache
def _common() -> frozenset[str]:
    """Frequent characters: GB2312's first level (3,755), their traditional forms, punctuation."""
    import opencc

    level_one = "".join(
        bytes([row, cell]).decode("gb2312")
        for row in range(0xB0, 0xD8)
        for cell in range(0xA1, 0xFF)
        if not (row == 0xD7 and cell > 0xF9)
    )
    return frozenset(level_one + opencc.OpenCC("s2t").convert(level_one) + _PUNCTUATION)


def decode(data: bytes, declared: str = "") -> Decoded:
    """Decodes bytes of unknown encoding. Never fails: what no encoding explains becomes U+FFFD and a note says so.

    Args:
        data: The bytes.
        declared: The encoding that a header or a page claims.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _told(data, encoding, declared)
    if b"\x00" not in data[:_SAMPLE]:
        try:
            return Decoded(
                data.decode("utf-8"), "utf-8", _disagreement("utf-8", declared) if _HIGH.search(data) else ()
            )
        except UnicodeDecodeError:
            if _mostly_utf8(data[:_SAMPLE]):
                return _told(data, "utf-8", declared)
    return _told(data, _best(data[:_SAMPLE], declared), declared)


def _told(data: bytes, encoding: str, declared: str) -> Decoded:
    text = data.decode(encoding, "replace")
    notes = _disagreement(encoding, declared)
    if lost := text.count("\ufffd"):
        notes += (f"{lost} bytes or characters are not valid {encoding} and were lost",)
    return Decoded(text.removeprefix("\ufeff"), encoding, notes)


def _disagreement(encoding: str, declared: str) -> tuple[str, ...]:
    if not declared:
        return ()
    try:
        told = codecs.lookup(declared.strip("\"' ")).name
    except (LookupError, ValueError):
        return (f"declares the unknown encoding {declared[:40]!r}, is {encoding}",)
    told = _ALIASES.get(told, told)
    actual = codecs.lookup(encoding).name
    same = (
        told == actual
        or {told, actual} <= {"utf-8", "utf-8-sig"}
        or (told.startswith("utf-16") and actual.startswith("utf-16"))
    )
    return () if same or {told, actual} <= {"big5hkscs", "cp950"} else (f"declares {declared[:40]}, is {encoding}",)


def _mostly_utf8(sample: bytes) -> bool:
    high = sum(len(run) for run in _HIGH.findall(sample))
    return sum(len(piece) for piece in _UTF8.findall(sample)) >= 0.9 * high


def _score(sample: bytes, encoding: str) -> float:
    """Share of the non-ASCII characters that are frequent, less what cannot be decoded; -1 for no such text at all."""
    if encoding.startswith("utf-16"):
        sample = sample[: len(sample) // 2 * 2]
    text = sample.decode(encoding, "replace")[: len(sample)]
    if "\ufffd" in text[-2:]:
        text = text[:-2]  # the sample may end within a character
    if encoding.startswith("utf-16") and "\x00" in text:
        return -1.0
    others = [ch for ch in text if ch > "\x7f"]
    if not others:
        return 0.0 if "\x00" in text else 0.5
    common = _common()
    good = sum(ch in common for ch in others)
    bad = others.count("\ufffd")
    return (good - 3 * bad) / len(others)


def _best(sample: bytes, declared: str) -> str:
    scores = {encoding: _score(sample, encoding) for encoding in _CHINESE}
    hint = _ALIASES.get(declared.lower().strip("\"' "), declared.lower())
    if hint in scores:
        scores[hint] += 0.02
    best = max(scores, key=lambda encoding: scores[encoding])
    if scores[best] >= 0.5:
        return best
    from charset_normalizer import from_bytes

    guess = from_bytes(sample).best()
    if guess is not None and scores[best] < 0.3:
        return str(guess.encoding)
    return best if scores[best] > 0 else "cp1252" if _decodes(sample, "cp1252") else "latin-1"


def _decodes(sample: bytes, encoding: str) -> bool:
    try:
        sample.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
