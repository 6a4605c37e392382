"""Tables of cells, from whatever format, to records: finds the heading row and reads the rows under it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from etl.sources.headings import FREELY_NAMED, column_of, half_width, normalise, type_in_title, type_of_name_heading
from etl.sources.items import SourceItem
from etl.sources.origin import Origin
from etl.sources.rows import row_items
from graph.ontology import Ontology

_SEARCHED = 30
_LONGEST_HEADING = 20
_TOTALS = re.compile("^(?:合计|总计|小计|共计|total|注[:：]|备注[:：]|说明[:：]|来源[:：]|数据来源)", re.IGNORECASE)
# What says what a row is about.
_CONTENT = frozenset({"name", "text", "title"})

Table = Sequence[Sequence[str]]


def heading_row(table: Table) -> int:
    """Index of the row of headings, or -1: the first with two known headings of which one says what the row is about."""
    for index, row in enumerate(table[:_SEARCHED]):
        columns = {column_of(cell) for cell in row if cell.strip()}
        known = columns - {""}
        filled = [cell for cell in row if cell.strip()]
        told = len(known) * 2 >= len(set(filled)) or (len(known) >= 3 and max(map(len, filled)) <= _LONGEST_HEADING)
        if known & _CONTENT and (len(known) >= 2 or len(filled) == 1) and told:
            return index
    return -1


def table_items(
    table: Table,
    origin: Origin,
    ontology: Ontology,
    *,
    content_type: str,
    encoding: str = "",
    title: str = "",
    place: str = "",
) -> Iterator[SourceItem]:
    """Records or documents of a table's rows.

    Args:
        table: Rows of cells as strings.
        origin: The table's source.
        ontology: For types and stages.
        content_type: Format of the source.
        encoding: Encoding of the source.
        title: What stands above the table, its sheet or its file's name; tells the type where no column does.
        place: Sheet or table within the source.
    """
    at = heading_row(table)
    if at < 0:
        yield origin.failure(
            "No row of headings was found in the table.",
            "Name the columns in one row, for example type, name, region (类型, 名称, 地区), or text (正文).",
            at=place,
        )
        return
    headings = [cell.strip() for cell in table[at]]
    above = " ".join(cell for row in table[:at] for cell in row if cell.strip())
    named = (type_of_name_heading(h, ontology) for h in headings if column_of(h) == "name")
    told = type_in_title(above, ontology) or type_in_title(title, ontology)
    default = next(filter(None, named), "") or (told if told in FREELY_NAMED else "")
    for number, row in enumerate(table[at + 1 :], start=at + 2):
        cells = {h or f"column {i + 1}": half_width(c.strip()) for i, (h, c) in enumerate(_paired(headings, row))}
        filled = [c for c in cells.values() if c]
        if not filled or _repeats(headings, row) or (_TOTALS.match(filled[0]) and len(set(filled)) <= 3):
            continue
        if len(set(filled)) == 1 and len(headings) > 1 and (len(filled) > 1 or len(filled[0]) > 40):
            continue  # a merged caption or note across the table
        yield from row_items(
            cells,
            origin,
            ontology,
            at=number,
            content_type=content_type,
            encoding=encoding,
            default_type=default,
            fallback_type=told,
            place=f"{place}:" if place else "",
        )


def _paired(headings: Sequence[str], row: Sequence[str]) -> list[tuple[str, str]]:
    seen: dict[str, int] = {}
    pairs: list[tuple[str, str]] = []
    for index in range(max(len(headings), len(row))):
        heading = headings[index] if index < len(headings) else ""
        cell = row[index] if index < len(row) else ""
        if heading and (count := seen.get(heading, 0)):
            pairs.append((f"{heading} {count + 1}", cell))
        else:
            pairs.append((heading or f"column {index + 1}", cell))
        seen[heading] = seen.get(heading, 0) + 1
    return pairs


def _repeats(headings: Sequence[str], row: Sequence[str]) -> bool:
    """Whether a row is the heading row again, as on each page of a long table."""
    cells = [normalise(c) for c in row]
    return cells[: len(headings)] == [normalise(h) for h in headings]
