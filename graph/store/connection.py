"""What the blocking and the awaiting database share: options, limits, rows, messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import neo4j
from neo4j import READ_ACCESS, WRITE_ACCESS

from graph.errors import ConfigError, InnoGraphError, InvalidInput
from graph.store import failures, guard
from graph.store.query import Query, Row
from graph.store.values import described, plain

# Pauses before a read is tried again, in seconds. Short: a caller of the API waits.
READ_PAUSES = (0.1, 0.4)
# A write may touch a whole document or build an index; the managed server's own limit is 30 minutes.
WRITE_TIMEOUT = 600.0
PING_TIMEOUT = 5.0
DRIVER_OPTIONS: dict[str, Any] = {
    "max_connection_pool_size": 64,
    "connection_acquisition_timeout": 30.0,
    "connection_timeout": 5.0,
    # A pooled connection that lay idle is tried before use: a server that was restarted, a firewall that forgot.
    "liveness_check_timeout": 30.0,
    "max_transaction_retry_time": 30.0,
    "user_agent": "innograph",
    "notifications_min_severity": "OFF",
    "telemetry_disabled": True,
}
_SCHEMES = frozenset(f"{scheme}{tls}" for scheme in ("bolt", "neo4j") for tls in ("", "+s", "+ssc"))


class Connection:
    """Address, database name and time limit of a connection."""

    def __init__(self, uri: str, database: str, timeout: float) -> None:
        check_address(uri)
        self.uri = uri
        self.database = database
        self.timeout = timeout

    def options(self, *, write: bool, bookmarks: Any) -> dict[str, Any]:
        """Options of a session."""
        return {
            "database": self.database,
            "default_access_mode": WRITE_ACCESS if write else READ_ACCESS,
            "bookmark_manager": bookmarks,
        }

    def limit(self, query: Query[Any]) -> float:
        """Seconds that a query may take."""
        return query.timeout or (WRITE_TIMEOUT if query.write else self.timeout)


def is_cluster(uri: str) -> bool:
    """Whether a read may land on another member than the write before it, so that bookmarks must be carried."""
    return uri.startswith("neo4j")


def statement(text: str, timeout: float) -> neo4j.Query:
    """A text with its time limit. Every text is a file of cypher/ or has passed the guard, so it counts as literal."""
    return neo4j.Query(text, timeout=timeout)


def check_address(uri: str) -> None:
    """Raises ConfigError for an address that is none; the driver would find out late, or take it for another thing."""
    try:
        parts = urlsplit(uri)
        usable = parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ConfigError(
            f"{uri!r} is no Neo4j address. INNOGRAPH_NEO4J_URI must look like bolt://host:7687 or neo4j+s://host."
        )


def rows_of(records: Sequence[neo4j.Record]) -> list[Row]:
    """Records as plain dicts."""
    return [dict(zip(record.keys(), map(plain, record.values()), strict=True)) for record in records]


def table_of(keys: Sequence[str], records: Sequence[neo4j.Record], limit: int) -> guard.Table:
    """The first ``limit`` records as a table; one record more tells that there are more."""
    kept = tuple(dict(zip(record.keys(), map(described, record.values()), strict=True)) for record in records[:limit])
    return guard.Table(columns=tuple(keys), rows=kept, truncated=len(records) > limit)


def title(queries: Sequence[Query[Any]]) -> str:
    """Names a group of queries for a message."""
    return queries[0].name if len(queries) == 1 else f"{queries[0].name} and {len(queries) - 1} more"


def may_repeat(error: BaseException) -> bool:
    """Whether a read is worth another try."""
    return failures.is_retryable(error) and not failures.is_timeout(error)


def out_of_time(timeout: float) -> InvalidInput:
    """The error for a caller's own Cypher that takes too long."""
    return InvalidInput(
        f"Your query was stopped after {timeout:g} s. Narrow it: fewer hops, a label, an earlier LIMIT."
    )


def guarded(error: BaseException, timeout: float) -> InnoGraphError:
    """As ``failures.translate``, but what a caller's own Cypher gets wrong is the caller's to correct."""
    if isinstance(error, failures.PACKING_ERRORS):
        return failures.translate_packing(error, "Your query")
    if failures.is_timeout(error):
        return out_of_time(timeout)
    if failures.is_out_of_memory(error):
        return InvalidInput(
            "Your query needs more memory than is granted. Narrow it: fewer hops, a label, an earlier LIMIT."
        )
    if failures.is_callers_fault(error):
        return InvalidInput(f"Your query cannot be run: {failures.first_line(error)}.")
    return failures.translate(error, "Your query", timeout)
