"""What is left of HTML in a text: entities, tags, scripts and styles."""

from __future__ import annotations

import html
import re

from etl.clean.edits import Edit, Work

_BLOCK = re.compile(r"<(script|style|noscript|iframe)\b[^<>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->|<!DOCTYPE[^<>]*>|<\?xml[^<>]*\?>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(
    r"</?(a|abbr|article|b|big|blockquote|body|br|button|center|dd|div|dl|dt|em|fieldset|figcaption|figure|font|footer|form"
    r"|h[1-6]|head|header|hr|html|i|img|input|label|li|link|main|meta|nav|ol|option|p|pre|section|select|small|span|strong"
    r"|sub|sup|table|tbody|td|tfoot|th|thead|title|tr|u|ul|video)(?:\s[^<>]*|/)?>",
    re.IGNORECASE,
)
_BREAKS = frozenset(
    [
        "br",
        "p",
        "div",
        "li",
        "tr",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "table",
        "ul",
        "ol",
        "dd",
        "dt",
        "section",
        "article",
        "title",
        "blockquote",
    ]
)
_ENTITY = re.compile(
    r"&(?:amp;)*(?:(?:nbsp|ensp|emsp|thinsp|lt|gt|amp|quot|apos|ldquo|rdquo|lsquo|rsquo|hellip|mdash|ndash|middot|bull"
    r"|copy|reg|times|deg|permil|yen|euro|laquo|raquo|plusmn|sup2|sup3|le|ge|alpha|beta|gamma|mu|zwnj|zwj"
    r"|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});|nbsp(?![a-zA-Z]))"
)


def entity_value(entity: str) -> str:
    """The character an entity stands for, however often its & was escaped; blanks of any width are one space."""
    plain = "&" + re.sub(r"^&(?:amp;)*", "", entity)
    value = html.unescape(plain if plain.endswith(";") else plain + ";")
    if value in "\u00a0\u2002\u2003\u2009":
        return " "
    return "" if value in "\u200c\u200d\ufffd" or ord(value[0]) < 32 else value


def html_debris(work: Work) -> None:
    """Deletes tags and comments (a block's end becomes a line end) and resolves entities."""
    text = work.text
    if "<" in text and ">" in text:
        for pattern in (_BLOCK, _COMMENT):
            if pattern is _COMMENT or "</" in work.text:
                work.apply("html", [Edit(m.start(), m.end(), "") for m in pattern.finditer(work.text)])
        edits: list[Edit] = []
        end = -1
        for match in _TAG.finditer(work.text):
            # Neighbouring block tags give one line end.
            broke = match[1].lower() in _BREAKS and not (match.start() == end and edits and edits[-1].replacement)
            edits.append(Edit(match.start(), match.end(), "\n" if broke else ""))
            end = match.end()
        work.apply("html", edits)
    if "&" in work.text:
        work.apply("html", [Edit(m.start(), m.end(), entity_value(m[0])) for m in _ENTITY.finditer(work.text)])
