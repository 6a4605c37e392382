"""Writes the entities and relations of the graph to a file, page by page; memory does not grow with the graph.

GraphML is the exception: networkx writes it from memory.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol, TypeVar

import networkx as nx

from graph.errors import InvalidInput
from graph.queries import exports as queries
from graph.store.query import Query

T = TypeVar("T")
FORMATS = ("jsonl", "csv", "graphml")
ENTITY_COLUMNS = ("uid", "type", "name", "aliases", "place", "fields", "stage", "description", "record_id", "authority")
RELATION_COLUMNS = (
    "uid",
    "type",
    "head",
    "tail",
    "status",
    "confidence",
    "support",
    "first_seen",
    "last_seen",
    "method",
    "evidence",
)
_PAGE = 500


class Runner(Protocol):
    """What runs queries."""

    def run(self, query: Query[T]) -> T: ...


def pages(store: Runner) -> Iterator[tuple[list[dict[str, Any]], list[dict[str, Any]]]]:
    """Entities and the relations that lead away from them, a page at a time, in the order of the entities' uids."""
    after = ""
    while page := store.run(queries.entities(after=after, limit=_PAGE)):
        after = page[-1]["uid"]
        yield page, store.run(queries.relations(heads=[entity["uid"] for entity in page]))


def export(store: Runner, path: Path, form: str, progress: Callable[[int, int], None] | None = None) -> tuple[int, int]:
    """Writes the graph and returns the numbers of entities and relations. The file appears whole or not at all.

    Args:
        store: An open database.
        path: The file; for ``csv`` relations go beside it, ``NAME-relations.csv``.
        form: ``jsonl`` (one object a line, kind entity or relation), ``csv`` or ``graphml``.
        progress: Called after each page with both numbers.

    Raises:
        InvalidInput: The form is unknown or the file cannot be written.
    """
    if form not in FORMATS:
        raise InvalidInput(
            f"Unknown format {form!r} for {path}. Name a file that ends in one of {', '.join(FORMATS)}, or give --format."
        )
    targets = [path, path.with_name(f"{path.stem}-relations{path.suffix}")] if form == "csv" else [path]
    scratch = [target.with_name(f".{target.name}.{os.getpid()}") for target in targets]
    try:
        counts = {"jsonl": _jsonl, "csv": _csv, "graphml": _graphml}[form](store, scratch, progress)
        for part, target in zip(scratch, targets, strict=True):
            part.replace(target)
        return counts
    except OSError as error:
        raise InvalidInput(
            f"Cannot write {path}: {error.strerror or error}. Name a folder that exists and has room."
        ) from error
    finally:
        for part in scratch:
            part.unlink(missing_ok=True)


def _counted(
    store: Runner, progress: Callable[[int, int], None] | None
) -> Iterator[tuple[list[dict[str, Any]], list[dict[str, Any]], int, int]]:
    entities = relations = 0
    for page, found in pages(store):
        entities += len(page)
        relations += len(found)
        yield page, found, entities, relations
        if progress:
            progress(entities, relations)


def _jsonl(store: Runner, scratch: list[Path], progress: Callable[[int, int], None] | None) -> tuple[int, int]:
    counts = (0, 0)
    with scratch[0].open("w", encoding="utf-8") as file:
        for page, found, *totals in _counted(store, progress):
            for kind, rows in (("entity", page), ("relation", found)):
                for row in rows:
                    file.write(json.dumps({"kind": kind} | row, ensure_ascii=False) + "\n")
            counts = (totals[0], totals[1])
    return counts


def _csv(store: Runner, scratch: list[Path], progress: Callable[[int, int], None] | None) -> tuple[int, int]:
    counts = (0, 0)
    with (
        scratch[0].open("w", encoding="utf-8", newline="") as first,
        scratch[1].open("w", encoding="utf-8", newline="") as second,
    ):
        writers = [csv.writer(first), csv.writer(second)]
        writers[0].writerow(ENTITY_COLUMNS)
        writers[1].writerow(RELATION_COLUMNS)
        for page, found, *totals in _counted(store, progress):
            for writer, columns, rows in ((writers[0], ENTITY_COLUMNS, page), (writers[1], RELATION_COLUMNS, found)):
                writer.writerows([_cell(row.get(column)) for column in columns] for row in rows)
            counts = (totals[0], totals[1])
    return counts


def _graphml(store: Runner, scratch: list[Path], progress: Callable[[int, int], None] | None) -> tuple[int, int]:
    graph, counts = nx.MultiDiGraph(), (0, 0)
    for page, found, *totals in _counted(store, progress):
        for row in page:
            graph.add_node(
                row["uid"], **{key: _cell(value) for key, value in row.items() if value is not None and key != "uid"}
            )
        for row in found:
            own = {
                key: _cell(value)
                for key, value in row.items()
                if value is not None and key not in ("head", "tail", "uid")
            }
            graph.add_edge(row["head"], row["tail"], key=row["uid"], **own)
        counts = (totals[0], totals[1])
    nx.write_graphml(graph, scratch[0])
    return counts


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return "|".join(map(str, value))
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@")):
        return "'" + value  # a spreadsheet would take it for a formula
    return "" if value is None else value
