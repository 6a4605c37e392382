"""What the sources give: documents, records and the reasons why something could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RawDocument:
    """A text as it was read, not yet cleaned.

    Attributes:
        id: The document's own id, or ``doc-`` and a digest of its source and position. The same source gives the same id.
        text: The text with decoded characters; line ends and damage are as in the source.
        title: Title, or ``""``.
        date: ISO date (``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``) or ``""``.
        source: Path or URL, with ``!member`` for a file in an archive; a document that names its own source keeps that.
        content_type: ``text``, ``markdown``, ``html``, ``pdf``, ``docx``, ``xlsx``, ``csv`` or ``jsonl``.
        encoding: Name of the encoding the bytes were decoded with, ``""`` where the format has its own.
        notes: What a reader of a report should know, for example a declared encoding that was not the true one.
    """

    id: str
    text: str
    title: str = ""
    date: str = ""
    source: str = ""
    content_type: str = "text"
    encoding: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One entity in one row of a table.

    Attributes:
        id: The record's own id, or ``rec-`` and a digest of its source and position.
        type: Name of an entity type of the ontology.
        name: Name of the entity, never empty.
        aliases: Other names.
        owner: Who holds it (成果持有单位, 需求单位), or ``""``.
        host: Who carries it (依托单位, 运营单位), or ``""``.
        region: Where it is, as written.
        fields: Fields of technology.
        stage: Stage of the chain as named in the ontology, or ``""``.
        text: Description.
        date: ISO date or ``""``.
        source: Path or URL, or the source that the row itself names.
        row: Row in its table, the first row being 1 (for .jsonl the line number).
        extra: Columns that stand for none of the above: heading to value.
    """

    id: str
    type: str
    name: str
    aliases: tuple[str, ...] = ()
    owner: str = ""
    host: str = ""
    region: str = ""
    fields: tuple[str, ...] = ()
    stage: str = ""
    text: str = ""
    date: str = ""
    source: str = ""
    row: int = 0
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourceFailure:
    """Something that could not be read. The rest of the source goes on.

    Attributes:
        source: Path, URL or ``path!member``, with ``#row`` for a row.
        reason: What is wrong.
        remedy: What the user can do.
    """

    source: str
    reason: str
    remedy: str


SourceItem = RawDocument | RawRecord | SourceFailure
