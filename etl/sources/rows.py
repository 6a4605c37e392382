"""Rows of whatever table or JSON line to records and documents, checked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from etl.sources.dates import iso_date
from etl.sources.headings import column_of, half_width, stage_of, type_in_title, type_of, type_of_name
from etl.sources.items import RawDocument, RawRecord, SourceItem
from etl.sources.origin import Origin
from graph.ontology import Ontology

_LIST = re.compile(r"\s*[、,，;；|｜/\n]\s*")
_RECORD_SIGNS = frozenset({"owner", "host", "region", "fields", "stage", "aliases"})
_LONGEST_NAME = 200


def _plain(value: object) -> str:
    if value is None or isinstance(value, dict):
        return ""
    if isinstance(value, (list, tuple)):
        return "、".join(filter(None, map(_plain, value)))
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def _split(value: object) -> tuple[str, ...]:
    parts = [_plain(v) for v in value] if isinstance(value, (list, tuple)) else _LIST.split(_plain(value))
    return tuple(dict.fromkeys(part for part in parts if part))


Plain = Annotated[str, BeforeValidator(_plain)]
Parts = Annotated[tuple[str, ...], BeforeValidator(_split)]
Day = Annotated[str, BeforeValidator(lambda value: iso_date(_plain(value)))]


class Row(BaseModel):
    """A row by column, as untrusted input: strings are trimmed, lists split, dates made ISO."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: Plain = ""
    type: Plain = ""
    name: Plain = ""
    title: Plain = ""
    aliases: Parts = ()
    owner: Plain = ""
    host: Plain = ""
    region: Plain = ""
    fields: Parts = ()
    stage: Plain = ""
    text: Plain = ""
    date: Day = ""
    source: Plain = ""


def row_items(
    cells: Mapping[str, Any],
    origin: Origin,
    ontology: Ontology,
    *,
    at: int,
    content_type: str,
    encoding: str = "",
    default_type: str = "",
    fallback_type: str = "",
    place: str = "",
) -> Iterator[SourceItem]:
    """What one row gives: a record if it has a name, a document if it has a text, else a failure.

    Args:
        cells: Heading or key to value.
        origin: The table's source.
        ontology: For types and stages.
        at: Row number, from 1.
        content_type: Format of the table.
        encoding: Encoding of the table's file.
        default_type: Type of every row that has no column for it.
        fallback_type: Type of a row whose name does not tell it either.
        place: Sheet or table within the source; part of the id.
    """
    columns: dict[str, Any] = {}
    extra: dict[str, str] = {}
    for heading, value in cells.items():
        column = column_of(str(heading))
        # The first column of a kind wins if it is filled: 名称 before 单位. Province and city are one region.
        if column == "region" and columns.get(column) and _plain(value):
            if _plain(value) not in _plain(columns[column]):
                columns[column] = _plain(columns[column]) + _plain(value)
        elif column and column != "-" and not columns.get(column):
            columns[column] = value
        elif column != "-" and not isinstance(value, (dict, list)) and (text := _plain(value)):
            extra[str(heading).strip()] = text
    position = f"{place}{at}"
    try:
        row = Row.model_validate(columns)
    except (ValidationError, ValueError, RecursionError) as error:
        yield origin.failure(f"The row cannot be used: {error}.", "Correct the row.", at=position)
        return
    signs = _RECORD_SIGNS & {name for name in Row.model_fields if getattr(row, name)}
    name = row.name or (row.title if signs or (row.type and type_of(row.type, ontology)) else "")
    if not name and row.text:
        date = row.date
        document = RawDocument(
            id=row.id or origin.id_of("doc", position),
            text=_text(cells, row),
            title=row.title,
            date=date,
            source=row.source or origin.name,
            content_type=content_type,
            encoding=encoding,
        )
        yield from origin.document(document, at=position)
        return
    if not name:
        yield origin.failure(
            "The row has neither a name nor a text.", "Give it a name (名称) or a text (正文).", at=position
        )
        return
    yield from _record(row, name, extra, origin, ontology, at, position, (default_type, fallback_type))


def _text(cells: Mapping[str, Any], row: Row) -> str:
    """The text as it stands in the row, for a document's text is not trimmed."""
    for heading, value in cells.items():
        if column_of(str(heading)) == "text" and isinstance(value, str) and value.strip() == row.text:
            return value
    return row.text


def _record(
    row: Row,
    name: str,
    extra: dict[str, str],
    origin: Origin,
    ontology: Ontology,
    at: int,
    position: str,
    types: tuple[str, str],
) -> Iterator[SourceItem]:
    kind = type_of(row.type, ontology) or types[0] or type_of_name(name, ontology) or types[1]
    if not kind and row.type:
        kind = type_in_title(row.type, ontology)
    if not kind:
        stated = f"the unknown type {row.type!r}" if row.type else "no type"
        yield origin.failure(
            f"The row {name[:40]!r} has {stated}.",
            f"Add a column type (类型) with one of: {', '.join(ontology.entity_types)}.",
            at=position,
        )
        return
    if len(name) > _LONGEST_NAME:
        yield origin.failure(
            f"The row's name has {len(name)} characters; names have at most {_LONGEST_NAME}.",
            "Correct the row.",
            at=position,
        )
        return
    yield RawRecord(
        id=row.id or origin.id_of("rec", position),
        type=kind,
        name=half_width(name).replace("\n", ""),
        aliases=row.aliases,
        owner=row.owner,
        host=row.host,
        region=row.region,
        fields=row.fields,
        stage=stage_of(row.stage, ontology),
        text=row.text,
        date=row.date,
        source=row.source or origin.name,
        row=at,
        extra=extra | ({"stage": row.stage} if row.stage and not stage_of(row.stage, ontology) else {}),
    )
