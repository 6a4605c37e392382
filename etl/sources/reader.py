"""Finds what a location holds and gives it to the reader of its type."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from etl.sources.archive import oversized, read_zip
from etl.sources.delimited import read_delimited
from etl.sources.detect import detect
from etl.sources.html import read_html
from etl.sources.items import SourceItem
from etl.sources.jsonl import read_jsonl
from etl.sources.office import read_docx, read_xlsx
from etl.sources.origin import Origin
from etl.sources.pdf import read_pdf
from etl.sources.text import read_markdown, read_text
from etl.sources.web import fetch
from graph.errors import InvalidInput
from graph.ontology import load_ontology
from graph.settings import Settings


def read_source(location: str | Path, *, settings: Settings) -> Iterator[SourceItem]:
    """Reads everything at a location.

    Args:
        location: A file, a folder, ``-`` for standard input, or an http(s) address.
        settings: Limits and the ontology.

    Yields:
        Documents and records in a stable order, and a failure for each thing that could not be read.
    """
    place = str(location)
    if not place.strip():
        yield Origin(place, place, settings).failure("The path is empty.", "Name a file, a folder, an address, or -.")
    elif place == "-":
        yield from _read_stream(settings)
    elif urlsplit(place).scheme in ("http", "https") if "://" in place else False:
        origin = Origin(place, place, settings)
        try:
            fetched = fetch(place, settings=settings)
        except InvalidInput as error:
            yield origin.failure(str(error), "")
            return
        yield from _read(fetched.data, Origin(place, place, settings, charset=fetched.charset))
    else:
        yield from _read_path(Path(location), settings)


def read_bytes(data: bytes, name: str, *, settings: Settings) -> Iterator[SourceItem]:
    """Reads bytes that came from elsewhere.

    Args:
        data: The bytes.
        name: What to call them; ids are made of it.
        settings: Limits and the ontology.
    """
    yield from _read(data, Origin(name, name, settings))


def _read_stream(settings: Settings) -> Iterator[SourceItem]:
    limit = settings.max_file_bytes
    data = sys.stdin.buffer.read(limit + 1)
    # Standard input has no name, so what was read stands in for it.
    origin = Origin("stdin", f"stdin:{hashlib.sha256(data).hexdigest()}", settings)
    yield from _read(data, origin)


def _read_path(path: Path, settings: Settings) -> Iterator[SourceItem]:
    origin = Origin(str(path), path.absolute().as_posix(), settings)
    try:
        if path.is_dir():
            yield from _read_folder(path, settings)
            return
        if not path.exists():
            yield origin.failure("There is no such file or folder.", "Check the path.")
            return
        if not path.is_file():
            yield origin.failure(
                "It is neither a file nor a folder.", "Give a file, a folder, - or an http(s) address."
            )
            return
        with path.open("rb") as stream:
            data = stream.read(settings.max_file_bytes + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        yield origin.failure(f"It cannot be read: {reason}.", "Check the path and its permissions.")
        return
    yield from _read(data, origin)


def _read_folder(folder: Path, settings: Settings) -> Iterator[SourceItem]:
    """Every file below a folder in the order of names, hidden ones and linked folders left out."""
    found = False
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith((".", "~$")):
                found = True
                yield from _read_path(Path(root) / name, settings)
    if not found:
        origin = Origin(str(folder), str(folder), settings)
        yield origin.failure("The folder holds no files.", "Check the path.")


def _read(data: bytes, origin: Origin) -> Iterator[SourceItem]:
    """What bytes hold; a failure if that is nothing at all."""
    found = False
    for item in _dispatch(data, origin):
        found = True
        yield item
    if not found:
        yield origin.failure("It holds neither a text nor a row below its headings.", "Check that the file is the one you meant.")


def _dispatch(data: bytes, origin: Origin) -> Iterator[SourceItem]:
    limit = origin.settings.max_file_bytes
    if len(data) > limit:
        yield origin.failure(f"It has more than {limit:,} bytes.", "Split it, or raise INNOGRAPH_MAX_FILE_BYTES.")
        return
    if not data.strip(b"\x00 \t\r\n"):
        yield origin.failure("It is empty.", "Check that the file is the one you meant.")
        return
    ontology = load_ontology(origin.settings.ontology)
    found = detect(data, origin.name, origin.charset)
    if found.kind == "zip":
        yield from read_zip(data, origin, _read)
    elif found.kind in ("docx", "xlsx"):
        if reason := oversized(data, origin):
            yield origin.failure(reason, "Save it again in smaller parts.")
        else:
            yield from (read_docx if found.kind == "docx" else read_xlsx)(data, origin, ontology)
    elif found.kind == "pdf":
        yield from read_pdf(data, origin, ontology)
    elif found.decoded is None:
        yield origin.failure(found.reason, found.remedy)
    elif found.kind == "html":
        yield from read_html(found.decoded, origin, ontology)
    elif found.kind == "jsonl":
        yield from read_jsonl(found.decoded, origin, ontology)
    elif found.kind == "csv":
        yield from read_delimited(found.decoded, found.delimiter, origin, ontology)
    elif found.kind == "markdown":
        yield from read_markdown(found.decoded, origin, ontology)
    else:
        yield from read_text(found.decoded, origin, ontology)
