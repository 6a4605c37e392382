"""Plain text and Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from etl.sources.charset import Decoded
from etl.sources.dates import iso_date
from etl.sources.flattened import flattened_items
from etl.sources.items import RawDocument, SourceItem
from etl.sources.origin import Origin
from graph.ontology import Ontology

_FRONT = re.compile(r"\A---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_MARKDOWN = re.compile(
    r"^(?:#{1,6} \S|```|\|[ :|-]+\|\s*$|[*-] \[[ x]\] )|\[[^\]\n]+\]\(\S+?\)|\*\*\S[^*\n]*\*\*", re.MULTILINE
)
_HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)


def looks_like_markdown(text: str) -> bool:
    """Whether a text has a heading or at least two other signs of Markdown."""
    head = text[:20_000]
    return bool(re.search(r"^#{1,6} \S", head, re.MULTILINE)) or len(_MARKDOWN.findall(head)) >= 2


def read_text(decoded: Decoded, origin: Origin, ontology: Ontology) -> Iterator[SourceItem]:
    """One document, and the rows of the lists in it."""
    document = RawDocument(
        id=origin.id_of("doc"),
        text=decoded.text,
        source=origin.name,
        content_type="text",
        encoding=decoded.encoding,
        notes=decoded.notes,
    )
    yield from origin.document(document)
    yield from flattened_items(decoded.text, origin, ontology, content_type="text")


def read_markdown(decoded: Decoded, origin: Origin, ontology: Ontology) -> Iterator[SourceItem]:
    """One document without its markup; front matter or the first heading gives the title."""
    text = decoded.text.replace("\r\n", "\n")
    meta: dict[object, object] = {}
    if front := _FRONT.match(text):
        try:
            loaded = yaml.safe_load(front[1])
        except (yaml.YAMLError, ValueError, RecursionError):
            loaded = None
        if isinstance(loaded, dict):
            meta = loaded
            text = text[front.end() :]
    heading = _HEADING.search(text)
    title = str(meta.get("title") or meta.get("标题") or (plain_markdown(heading[1]) if heading else "")).strip()
    document = RawDocument(
        id=str(meta.get("id") or origin.id_of("doc")),
        text=plain_markdown(text),
        title=title,
        date=iso_date(meta.get("date") or meta.get("日期")),
        source=str(meta.get("source") or meta.get("来源") or origin.name),
        content_type="markdown",
        encoding=decoded.encoding,
        notes=decoded.notes,
    )
    yield from origin.document(document)
    yield from flattened_items(document.text, origin, ontology, content_type="markdown")


def plain_markdown(text: str) -> str:
    """The words of a Markdown text; rows of its tables become lines with tabs between the cells."""
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r"^```.*$\n?", "", text, flags=re.MULTILINE)
    text = re.sub(r"^\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)*\|?[ \t]*$\n?", "", text, flags=re.MULTILINE)
    text = re.sub(
        r"^\|(.+)\|[ \t]*$", lambda m: re.sub(r"[ \t]*(?<!\\)\|[ \t]*", "\t", m[1].strip()), text, flags=re.MULTILINE
    )
    text = re.sub(r"!\[([^\]\n]*)\]\([^)\s]*(?: \"[^\"]*\")?\)", r"\1", text)
    text = re.sub(r"\[([^\]\n]+)\]\([^)\s]*(?: \"[^\"]*\")?\)", r"\1", text)
    text = re.sub(r"\[([^\]\n]+)\]\[[^\]\n]*\]", r"\1", text)
    text = re.sub(r"^[ \t]{0,3}#{1,6}[ \t]+(.*?)[ \t]*#*$", r"\1", text, flags=re.MULTILINE)
    text = re.sub(r"^[ \t]*>[ \t]?", "", text, flags=re.MULTILINE)
    text = re.sub(r"^([ \t]*)[*+-][ \t]+(?:\[[ xX]\][ \t]+)?", r"\1", text, flags=re.MULTILINE)
    text = re.sub(r"^[ \t]*(?:\*[ \t]*){3,}$|^[ \t]*(?:-[ \t]*){3,}$", "", text, flags=re.MULTILINE)
    text = re.sub(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1", r"\2", text)
    text = re.sub(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])", r"\1", text)
    text = re.sub(r"`([^`\n]+)`", r"\1", text)
    return re.sub(r"\\([\\`*_{}\[\]()#+.!|>-])", r"\1", text).strip("\n")
