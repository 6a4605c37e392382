"""JSON lines, and a JSON array, of documents and records mixed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from etl.sources.charset import Decoded
from etl.sources.headings import FREELY_NAMED, type_in_title
from etl.sources.items import SourceItem
from etl.sources.origin import Origin
from etl.sources.rows import row_items
from graph.ontology import Ontology

_LOOKED_AT = 20


def looks_like_jsonl(text: str) -> bool:
    """Whether most of the first lines are JSON objects, or the text starts as an array of objects."""
    start = text[:200].lstrip()
    if re.match(r"\[\s*\{\s*\"", start):
        return True
    if not start.startswith("{"):
        return False
    lines = [line for line in text[:400_000].split("\n")[: _LOOKED_AT * 2] if line.strip()][:_LOOKED_AT]
    objects = sum(_is_object(line) for line in lines)
    return objects * 2 >= len(lines) or (objects == 0 and bool(re.match(r"\{\s*\"", start)))


def _is_object(line: str) -> bool:
    return bool(re.match(r"\s*\{\s*\"[^\"]*\"\s*:", line))


def read_jsonl(decoded: Decoded, origin: Origin, ontology: Ontology) -> Iterator[SourceItem]:
    """Documents and records of JSON lines; a line that is no JSON object is a failure and the rest goes on."""
    title = re.sub(r"\.\w{1,5}$", "", PurePath(origin.name.rpartition("!")[2]).name)
    default = type_in_title(title, ontology)
    for number, value in _values(decoded.text):
        if isinstance(value, Exception):
            yield origin.failure(f"The line is not JSON: {value}.", "Correct the line or remove it.", at=number)
        elif not isinstance(value, dict):
            yield origin.failure("The line is JSON, but not an object.", 'Write {"id": …, "text": …}.', at=number)
        else:
            yield from row_items(
                value,
                origin,
                ontology,
                at=number,
                content_type="jsonl",
                encoding=decoded.encoding,
                default_type=default if default in FREELY_NAMED else "",
                fallback_type=default,
            )


def _values(text: str) -> Iterator[tuple[int, Any]]:
    """(line or item number from 1, value or the error) of every line with something on it."""
    start = text.lstrip()
    if start.startswith("["):
        try:
            for number, item in enumerate(json.loads(text), start=1):
                yield number, item
        except (ValueError, RecursionError) as error:
            yield 1, error
        return
    lines = text.split("\n")
    if not _one_line_each(lines):
        try:
            yield 1, json.loads(text)
            return
        except (ValueError, RecursionError):
            pass
    for number, line in enumerate(lines, start=1):
        if line.strip("\ufeff \t\r"):
            try:
                yield number, json.loads(line.strip("\ufeff \t\r"))
            except (ValueError, RecursionError) as error:
                yield number, error


def _one_line_each(lines: list[str]) -> bool:
    first = next((line for line in lines if line.strip()), "")
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return False
    return True
