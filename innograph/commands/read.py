"""``extract`` and ``clean``: reading without a store."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from etl.clean import clean as clean_text
from etl.pipeline import Pipeline
from etl.sources import RawDocument, RawRecord, SourceFailure, read_source
from etl.workers import each
from graph.errors import InvalidInput, StageError
from graph.settings import load_settings
from innograph import console


class Format(StrEnum):
    """How ``extract`` prints."""

    jsonl = "jsonl"
    table = "table"


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(extract)
    app.command()(clean)


def extract(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="[PATH…|-]", help="Files, folders, .jsonl of {id, text}, or -.")
    ] = None,
    format: Annotated[Format, typer.Option(help="jsonl for programs, table for people.")] = Format.jsonl,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes.")] = 1,
) -> None:
    """Extracts entities and relations; needs no store.

    Example: `innograph extract notice.txt --format table`
    """
    settings = load_settings()
    failed = records = 0

    def texts() -> Iterator[RawDocument | SourceFailure]:
        nonlocal records
        for path in paths or ["-"]:
            for item in read_source(path, settings=settings):
                if isinstance(item, RawRecord):
                    records += 1  # a row states its facts by itself: `ingest` loads it
                else:
                    yield item

    for _, result in each(texts(), describe, settings, workers):
        if isinstance(result, str):
            failed += 1
            console.err.print(f"set aside: {result}", markup=False)
        elif format is Format.jsonl:
            console.print_json(result)
        else:
            _print_table(result)
    if records:
        console.err.print(f"{records} rows of tables left out; `innograph ingest` loads them")
    if failed:
        raise typer.Exit(1)


def clean(
    path: Annotated[str, typer.Argument(metavar="PATH|-", help="A file, or - for standard input.")],
    report: Annotated[Path | None, typer.Option(help="Write what was repaired and flagged as JSON.")] = None,
) -> None:
    """Prints the cleaned text; a run that could not be repaired is one U+FFFD.

    Example: `innograph clean notice.txt --report repairs.json`
    """
    settings = load_settings()
    rows: list[dict[str, Any]] = []
    failures: list[str] = []
    for item in read_source(path, settings=settings):
        if isinstance(item, SourceFailure):
            failures.append(f"{item.source}: {item.reason} {item.remedy}")
        elif isinstance(item, RawDocument):
            cleaned = clean_text(item.text)
            console.write(cleaned.text if cleaned.text.endswith("\n") else cleaned.text + "\n")
            rows.append(
                {
                    "id": item.id,
                    "source": item.source,
                    "encoding": item.encoding,
                    "notes": list(item.notes),
                    "damage": round(cleaned.damage, 4),
                    "repairs": [
                        {
                            "kind": r.kind,
                            "start": r.start,
                            "end": r.end,
                            "original": r.original,
                            "replacement": r.replacement,
                            "confidence": r.confidence,
                        }
                        for r in cleaned.repairs
                    ],
                    "flags": [
                        {
                            "kind": f.kind,
                            "start": f.start,
                            "end": f.end,
                            "excerpt": f.excerpt,
                            "confidence": f.confidence,
                        }
                        for f in cleaned.flags
                    ],
                }
            )
    if report:
        console.write_report(report, {"documents": rows, "failures": failures})
    repairs, flags = sum(len(r["repairs"]) for r in rows), sum(len(r["flags"]) for r in rows)
    console.err.print(f"{len(rows)} documents, {repairs} repairs, {flags} flags")
    for failure in failures:
        console.err.print(f"set aside: {failure}", markup=False)
    if failures:
        raise typer.Exit(1 if rows else 2)


def describe(pipeline: Pipeline, item: RawDocument | SourceFailure) -> dict[str, Any] | str:
    """One document as the JSON object that ``extract`` prints, or why it could not be read."""
    if isinstance(item, SourceFailure):
        return f"{item.source}: {item.reason} {item.remedy}"
    try:
        cleaned = pipeline.clean(item.text)
        extraction = pipeline.extract(cleaned.text)
    except (InvalidInput, StageError) as error:
        return f"{item.source or item.id}: {error}"
    uids: dict[tuple[str, str], str] = {}
    for mention in extraction.mentions:
        uids.setdefault((mention.type, mention.name), pipeline.uid_of(mention.type, mention.name, item.id))
    return {
        "id": item.id,
        "text": extraction.text,
        "entities": [
            {
                "start": m.start,
                "end": m.end,
                "type": m.type,
                "text": m.surface(extraction.text),
                "name": m.name,
                "uid": uids[m.type, m.name],
                "confidence": m.confidence,
            }
            for m in extraction.mentions
        ],
        "relations": [
            {
                "head": r.head,
                "type": r.type,
                "tail": r.tail,
                "start": r.evidence[-1][0],
                "end": r.evidence[-1][1],
                "confidence": r.confidence,
                "status": r.status,
            }
            for r in extraction.relations
        ],
        "aliases": dict(extraction.aliases),
    }


def _print_table(row: dict[str, Any]) -> None:
    entities = Table(title=row["id"], title_justify="left")
    for column in ("type", "name", "as written", "times", "confidence"):
        entities.add_column(column)
    grouped: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for entity in row["entities"]:
        grouped.setdefault((entity["type"], entity["name"]), []).append(entity)
    for (kind, name), found in sorted(grouped.items()):
        written = " | ".join(dict.fromkeys(e["text"] for e in found if e["text"].strip("《》") != name))
        entities.add_row(kind, name, written, str(len(found)), f"{max(e['confidence'] for e in found):.2f}")
    relations = Table()
    for column in ("head", "relation", "tail", "status", "confidence"):
        relations.add_column(column)
    for relation in row["relations"]:
        relations.add_row(
            relation["head"], relation["type"], relation["tail"], relation["status"], f"{relation['confidence']:.2f}"
        )
    console.out.print(entities)
    console.out.print(relations)


__all__ = ["describe", "register"]
