"""Web pages: main text, title, date and outlet (trafilatura), and the rows of their tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from etl.sources.charset import Decoded, decode
from etl.sources.dates import iso_date, labelled_date
from etl.sources.items import RawDocument, SourceFailure, SourceItem
from etl.sources.origin import Origin
from etl.sources.tables import heading_row, table_items
from graph.ontology import Ontology

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:-]+)", re.IGNORECASE)
_OUTLET = re.compile(r"(?:信息|文章|稿件)?来源\s*[:：]\s*([^\s<>|｜，。]{2,30})")
_START = re.compile(
    r"^\s*(?:<!--.*?-->\s*|<\?xml[^>]*\?>\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_TAGS = re.compile(r"</?(?:div|p|a|span|table|td|li|h[1-6]|br|meta|script)\b[^<>]*>", re.IGNORECASE)
_NOT_TEXT = "//script|//style|//noscript|//nav|//header|//footer|//form|//iframe|//aside|//comment()"
_SITE_SUFFIX = re.compile(r"\s*[-_|–—]+\s*[^-_|–—]{2,20}(?:网|政府|厅|局|门户网站|委员会|频道|日报|News)$")
_SHORTEST = 30
_NESTED = 2_000


def looks_like_html(text: str) -> bool:
    """Whether a text is a page: it starts like one or is full of tags."""
    head = text[:100_000]
    return bool(_START.match(head[:5_000])) or (len(_TAGS.findall(head)) >= 10 and head.lstrip().startswith("<"))


def declared_charset(data: bytes) -> str:
    """The encoding that a page claims in its first 4 KB, ``""`` if it claims none."""
    match = _META_CHARSET.search(data[:4096])
    return match[1].decode("ascii") if match else ""


def decode_html(data: bytes, declared: str = "") -> Decoded:
    """Decodes a page; what it or its server declares is a hint."""
    return decode(data, declared_charset(data) or declared)


def read_html(decoded: Decoded, origin: Origin, ontology: Ontology) -> Iterator[SourceItem]:
    """The page's document, then the records of its tables."""
    import lxml.etree
    import lxml.html

    text = decoded.text
    try:
        tree = lxml.html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text), ensure_head_body=True)
    except (lxml.etree.LxmlError, ValueError) as error:
        yield origin.failure(f"The page cannot be parsed: {error}.", "Save it again from a browser, or as text.")
        return
    if _depth(tree) > _NESTED:
        yield origin.failure(f"Its elements are nested more than {_NESTED} deep.", "Save it as text.")
        return
    found = _extract(text, origin)
    main = _untabled(found.get("text") or "")
    if len(main.strip()) < _SHORTEST:
        main = _plain(lxml.html.fromstring(lxml.etree.tostring(tree)))
    outlet = _OUTLET.search(tree.text_content()[:20_000])
    notes = decoded.notes + ((f"outlet: {outlet[1]}",) if outlet else ())
    document = RawDocument(
        id=origin.id_of("doc"),
        text=main,
        title=_title(found.get("title") or "", tree),
        date=_date(tree) or found.get("date") or "",
        source=origin.name,
        content_type="html",
        encoding=decoded.encoding,
        notes=notes,
    )
    yield from origin.document(document)
    yield from _tables(tree, document.title, origin, ontology)


def _untabled(text: str) -> str:
    """Rows that trafilatura writes with bars as lines with tabs, without its rules of dashes."""
    text = re.sub(r"^\|(?:-+\|)+[ \t]*\n?", "", text, flags=re.MULTILINE)
    return re.sub(
        r"^\| (.*?)\|[ \t]*$", lambda m: re.sub(r"\s*\|\s*", "\t", m[1]).rstrip(), text, flags=re.MULTILINE
    )


def _depth(tree: Any) -> int:
    deepest = 0
    depth = 0
    import lxml.etree

    for event, _ in lxml.etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest


def _extract(text: str, origin: Origin) -> dict[str, str]:
    import logging

    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    try:
        found = trafilatura.bare_extraction(
            text,
            url=origin.key if origin.key.startswith(("http://", "https://")) else None,
            include_comments=False,
            include_tables=True,
            favor_precision=False,
            with_metadata=True,
        )
    except Exception:  # noqa: BLE001 - whatever a page does to it, the plain text of the body is still there
        return {}
    return {} if found is None else {k: getattr(found, k) or "" for k in ("text", "title", "date")}


def _plain(tree: Any) -> str:
    """All words of the body but navigation and the like, a line for each block."""
    for element in tree.xpath(_NOT_TEXT):
        parent = element.getparent()
        if parent is not None:
            element.drop_tree()
    for block in tree.iter(
        "p", "div", "li", "tr", "br", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "dd", "dt"
    ):
        block.tail = "\n" + (block.tail or "")
    for cell in tree.iter("td", "th"):
        cell.tail = "\t" + (cell.tail or "")
    bodies = tree.xpath("//body")
    lines = (bodies[0] if bodies else tree).text_content().split("\n")
    return "\n".join(line for line in (re.sub(r"[ \t\u00a0]+", " ", raw).strip() for raw in lines) if line)


def _title(found: str, tree: Any) -> str:
    for name in ("ArticleTitle", "og:title"):
        for element in tree.xpath("//meta[@name=$n or @property=$n]", n=name):
            if content := (element.get("content") or "").strip():
                return str(content)
    headings = [" ".join(h.text_content().split()) for h in tree.xpath("//h1")]
    plain = [h for h in headings if 4 <= len(h) <= 120]
    if len(plain) == 1:
        return plain[0]
    if not found:
        found = " ".join((tree.findtext(".//title") or "").split())
    return _SITE_SUFFIX.sub("", found).strip()


def _date(tree: Any) -> str:
    for name in ("PubDate", "pubdate", "publishdate", "article:published_time", "date"):
        for element in tree.xpath("//meta[@name=$n or @property=$n]", n=name):
            if found := iso_date(element.get("content")):
                return found
    return labelled_date(tree.text_content())


def _tables(tree: Any, title: str, origin: Origin, ontology: Ontology) -> Iterator[SourceItem]:
    for number, table in enumerate(tree.iter("table"), start=1):
        if table.find(".//table") is not None:
            continue  # a layout table; the ones inside come by themselves
        rows = _rows(table)
        if len(rows) < 2 or heading_row(rows) < 0:
            continue
        caption = table.findtext("caption") or title
        items = table_items(rows, origin, ontology, content_type="html", title=caption, place=f"table {number}")
        yield from (item for item in items if not isinstance(item, SourceFailure))


def _rows(table: Any) -> list[list[str]]:
    """Cells with row and column spans filled in."""
    carried: dict[int, tuple[int, str]] = {}
    rows: list[list[str]] = []
    for tr in table.iter("tr"):
        cells: list[str] = []
        for cell in tr.iter("td", "th"):
            _fill(cells, carried)
            text = " ".join(cell.text_content().split())
            across, down = _span(cell, "colspan"), _span(cell, "rowspan")
            for _ in range(across):
                if down > 1:
                    carried[len(cells)] = (down - 1, text)
                cells.append(text)
        _fill(cells, carried)
        rows.append(cells)
    return rows


def _fill(cells: list[str], carried: dict[int, tuple[int, str]]) -> None:
    while len(cells) in carried:
        at = len(cells)
        left, text = carried.pop(at)
        if left > 1:
            carried[at] = (left - 1, text)
        cells.append(text)


def _span(cell: Any, name: str) -> int:
    value = cell.get(name) or "1"
    return min(int(value), 50) if value.isascii() and value.isdigit() and int(value) > 0 else 1
