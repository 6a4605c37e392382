"""Tells what bytes are, by their content; the name decides only between plain texts."""

from __future__ import annotations

from dataclasses import dataclass

from etl.sources.archive import package_kind
from etl.sources.charset import Decoded, decode
from etl.sources.delimited import find_delimiter
from etl.sources.html import declared_charset, decode_html, looks_like_html
from etl.sources.jsonl import looks_like_jsonl
from etl.sources.text import looks_like_markdown

_REFUSED: tuple[tuple[bytes, str, str], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file (.doc, .xls)", "Save it as .docx or .xlsx."),
    (b"{\\rtf", "an RTF file", "Save it as .docx."),
    (b"\x89PNG", "a picture", "Run an OCR program and give its text."),
    (b"\xff\xd8\xff", "a picture", "Run an OCR program and give its text."),
    (b"GIF8", "a picture", "Run an OCR program and give its text."),
    (b"II*\x00", "a picture", "Run an OCR program and give its text."),
    (b"\x1f\x8b", "a gzip file", "Unpack it and give what it holds."),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "Unpack it and give what it holds."),
    (b"Rar!", "a RAR archive", "Unpack it and give what it holds."),
    (b"\x7fELF", "a program", "Give a text, a page, a table or a PDF."),
    (b"SQLite format 3\x00", "a database file", "Export its tables as CSV."),
    (b"PAR1", "a Parquet file", "Export it as CSV."),
)


@dataclass(frozen=True, slots=True)
class Detected:
    """What bytes are.

    Attributes:
        kind: ``pdf``, ``docx``, ``xlsx``, ``zip``, ``html``, ``jsonl``, ``csv``, ``markdown``, ``text``, or ``""`` for
            something that cannot be read.
        decoded: The text, for the kinds that are text.
        delimiter: For ``csv``.
        reason: Why it cannot be read.
        remedy: What to do about it.
    """

    kind: str
    decoded: Decoded | None = None
    delimiter: str = ""
    reason: str = ""
    remedy: str = ""


def detect(data: bytes, name: str, charset: str = "") -> Detected:
    """Tells what bytes are.

    Args:
        data: The bytes.
        name: File name or URL; decides between csv, markdown and text.
        charset: Encoding that a server declared.
    """
    if b"%PDF-" in data[:1024]:
        return Detected("pdf")
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        kind = package_kind(data)
        return (
            Detected(kind)
            if kind
            else Detected("", reason="It is a damaged ZIP file.", remedy="Make or download it again.")
        )
    for magic, what, remedy in _REFUSED:
        if data.startswith(magic):
            return Detected("", reason=f"It is {what}, which is not read.", remedy=remedy)
    if declared_charset(data):
        decoded = decode_html(data, charset)
        if looks_like_html(decoded.text):
            return Detected("html", decoded)
    decoded = decode(data, charset)
    text = decoded.text
    if _is_binary(text):
        return Detected(
            "", reason="It is neither text nor a format that is read.", remedy="Give a text, a page, a table or a PDF."
        )
    lower = name.lower()
    if looks_like_html(text):
        return Detected("html", decoded)
    if looks_like_jsonl(text):
        return Detected("jsonl", decoded)
    if delimiter := find_delimiter(text, certain=lower.endswith((".csv", ".tsv"))):
        return Detected("csv", decoded, delimiter)
    if lower.endswith((".csv", ".tsv")):
        return Detected("csv", decoded, "\t" if lower.endswith(".tsv") else ",")
    if lower.endswith((".md", ".markdown")) or (looks_like_markdown(text) and not lower.endswith(".txt")):
        return Detected("markdown", decoded)
    return Detected("text", decoded)


def _is_binary(text: str) -> bool:
    """Whether more than a fiftieth of the first characters are control characters, of either set."""
    head = text[:20_000]
    odd = sum((ch < " " and ch not in "\t\n\r\x0b\x0c\x1b") or "\x7f" <= ch <= "\x9f" for ch in head)
    return odd > 0.02 * len(head) > 0
