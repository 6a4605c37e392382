"""Reads files, folders, archives, web pages and streams into documents and records.

``read_source`` takes a path, a folder, ``-`` (standard input) or an http(s) address; ``read_bytes`` takes bytes. Both
judge the type by the content, not by the name, and neither raises for bad input: a :class:`SourceFailure` says what
could not be read and what to do about it, and the rest goes on.
"""

from etl.sources.items import RawDocument, RawRecord, SourceFailure, SourceItem
from etl.sources.reader import read_bytes, read_source

__all__ = ["RawDocument", "RawRecord", "SourceFailure", "SourceItem", "read_bytes", "read_source"]
