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
    rb"(?:[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}"
    rb"|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})+"
)
_LATIN_LETTER = re.compile("[\u00a1-\u00ff]{2}|[\u00c0-\u00ff][\u0080-\u00ff]|[\u00c0-\u00ff][" + "".join(_CP1252) + "]")
_PAIRS = re.compile(rb"(?:[\x81-\xfe][\x40-\x7e\x80-\xfe])+")
_MOSTLY = 0.9
_LETTERS = 4
_TELLING = 0.3
_SHORT = 6
_NON_ASCII_RUN = re.compile("[^\x00-\x7f]+")


def mojibake(work: Work) -> None:
    """Undoes the three misreadings, each where it stands."""
    # A text that was read as Latin-1 is full of its letters; a degree sign here and there is none.
    if _LATIN_LETTER.search(work.text) and _LATIN_RUN.search(work.text):
        _latin1(work)
    _utf8_as_gbk(work)


def _byte(character: str) -> int:
    return _CP1252.get(character, ord(character))


def _latin1(work: Work) -> None:
    runs = [(m.start(), bytes(map(_byte, m[0]))) for m in _LATIN_RUN.finditer(work.text)]
    total = sum(len(data) for _, data in runs)
    valid = sum(len(part[0]) for _, data in runs for part in _UTF8.finditer(data))
    if total and valid >= _MOSTLY * total:
        work.apply("mojibake_utf8_latin1", [edit for start, data in runs for edit in _as_utf8(data, start)])
    elif total >= _LETTERS and (gbk := _as_gbk(work.text)):
        work.apply("mojibake_gbk_latin1", gbk)
    else:  # a text that is sound but for a few runs
        whole = [(start, data) for start, data in runs if _is_utf8(data)]
        work.apply("mojibake_utf8_latin1", [Edit(at, at + len(data), data.decode(), 0.97) for at, data in whole])


def _is_utf8(data: bytes) -> bool:
    """Whether all of a run is UTF-8 of which nothing is a control character."""
    match = _UTF8.fullmatch(data)
    return match is not None and not any("\u0080" <= ch < "\u00a0" for ch in data.decode())


def _as_utf8(data: bytes, offset: int) -> list[Edit]:
    """Edits that make the UTF-8 of a run text again; what lies between in a Chinese run becomes one U+FFFD each."""
    parts = list(_UTF8.finditer(data))
    edits = [Edit(offset + p.start(), offset + p.end(), p[0].decode(), 0.99) for p in parts]
    if len(_HAN.findall("".join(e.replacement for e in edits))) < 2:
        return edits if _is_utf8(data) else []
    last = 0
    for start, end in [*(p.span() for p in parts), (len(data), len(data))]:
        if data[last:start].strip(b" "):
            edits.append(Edit(offset + last, offset + start, REPLACEMENT, 0.5))
        last = end
    return sorted(edits)


def _as_gbk(text: str) -> list[Edit]:
    """Edits that read the text's high characters as pairs of GBK; none unless the result is Chinese beyond doubt."""
    data = bytes(code if (code := _byte(ch)) < 0x100 else 0 for ch in text)
    pairs = list(_PAIRS.finditer(data))
    high = sum(byte > 0x7F for byte in data)
    edits: list[Edit] = []
    for match in pairs:
        try:
            edits.append(Edit(match.start(), match.end(), match[0].decode("gb18030"), 0.95))
        except UnicodeDecodeError:
            edits.append(Edit(match.start(), match.end(), REPLACEMENT, 0.5))
    plain = "".join(edit.replacement for edit in edits)
    han = _HAN.findall(plain)
    covered = sum(byte > 0x7F for match in pairs for byte in match[0])
    if len(han) < 2 or covered < _MOSTLY * high or len(han) < 0.6 * len(plain):
        return []
    known = any(knows(plain[i : i + 2]) for i in range(len(plain) - 1))
    return edits if known and sum(map(_common, han)) >= 0.8 * len(han) else []


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
    if telling.isdisjoint(counts) or sum(counts[ch] for ch in telling.intersection(counts)) < 2:
        return
    edits: list[Edit] = []
    short: list[Edit] = []
    for match in _NON_ASCII_RUN.finditer(work.text):
        run = match[0]
        share = sum(ch in telling for ch in run) / len(run)
        if share < 0.15:
            continue
        if found := _reread(run, match.start(), work.text[match.end() : match.end() + 1]):
            edits.extend(found)
        elif share >= _TELLING and len(run) <= _SHORT and any(ch == REPLACEMENT for ch in run):
            short.append(Edit(*match.span(), REPLACEMENT, 0.5))
    if edits:  # beside what was read anew, the same sort of run without enough bytes left is lost
        work.apply("mojibake_utf8_gbk", sorted([*edits, *short]))


def _reread(run: str, offset: int, after: str) -> list[Edit]:
    """Edits for a run of UTF-8 read as GBK: valid stretches become text, what lies between is lost."""
    offsets: list[int] = []
    data = bytearray()
    for at, ch in enumerate(run):
        encoded = b"\xff" if ch == REPLACEMENT else _gbk_bytes(ch) or b"\xff"
        data += encoded
        offsets += [at] * len(encoded)
    offsets.append(len(run))
    parts = list(_UTF8.finditer(bytes(data)))
    valid = sum(len(p[0]) for p in parts)
    text = "".join(p[0].decode() for p in parts)
    if len(run) < 3 or len(_HAN.findall(text)) < 2 or valid < 0.75 * len(data):
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
