"""DOCX and XLSX."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import PurePath
from typing import Any

from etl.sources.flattened import flattened_items
from etl.sources.items import RawDocument, SourceFailure, SourceItem
from etl.sources.origin import Origin
from etl.sources.tables import heading_row, table_items
from graph.ontology import Ontology

_MOST_CELLS = 2_000_000
_MOST_COLUMNS = 200


def read_docx(data: bytes, origin: Origin, ontology: Ontology) -> Iterator[SourceItem]:
    """The document's paragraphs and tables in their order, then the records of the tables."""
    import docx
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    try:
        opened = docx.Document(io.BytesIO(data))
        parts: list[str] = []
        tables: list[tuple[str, list[list[str]]]] = []
        title = ""
        counters: dict[int, int] = {}
        for block in opened.iter_inner_content():
            if isinstance(block, Paragraph):
                text = block.text.strip("\n")
                style = (block.style.name or "") if block.style is not None else ""
                if not title and text.strip() and re.match(r"Title|Heading [12]|标题", style):
                    title = text.strip()
                parts.append(_numbered(text, style, counters))
            elif isinstance(block, Table):
                rows = _docx_rows(block)
                tables.append((next((p for p in reversed(parts) if p.strip()), title), rows))
                parts.extend("\t".join(row) for row in rows)
        title = (opened.core_properties.title or "").strip() or title
    except Exception as error:  # noqa: BLE001 - a damaged package fails in any of a dozen ways inside python-docx
        yield origin.failure(
            f"The DOCX file cannot be opened: {_short(error)}.", "Open it in a word processor and save it again."
        )
        return
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(parts)).strip("\n")
    yield from origin.document(
        RawDocument(id=origin.id_of("doc"), text=text, title=title, source=origin.name, content_type="docx")
    )
    for number, (above, rows) in enumerate(tables, start=1):
        if len(rows) >= 2 and heading_row(rows) >= 0:
            items = table_items(
                rows, origin, ontology, content_type="docx", title=above or title, place=f"table {number}"
            )
            yield from (item for item in items if not isinstance(item, SourceFailure))
    if not tables:
        yield from flattened_items(text, origin, ontology, content_type="docx")


def _numbered(text: str, style: str, counters: dict[int, int]) -> str:
    """A paragraph of a numbered list with its number, as Word shows it; the count starts anew after other text."""
    match = re.match(r"List Number(?: (\d))?$", style)
    if not match:
        if text.strip():
            counters.clear()
        return text
    level = int(match[1] or 1)
    counters[level] = counters.get(level, 0) + 1
    return f"{counters[level]}. {text}"


def _docx_rows(table: Any) -> list[list[str]]:
    """Cells as strings; a merged cell stands in each place it covers."""
    return [[" ".join(cell.text.split()) for cell in row.cells] for row in table.rows]


def read_xlsx(data: bytes, origin: Origin, ontology: Ontology) -> Iterator[SourceItem]:
    """Records or documents of every sheet that has something on it."""
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions, which do not matter here
            book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    except Exception as error:  # noqa: BLE001 - a damaged package fails in any of a dozen ways inside openpyxl
        yield origin.failure(
            f"The XLSX file cannot be opened: {_short(error)}.", "Open it in a spreadsheet and save it again."
        )
        return
    empty = True
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        rows = _sheet_rows(sheet)
        if rows is None:
            yield origin.failure(
                f"The sheet {sheet.title!r} has more than {_MOST_CELLS:,} cells.", "Save it as CSV.", at=sheet.title
            )
            empty = False
        elif rows:
            empty = False
            name = re.sub(r"\.\w{1,5}$", "", PurePath(origin.name.rpartition("!")[2]).name)
            title = f"{name} {sheet.title}"
            yield from table_items(rows, origin, ontology, content_type="xlsx", title=title, place=sheet.title)
    if empty:
        yield origin.failure("No visible sheet has anything on it.", "Check that the file is the one you meant.")


def _sheet_rows(sheet: Any) -> list[list[str]] | None:
    """Cells as strings with merged ranges filled in; None for a sheet that is too large."""
    if sheet.max_row * min(sheet.max_column, _MOST_COLUMNS) > _MOST_CELLS:
        return None
    rows = [
        [_cell(value) for value in row]
        for row in sheet.iter_rows(max_col=min(sheet.max_column, _MOST_COLUMNS), values_only=True)
    ]
    for merged in sheet.merged_cells.ranges:
        value = _cell(sheet.cell(merged.min_row, merged.min_col).value)
        for r in range(merged.min_row - 1, min(merged.max_row, len(rows))):
            for c in range(merged.min_col - 1, min(merged.max_col, len(rows[r]))):
                rows[r][c] = value
    return rows if any(cell for row in rows for cell in row) else []


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200].rstrip(".")
