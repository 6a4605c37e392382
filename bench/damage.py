"""Damages clean texts in the ways that real ones are damaged, with the truth kept: what the cleaner is measured on.

Every function takes a clean text and a seeded ``random.Random`` and gives the damaged text. The mechanics are those of
the sites where such texts come from; nothing here is shared with the code that repairs.
"""

from __future__ import annotations

import functools
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

HAN = re.compile("[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Site:
    """How one site breaks GBK text.

    Attributes:
        name: What to call it.
        replaced: Full-width characters whose two bytes are replaced by the one ASCII byte, wherever the two bytes stand.
        mark: What the decoder writes for bytes it cannot decode.
        swallow: Whether the decoder takes the ASCII byte behind a lone lead byte with it: ``never``, ``always`` or
            ``brackets`` (as in the seed text).
        unassigned: What becomes of a pair no character is assigned to: ``keep`` (private use), ``drop``, ``mark``,
            or ``skip`` (its first byte is marked and the second read anew, as Python's GBK codec does).
    """

    name: str
    replaced: str
    mark: str
    swallow: str
    unassigned: str


SITES: tuple[Site, ...] = (
    Site("seed", "！？；，：（）", "?", "brackets", "drop"),
    Site("browser", "！？；", "\ufffd", "never", "keep"),
    Site("java", "！？；：，", "?", "never", "mark"),
    Site("php", "！？；：", "?", "always", "mark"),
    Site("python", "！？；：，（）", "\ufffd", "never", "mark"),
    Site("codec", "！？；", "\ufffd", "never", "skip"),
)


def shifted_gbk(text: str, site: Site) -> str:
    """The text as a site shows it: encoded as GBK, pairs replaced byte by byte, decoded leniently."""
    data = text.encode("gb18030")
    pairs = {b"\xa3" + bytes([ord(ch) - 0xFEE0 + 0x80]): ord(ch) - 0xFEE0 for ch in site.replaced}
    broken = bytearray()
    at = 0
    while at < len(data):
        if (pair := data[at : at + 2]) in pairs:
            broken.append(pairs[pair])
            at += 2
        else:
            broken.append(data[at])
            at += 1
    return _lenient(bytes(broken), site)


def _lenient(data: bytes, site: Site) -> str:
    out: list[str] = []
    at = 0
    while at < len(data):
        lead = data[at]
        if lead < 0x80:
            out.append(chr(lead))
            at += 1
            continue
        pair = data[at : at + 2]
        if lead in (0x80, 0xFF) or len(pair) < 2 or not (0x40 <= pair[1] <= 0xFE and pair[1] != 0x7F):
            if len(pair) == 2 and 0x30 <= pair[1] <= 0x39 and (four := _four(data[at : at + 4])):
                out.append(four)
                at += 4
                continue
            out.append(site.mark)
            takes = (
                len(pair) == 2
                and pair[1] < 0x40
                and (site.swallow == "always" or (site.swallow == "brackets" and pair[1] == 0x28))
            )
            at += 2 if takes else 1
            continue
        try:
            out.append(pair.decode("gbk"))
        except UnicodeDecodeError:
            if site.unassigned == "keep":
                try:
                    out.append(pair.decode("gb18030"))
                except UnicodeDecodeError:
                    out.append(site.mark)
            elif site.unassigned == "mark":
                out.append(site.mark)
            elif site.unassigned == "skip":
                out.append(site.mark)
                at -= 1
        at += 2
    return "".join(out)


def _four(data: bytes) -> str:
    try:
        return data.decode("gb18030") if len(data) == 4 else ""
    except UnicodeDecodeError:
        return ""


@functools.cache
def _opencc(name: str) -> object:
    import opencc

    return opencc.OpenCC(name)


def traditional(text: str, flavour: str = "s2tw") -> str:
    """The text in traditional characters; flavours: ``s2t``, ``s2tw``, ``s2hk``."""
    found: str = _opencc(flavour).convert(text)  # type: ignore[attr-defined]
    return found


def with_pinyin(text: str, rng: random.Random, *, share: float = 0.15, marks: bool = True, brackets: str = "()") -> str:
    """Readings in brackets after a share of the characters; traditional ones are hit four times as often."""
    import pypinyin

    style = pypinyin.Style.TONE if marks else pypinyin.Style.NORMAL
    out: list[str] = []
    for ch in text:
        out.append(ch)
        if HAN.match(ch):
            rare = traditional_only(ch)
            if rng.random() < min(1.0, share * (4 if rare else 0.25)):
                out.append(f"{brackets[0]}{pypinyin.pinyin(ch, style=style)[0][0]}{brackets[1]}")
    return "".join(out)


@functools.lru_cache(maxsize=30_000)
def traditional_only(character: str) -> bool:
    """Whether GB2312 lacks a character."""
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return True
    return False


def half_width(text: str, rng: random.Random) -> str:
    """Full-width commas, brackets and the like as half-width ones."""
    return text.translate(str.maketrans("，；：？！（）", ",;:?!()"))


def doubled_punctuation(text: str, rng: random.Random) -> str:
    """A tenth of the commas twice."""
    return re.sub("[，、；]", lambda m: m[0] * (2 if rng.random() < 0.1 else 1), text)


def spaced_punctuation(text: str, rng: random.Random) -> str:
    """Blanks around most punctuation."""
    return re.sub("[，、；。：]", lambda m: f" {m[0]} " if rng.random() < 0.8 else m[0], text)


def zero_width(text: str, rng: random.Random) -> str:
    """Zero-width characters after a twentieth of the characters."""
    return "".join(ch + (rng.choice("\u200b\u200c\ufeff\u2060") if rng.random() < 0.05 else "") for ch in text)


def entities(text: str, rng: random.Random) -> str:
    """Line ends as <br/>, quotation marks as entities, paragraphs in tags."""
    out = text.replace("“", "&ldquo;").replace("”", "&rdquo;").replace("\n", "<br/>")
    return f'<p class="text">{out}</p>'


def utf8_as_latin1(text: str, rng: random.Random) -> str:
    """UTF-8 read as Latin-1."""
    return text.encode().decode("latin-1")


def utf8_as_cp1252(text: str, rng: random.Random) -> str:
    """UTF-8 read as Windows-1252, undefined bytes kept as control characters, as browsers do."""
    return "".join(
        bytes([b]).decode("cp1252") if b not in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else chr(b) for b in text.encode()
    )


def gbk_as_latin1(text: str, rng: random.Random) -> str:
    """GBK read as Latin-1."""
    return text.encode("gb18030").decode("latin-1")


def utf8_as_gbk(text: str, rng: random.Random) -> str:
    """UTF-8 read as GBK, what cannot be decoded lost."""
    return text.encode().decode("gb18030", "replace")


def boilerplate(text: str, rng: random.Random) -> str:
    """The lines of a page around the text."""
    head = ["首页 > 新闻中心 > 正文", "发布时间：2024-05-06 10:11  来源：本站", "【字体：大 中 小】"]
    tail = ["分享到：", "责任编辑：王某", "上一篇：没有了", "【打印】【关闭】", "版权所有 某某网"]
    return "\n".join([*head, text, *tail])


SPAM = (
    "澳门新葡京娱乐城注册即送彩金88元！",
    "想要代开增值税发票请加微信：kp88888。",
    "北京赛车开奖直播，时时彩计划群天天更新！",
)


def spliced_spam(text: str, rng: random.Random) -> str:
    """An advertisement between two sentences."""
    stops = [m.end() for m in re.finditer("。", text)] or [len(text)]
    at = rng.choice(stops)
    return text[:at] + rng.choice(SPAM) + text[at:]


Damage = Callable[[str, random.Random], str]
KINDS: dict[str, Damage] = {
    "traditional_tw": lambda text, rng: traditional(text, "s2tw"),
    "traditional_hk": lambda text, rng: traditional(text, "s2hk"),
    "traditional_pinyin": lambda text, rng: with_pinyin(traditional(text), rng),
    "traditional_pinyin_half_width": lambda text, rng: half_width(with_pinyin(traditional(text), rng), rng),
    "pinyin_no_tones": lambda text, rng: with_pinyin(text, rng, marks=False),
    "pinyin_full_width_brackets": lambda text, rng: with_pinyin(text, rng, brackets="（）"),
    "zero_width": zero_width,
    "doubled_punctuation": doubled_punctuation,
    "spaced_punctuation": spaced_punctuation,
    "entities": entities,
    "utf8_as_latin1": utf8_as_latin1,
    "utf8_as_cp1252": utf8_as_cp1252,
    "gbk_as_latin1": gbk_as_latin1,
    "utf8_as_gbk": utf8_as_gbk,
    "boilerplate": boilerplate,
}


def accuracy(truth: str, found: str) -> float:
    """Character accuracy: 1 - edit distance / length of the truth, not below 0."""
    if truth == found:
        return 1.0
    return max(0.0, 1 - distance(truth, found) / max(len(truth), 1))


def distance(a: Sequence[str], b: Sequence[str]) -> int:
    """Levenshtein distance; common heads and tails are cut first."""
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    a, b = a[start:], b[start:]
    while a and b and a[-1] == b[-1]:
        a, b = a[:-1], b[:-1]
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        previous, row[0] = row[0], i
        for j, y in enumerate(b, start=1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (x != y))
    return row[-1]
