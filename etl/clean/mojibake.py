"""Text whose bytes were decoded with the wrong charset: UTF-8 or GBK read as Latin-1, UTF-8 read as GBK.

Each is undone by going back to the bytes and decoding them rightly; the decoder itself is the check, for random bytes
are hardly ever valid UTF-8, and words of the dictionary are the check for GBK.
"""

from __future__ import annotations

import functools
import re

from etl.clean.edits import Edit, Work
from etl.clean.lexicon import knows
from etl.clean.report import REPLACEMENT

_HAN = re.compile("[\u3400-\u9fff]")
_CP1252 = {bytes([b]).decode("cp1252"): b for b in range(0x80, 0xA0) if b not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}
_LATIN = "\u0080-\u00ff" + "".join(_CP1252)
_LATIN_RUN = re.compile(f"[{_LATIN}](?:[{_LATIN} ]*[{_LATIN}])+")
_UTF8 = re.compile(
    rb"(?:[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2}"
    rb"|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})+"
)
_NON_ASCII_RUN = re.compile("[^\x00-\x7f]+")


def mojibake(work: Work) -> None:
    """Undoes the three misreadings, each where it stands."""
    if any("\u00a0" < ch <= "\u00ff" for ch in work.characters):
        _latin1(work)
    _utf8_as_gbk(work)


def _byte(character: str) -> int:
    return _CP1252.get(character, ord(character))


def _latin1(work: Work) -> None:
    utf8: list[Edit] = []
    gbk: list[Edit] = []
    for match in _LATIN_RUN.finditer(work.text):
        data = bytes(map(_byte, match[0]))
        if found := _as_utf8(data, match.start()):
            utf8.extend(found)
        elif (plain := _as_gbk(data)) is not None:
            gbk.append(Edit(match.start(), match.end(), plain, 0.95))
    work.apply("mojibake_utf8_latin1", utf8)
    if not utf8:
        work.apply("mojibake_gbk_latin1", gbk)


def _as_utf8(data: bytes, offset: int) -> list[Edit]:
    """Edits that make the valid UTF-8 of a run text again, the rest of a Chinese run one U+FFFD each; none if no UTF-8."""
    parts = list(_UTF8.finditer(data))
    valid = sum(len(p[0]) for p in parts)
    text = "".join(p[0].decode() for p in parts)
    if not parts or valid < 0.5 * len(data) or any("\u0080" <= ch < "\u00a0" for ch in text):
        return []
    edits = [Edit(offset + p.start(), offset + p.end(), p[0].decode(), 0.99) for p in parts]
    if len(_HAN.findall(text)) < 2:
        return edits
    last = 0
    for part in [*parts, None]:
        start = part.start() if part else len(data)
        if start > last and data[last:start].strip(b" "):
            edits.append(Edit(offset + last, offset + start, REPLACEMENT, 0.5))
        last = part.end() if part else last
    return sorted(edits)


def _as_gbk(data: bytes) -> str | None:
    """The text of a run read as GB18030, if it is Chinese beyond doubt: four characters or more with a known word."""
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return None
    han = _HAN.findall(text)
    if len(han) < 2 or len(han) < 0.6 * len(text.replace(" ", "")):
        return None
    known = any(knows(text[i : i + 2]) for i in range(len(text) - 1))
    common = sum(_common(ch) for ch in han)
    return text if known and common >= 0.8 * len(han) else None


@functools.lru_cache(maxsize=30_000)
def _common(character: str) -> bool:
    """Whether GB2312 counts the character among its 3,755 most frequent."""
    try:
        data = character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return 0xB0 <= data[0] <= 0xD7


@functools.cache
def _telltales() -> frozenset[str]:
    """What the first two of a Chinese character's three UTF-8 bytes look like when read as GBK."""
    pairs = (bytes([a, b]) for a in range(0xE4, 0xEA) for b in range(0x80, 0xC0))
    return frozenset(p.decode("gbk") for p in pairs)


def _gbk_bytes(run: str) -> bytes | None:
    try:
        return run.encode("gb18030")
    except UnicodeEncodeError:
        return None


def _utf8_as_gbk(work: Work) -> None:
    counts = work.characters
    telling = _telltales()
    if sum(n for ch, n in counts.items() if ch in telling) < 2:
        return
    edits: list[Edit] = []
    for match in _NON_ASCII_RUN.finditer(work.text):
        run = match[0]
        if len(run) < 3 or sum(ch in telling for ch in run) < 0.15 * len(run):
            continue
        edits.extend(_reread(run, match.start(), work.text[match.end() : match.end() + 1]))
    work.apply("mojibake_utf8_gbk", edits)


def _reread(run: str, offset: int, after: str) -> list[Edit]:
    """Edits for a run of UTF-8 read as GBK: valid stretches become text, what lies between is lost."""
    offsets: list[int] = []
    data = bytearray()
    for at, ch in enumerate(run):
        encoded = _gbk_bytes(ch) or b"\xff\xff"
        data += encoded
        offsets += [at] * len(encoded)
    offsets.append(len(run))
    parts = list(_UTF8.finditer(bytes(data)))
    valid = sum(len(p[0]) for p in parts)
    text = "".join(p[0].decode() for p in parts)
    if len(_HAN.findall(text)) < 2 or valid < 0.75 * len(data):
        return []
    if not any(knows(text[i : i + 2]) for i in range(len(text) - 1)):
        return []
    pieces: list[str] = []
    last = 0
    for part in parts:
        if part.start() > last:
            pieces.append(REPLACEMENT)
        pieces.append(part[0].decode())
        last = part.end()
    end = offset + len(run)
    if last < len(data):
        pieces.append(REPLACEMENT)
        end += after == "?"  # the decoder's mark for the odd byte at the end
    whole = "".join(pieces)
    return [Edit(offset, end, whole, 0.97)]
