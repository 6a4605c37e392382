"""Lists that were tables and became running text: 序号 名称 依托单位 … with the rows after it.

Four shapes are met: cells set apart by tabs, bars or semicolons; by blanks; one cell on each line; and all run together,
where only serial numbers and the ends of names tell the cells apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from etl.sources.headings import column_of, is_heading, normalise
from etl.sources.items import SourceFailure, SourceItem
from etl.sources.origin import Origin
from etl.sources.tables import table_items
from graph.ontology import Ontology

_SERIAL = re.compile(r"[(（\[]?\s*(\d{1,3})\s*[)）\]]?[.、．]?")
_SEPARATORS = (r"\t+", r"\s*[|｜]\s*", r"\s*[;；]\s*", r"[ \u3000]{2,}", r"[ \u3000]+")
_RUN_TOGETHER = re.compile(r"序号([\u4e00-\u9fff]{4,40}?)(?=1\D)")
_REGION = re.compile(
    r"(?:[\u4e00-\u9fff]{2,6}?(?:省|自治区|市|州|盟|地区))?[\u4e00-\u9fff]{2,8}?(?:高新区|经开区|新区|自治县|开发区|市|县|区|旗|州|盟)"
)
_LEAST_ROWS = 2


def flattened_tables(text: str, ontology: Ontology) -> list[list[list[str]]]:
    """The tables that are flattened into a text, each a list of rows of cells with the headings first."""
    if "序号" not in text and "\t" not in text and "名称" not in text:
        return []
    lines = [line.strip() for line in text.replace("\r\n", "\n").split("\n")]
    return [*_separated(lines), *_stacked(lines), *_together(text, ontology)]


def flattened_items(text: str, origin: Origin, ontology: Ontology, *, content_type: str) -> Iterator[SourceItem]:
    """Records of the flattened tables; rows whose type is unknown are left to the reader of the text."""
    for number, table in enumerate(flattened_tables(text, ontology), start=1):
        items = table_items(
            table, origin, ontology, content_type=content_type, title=text[:80].split("\n")[0], place=f"list {number}"
        )
        yield from (item for item in items if not isinstance(item, SourceFailure))


def _is_heading(cells: list[str]) -> bool:
    columns = [column_of(cell) for cell in cells]
    known = [c for c in columns if c]
    return (
        len(cells) >= 2
        and "name" in known
        and len(known) >= 2
        and len(known) * 3 >= len(cells) * 2
        and max(map(len, cells)) <= 12
    )


def _separated(lines: list[str]) -> Iterator[list[list[str]]]:
    at = 0
    while at < len(lines):
        for separator in _SEPARATORS:
            heading = re.split(separator, lines[at])
            if not (heading[0] and _is_heading(heading)):
                continue
            rows: list[list[str]] = []
            following = at + 1
            while following < len(lines):
                cells = re.split(separator, lines[following])
                if not lines[following]:
                    following += 1
                    continue
                if len(cells) != len(heading):
                    break
                rows.append(cells)
                following += 1
            if len(rows) >= _LEAST_ROWS:
                yield [heading, *rows]
                at = following - 1
                break
        at += 1


def _stacked(lines: list[str]) -> Iterator[list[list[str]]]:
    """One cell a line: 序号 / 名称 / 依托单位 / 1 / … / 2 / …"""
    filled = [line for line in lines if line]
    at = 0
    while at < len(filled):
        if normalise(filled[at]) != "序号":
            at += 1
            continue
        width = 0
        for after in range(at + 1, min(at + 12, len(filled))):
            if _SERIAL.fullmatch(filled[after]):
                width = after - at
                break
        if width < 2 or not _is_heading(filled[at : at + width]):
            at += 1
            continue
        rows: list[list[str]] = []
        here = at + width
        while here + width <= len(filled):
            serial = _SERIAL.fullmatch(filled[here])
            if not serial or int(serial[1]) != len(rows) + 1:
                break
            rows.append(filled[here : here + width])
            here += width
        if len(rows) >= _LEAST_ROWS:
            yield [filled[at : at + width], *rows]
        at = max(here, at + 1)


def _together(text: str, ontology: Ontology) -> Iterator[list[list[str]]]:
    """All run together: 序号基地名称建设单位所在地1…中试基地…有限公司…市2…"""
    for match in _RUN_TOGETHER.finditer(text):
        headings = _cut_headings(match[1])
        columns = [column_of(h) for h in headings]
        if "name" not in columns or not {"host", "owner", "region"} & set(columns):
            continue
        rows: list[list[str]] = []
        at = match.end()
        number = 1
        while text.startswith(str(number), at):
            start = at + len(str(number))
            following = re.compile(rf"(?<=\D){number + 1}(?=[\u4e00-\u9fff])").search(text, start, start + 300)
            end = following.start() if following else _end_of_list(text, start)
            cells = _cut_cells(text[start:end].strip(), columns, ontology)
            if cells is None:
                break
            rows.append([str(number), *cells])
            number += 1
            at = end
        if len(rows) >= _LEAST_ROWS:
            yield [["序号", *headings], *rows]


def _end_of_list(text: str, start: int) -> int:
    match = re.compile(r"[\s。；]").search(text, start)
    return match.start() if match else len(text)


def _cut_headings(run: str) -> list[str]:
    """Cuts headings run together into the fewest known ones; empty if that is impossible."""
    best: list[list[str] | None] = [[]] + [None] * len(run)
    for end in range(1, len(run) + 1):
        for start in range(max(0, end - 8), end):
            before = best[start]
            known = end - start >= 2 and is_heading(run[start:end])
            if before is not None and known and (best[end] is None or len(before) + 1 < len(best[end] or [])):
                best[end] = [*before, run[start:end]]
    return best[-1] or []


def _cut_cells(run: str, columns: list[str], ontology: Ontology) -> list[str] | None:
    """Cuts one row; the last column takes what is left. None where a column's end cannot be told."""
    heads = sorted((h for t in ontology.entity_types.values() for h in t.heads), key=len, reverse=True)
    ends = re.compile(f"[\u4e00-\u9fffA-Za-z0-9（）()“”·-]{{2,}}?(?:{'|'.join(map(re.escape, heads))})")
    cells: list[str] = []
    at = 0
    for number, column in enumerate(columns):
        if number == len(columns) - 1:
            cells.append(run[at:].strip())
            break
        pattern = _REGION if column == "region" else ends if column in ("name", "host", "owner") else None
        match = pattern.match(run, at) if pattern else None
        if match is None:
            return None
        cells.append(match[0])
        at = match.end()
    return cells if all(cells) else None
