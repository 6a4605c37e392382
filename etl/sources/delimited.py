"""CSV and its kin: finds the delimiter, the heading row and what the rows are."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePath

from etl.sources.charset import Decoded
from etl.sources.items import SourceItem
from etl.sources.origin import Origin
from etl.sources.tables import heading_row, table_items
from graph.ontology import Ontology

_DELIMITERS = (",", "\t", ";", "|", "，")
_SAMPLE_LINES = 60
_UNIFORM = 0.9
_LONGEST_TITLE = 150
csv.field_size_limit(16_000_000)


def _rows(text: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False)
    rows: list[list[str]] = []
    while True:
        try:
            rows.append(next(reader))
        except StopIteration:
            return rows
        except csv.Error:
            continue  # a field beyond the limit; the row is lost and the rest goes on


def find_delimiter(text: str, *, certain: bool = False) -> str:
    """The delimiter under which a text is a table with known headings; ``""`` if there is none.

    Args:
        text: The text.
        certain: Whether its name says that it is a table, so that uneven rows do not matter.
    """
    sample = "\n".join(text[:200_000].replace("\r\n", "\n").replace("\r", "\n").split("\n")[:_SAMPLE_LINES])
    best = ("", 0)
    for delimiter in _DELIMITERS:
        if delimiter not in sample:
            continue
        rows = [row for row in _rows(sample, delimiter) if any(cell.strip() for cell in row)]
        at = heading_row(rows)
        if at < 0 or (len(rows[at]) < 2 and not certain):
            continue
        widths = Counter(len(row) for row in rows)
        # A notice with a list in it is a text: its first lines are sentences, and so are its last.
        uniform = widths[len(rows[at])] >= _UNIFORM * len(rows) and at <= 1 and len("".join(rows[0])) <= _LONGEST_TITLE
        if ((uniform and len(rows) > 1) or certain) and len(rows[at]) > best[1]:
            best = (delimiter, len(rows[at]))
    return best[0]


def read_delimited(decoded: Decoded, delimiter: str, origin: Origin, ontology: Ontology) -> Iterator[SourceItem]:
    """Records or documents of a delimited text."""
    rows = _rows(decoded.text, delimiter)
    title = re.sub(r"\.\w{1,5}$", "", PurePath(origin.name.rpartition("!")[2]).name)
    yield from table_items(rows, origin, ontology, content_type="csv", encoding=decoded.encoding, title=title)
