"""PDF: the text layer as a reader would follow it (pypdfium2), and the rows of ruled tables (pdfplumber).

Lines come from the positions of the text on the page: columns are read one after the other, running heads, feet and page
numbers are dropped, and the lines of a paragraph are joined without a hyphen or blank between Chinese characters.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from etl.sources.flattened import flattened_items
from etl.sources.items import RawDocument, SourceFailure, SourceItem
from etl.sources.origin import Origin
from etl.sources.tables import heading_row, table_items
from graph.ontology import Ontology

_MARGIN = 0.1
_PAGE_NUMBER = re.compile(
    r"[-—–·\s第]*(?:\d{1,4}|[ivxIVX]{1,6})(?:\s*[/／]\s*\d{1,4})?[-—–·\s页]*(?:共\s*\d{1,4}\s*页)?|Page\s+\d+(?:\s+of\s+\d+)?",
    re.IGNORECASE,
)
_MOST_PAGES = 2_000
_MOST_CHARS_A_PAGE = 200_000
_ENDS = "。！？；：…”》!?:;."
_HAN_END = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef“”‘’]$")
_HAN_START = re.compile("^[\u3000-\u303f\u3400-\u9fff\uff00-\uffef“”‘’]")
_LIST_START = re.compile(
    r"^(?:[（(]?[一二三四五六七八九十]{1,3}[)）、.]|第[一二三四五六七八九十]{1,3}[章节条]|[（(]?\d{1,2}[)）、.]\s?(?!\d)|[•●■◆○·-]\s*)"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text with its box in points, the origin at the lower left of the page."""

    left: float
    bottom: float
    right: float
    top: float
    text: str

    @property
    def height(self) -> float:
        """Height of the box, never 0."""
        return max(self.top - self.bottom, 1.0)


def read_pdf(data: bytes, origin: Origin, ontology: Ontology) -> Iterator[SourceItem]:
    """The document, the pages that would need OCR, and the records of ruled tables."""
    import pypdfium2

    try:
        book = pypdfium2.PdfDocument(data)
        count = len(book)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            yield origin.failure("The PDF file is locked with a password.", "Save it without the password.")
        else:
            yield origin.failure(f"The PDF file cannot be opened: {error}.", "Print it to PDF again from a viewer.")
        return
    try:
        if count > _MOST_PAGES:
            yield origin.failure(f"It has {count:,} pages; at most {_MOST_PAGES:,} are read.", "Split it.")
            return
        pages, scanned, ruled, title = _pages(book, count)
    finally:
        book.close()
    yield from _scanned(scanned, count, origin)
    text = "\n".join(filter(None, _joined(_without_margins(pages))))
    if not text.strip():
        if not scanned:
            yield origin.failure(
                "The PDF file holds no text and no pictures.", "Check that the file is the one you meant."
            )
        return
    notes = (f"pages without text: {', '.join(map(str, scanned))}",) if scanned else ()
    document = RawDocument(
        id=origin.id_of("doc"), text=text, title=title, source=origin.name, content_type="pdf", notes=notes
    )
    yield from origin.document(document)
    found = False
    for item in _table_items(data, ruled, title or text[:60].split("\n")[0], origin, ontology):
        found = True
        yield item
    if not found:
        yield from flattened_items(text, origin, ontology, content_type="pdf")


def _scanned(pages: Sequence[int], count: int, origin: Origin) -> Iterator[SourceFailure]:
    if not pages:
        return
    which = "All pages are pictures" if len(pages) == count else f"Pages {', '.join(map(str, pages))} are pictures"
    yield origin.failure(
        f"{which} without a text layer; they need OCR.",
        "Run an OCR program that writes a searchable PDF (for example OCRmyPDF with Chinese data), then read that.",
        at="" if len(pages) == count else f"page {pages[0]}",
    )


def _pages(book: Any, count: int) -> tuple[list[tuple[float, list[Line]]], list[int], list[int], str]:
    """Per page its height and lines; numbers of scanned pages and of pages with ruled lines; the title."""
    import pypdfium2
    import pypdfium2.raw as raw

    pages: list[tuple[float, list[Line]]] = []
    scanned: list[int] = []
    ruled: list[int] = []
    for number in range(count):
        try:
            page = book[number]
            lines = _lines(page)
            kinds = Counter(o.type for o in page.get_objects(max_depth=2))
            height = float(page.get_height())
        except pypdfium2.PdfiumError:
            pages.append((1.0, []))
            scanned.append(number + 1)
            continue
        if not lines and kinds[raw.FPDF_PAGEOBJ_IMAGE]:
            scanned.append(number + 1)
        if lines and kinds[raw.FPDF_PAGEOBJ_PATH] >= 4:
            ruled.append(number)
        pages.append((height, lines))
    try:
        title = book.get_metadata_value("Title").strip()
    except UnicodeDecodeError:
        title = ""
    if not title or re.search(r"\.(?:docx?|wps|indd|pdf)$|^(?:untitled|未命名|Microsoft Word)", title, re.IGNORECASE):
        title = _largest(pages[0][1]) if pages else ""
    return pages, scanned, ruled, title


def _largest(lines: list[Line]) -> str:
    """The topmost run of lines in the largest type of the first page, if it is larger than the rest and short."""
    if len(lines) < 3:
        return ""
    size = max(line.height for line in lines)
    common = sorted(line.height for line in lines)[len(lines) // 2]
    big = [line for line in lines if line.height > 0.9 * size]
    text = "".join(line.text for line in big[:3])
    return text if size > 1.2 * common and len(big) <= 3 and len(text) <= 80 else ""


def _lines(page: Any) -> list[Line]:
    """The page's lines in reading order: columns from left to right, lines from top to bottom."""
    text_page = page.get_textpage()
    try:
        pieces = list(_pieces(text_page))
    finally:
        text_page.close()
    ordered: list[Line] = []
    for block in _columns(_same_line(pieces), float(page.get_width())):
        ordered.extend(block)
    return ordered


def _pieces(text_page: Any) -> Iterator[Line]:
    """Runs of characters that follow one another at one height, in the order of the file."""
    import pypdfium2.raw as raw

    box = raw.FS_RECTF()
    current: Line | None = None
    blank = False
    for index in range(min(text_page.count_chars(), _MOST_CHARS_A_PAGE)):
        code = raw.FPDFText_GetUnicode(text_page, index)
        if code in (0x0A, 0x0D, 0x20, 0xA0, 0x09, 0x3000):
            blank = code in (0x20, 0xA0, 0x09)
            continue
        if code < 0x20 or 0xD800 <= code < 0xE000 or code >= 0xFFFE:
            continue
        if not raw.FPDFText_GetLooseCharBox(text_page, index, box):
            continue
        size = raw.FPDFText_GetFontSize(text_page, index)
        # A font that is not embedded may tell no height; then its size stands in.
        top = max(box.top, box.bottom + 1.0) if box.top - box.bottom > 1 else box.bottom + max(size, 1.0)
        ch = chr(code)
        if current is not None:
            level = abs((box.bottom + top) - (current.bottom + current.top)) < current.height
            gap = box.left - current.right
            if level and -0.5 * current.height < gap < 1.2 * current.height:
                latin = blank and (current.text[-1].isascii() or ch.isascii())
                joined = current.text + (" " if latin else "") + ch
                current = Line(
                    current.left, min(current.bottom, box.bottom), max(current.right, box.right), max(current.top, top), joined
                )
                blank = False
                continue
            yield current
        current = Line(box.left, box.bottom, box.right, top, ch)
        blank = False
    if current is not None:
        yield current


def _same_line(pieces: list[Line]) -> list[Line]:
    """Pieces at one height and close together as one line; a wide gap, as between columns, keeps them apart."""
    pieces = sorted(dict.fromkeys(pieces), key=lambda p: (-(p.top + p.bottom) / 2, p.left))
    rows: list[list[Line]] = []
    for piece in pieces:
        middle = (piece.top + piece.bottom) / 2
        if rows and abs(middle - (rows[-1][0].top + rows[-1][0].bottom) / 2) < 0.5 * max(
            piece.height, rows[-1][0].height
        ):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    lines: list[Line] = []
    for row in rows:
        row.sort(key=lambda p: p.left)
        current = row[0]
        for piece in row[1:]:
            gap = piece.left - current.right
            if gap < 1.2 * current.height:
                blank = (
                    " "
                    if gap > 0.3 * current.height
                    or (current.text[-1].isascii() and piece.text[0].isascii() and gap > 0.15 * current.height)
                    else ""
                )
                top, bottom = max(current.top, piece.top), min(current.bottom, piece.bottom)
                current = Line(current.left, bottom, piece.right, top, current.text + blank + piece.text)
            else:
                lines.append(current)
                current = piece
        lines.append(current)
    return lines


def _columns(lines: list[Line], width: float) -> list[list[Line]]:
    """Cuts a page at the lines that cross its middle; what stands between them is read left half first."""
    middle = width / 2
    crossing = [line for line in lines if line.left < middle - 5 and line.right > middle + 5]
    sides = len(lines) - len(crossing)
    left = sum(line.right <= middle + 5 for line in lines)
    if sides < 6 or min(left, sides - left) < 3 or sides < 2 * len(crossing) or _is_table(lines, middle):
        return [lines]
    blocks: list[list[Line]] = []
    waiting: list[Line] = []

    def flush() -> None:
        blocks.append([w for w in waiting if w.right <= middle + 5])
        blocks.append([w for w in waiting if w.right > middle + 5])
        waiting.clear()

    for line in lines:
        if line in crossing:
            flush()
            blocks.append([line])
        else:
            waiting.append(line)
    flush()
    return [block for block in blocks if block]


def _is_table(lines: list[Line], middle: float) -> bool:
    """Whether halves of the page are rows of a table: short cells, three or more at one height."""
    heights = Counter(round(line.bottom) for line in lines)
    return sum(n for n in heights.values() if n >= 3) > 0.5 * len(lines)


def _without_margins(pages: list[tuple[float, list[Line]]]) -> list[list[Line]]:
    """Lines without running heads, feet and page numbers."""

    def edge(line: Line, height: float) -> bool:
        return line.bottom > (1 - _MARGIN) * height or line.top < _MARGIN * height

    repeated = Counter(key for height, lines in pages for key in {_stamp(line) for line in lines if edge(line, height)})
    often = max(2, len(pages) // 2)
    kept: list[list[Line]] = []
    for height, lines in pages:
        kept.append(
            [
                line
                for line in lines
                if not (
                    edge(line, height)
                    and (repeated[_stamp(line)] >= often or _PAGE_NUMBER.fullmatch(line.text.strip()))
                )
            ]
        )
    return kept


def _stamp(line: Line) -> str:
    return re.sub(r"\d+", "#", re.sub(r"\s+", "", line.text))


def _joined(pages: list[list[Line]]) -> Iterator[str]:
    """Paragraphs: a line that fills its column and ends no sentence goes on in the next one."""
    lines = [line for page in pages for line in page]
    if not lines:
        return
    rights = sorted(line.right for line in lines)
    paragraph = lines[0].text
    for before, line in pairwise(lines):
        if abs(before.bottom - line.bottom) < 0.5 * before.height and line.left > before.right:
            paragraph = f"{paragraph}\t{line.text}"  # the next cell of a row
        elif _goes_on(before, line, lines, rights):
            paragraph = _glue(paragraph, line.text)
        else:
            yield paragraph
            paragraph = line.text
    yield paragraph


def _goes_on(before: Line, line: Line, lines: list[Line], rights: list[float]) -> bool:
    if _LIST_START.match(line.text) or abs(before.height - line.height) > 0.35 * before.height:
        return False
    if before.bottom - line.top > 1.6 * before.height:
        return False  # a wide gap on the page
    if abs(before.bottom - line.bottom) < 0.5 * before.height:
        return False  # side by side: cells
    size = before.height
    peers = [other for other in lines if abs(other.left - before.left) < 4 * size and other.bottom != before.bottom]
    edge = max((other.right for other in peers), default=before.right)
    full = before.right > edge - 2.2 * size
    indented = (
        line.left > before.left + 1.2 * size
        and line.left > min((o.left for o in peers), default=line.left) + 1.2 * size
    )
    if not full or indented:
        return False
    return not (before.text[-1] in _ENDS and before.right < edge - 1.1 * size)


def _glue(text: str, following: str) -> str:
    if re.search(r"[A-Za-z]-$", text) and re.match(r"[a-z]", following):
        return text[:-1] + following
    if _HAN_END.search(text) or _HAN_START.search(following):
        return text + following
    return f"{text} {following}"


def _table_items(data: bytes, ruled: list[int], title: str, origin: Origin, ontology: Ontology) -> Iterator[SourceItem]:
    if not ruled:
        return
    import pdfplumber

    heading: list[str] = []
    try:
        with pdfplumber.open(io.BytesIO(data)) as book:
            for number in ruled:
                for index, table in enumerate(book.pages[number].extract_tables(), start=1):
                    rows = [[re.sub(r"\s*\n\s*", "", cell or "") for cell in row] for row in table]
                    at = heading_row(rows)
                    if at >= 0:
                        heading = rows[at]
                    elif heading and rows and len(rows[0]) == len(heading):
                        rows = [heading, *rows]  # the table goes on over the page
                    else:
                        continue
                    place = f"page {number + 1} table {index}"
                    items = table_items(rows, origin, ontology, content_type="pdf", title=title, place=place)
                    yield from (item for item in items if not isinstance(item, SourceFailure))
    except Exception as error:  # noqa: BLE001 - pdfminer fails in many ways on odd files; the text is read already
        yield origin.failure(
            f"Its tables cannot be read: {type(error).__name__}.",
            "The text was read. Save the tables as XLSX to get their rows.",
        )
