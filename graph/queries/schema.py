"""Queries of the migrations: the ledger, the lock, and the commands that the ontology asks for."""

from __future__ import annotations

from collections.abc import Sequence

from graph.store.query import Query, Row


def ledger() -> Query[dict[str, str]]:
    """Checksums of the migrations that were applied, by version."""
    return Query(name="schema/ledger", parse=lambda rows: {row["version"]: row["checksum"] for row in rows})


def record_migration(*, version: str, checksum: str, applied_at: str) -> Query[None]:
    """Notes that a migration was applied; ``applied_at`` is an ISO time."""
    return Query(
        name="schema/record_migration",
        parse=nothing,
        parameters={"version": version, "checksum": checksum, "applied_at": applied_at},
        write=True,
    )


def take_lock(*, owner: str, milliseconds: int) -> Query[bool]:
    """Takes or renews the lock on the schema for a time; False while another owner has it."""
    return Query(
        name="schema/take_lock", parse=bool, parameters={"owner": owner, "milliseconds": milliseconds}, write=True
    )


def release_lock(*, owner: str) -> Query[None]:
    """Gives the lock back, if the owner still has it."""
    return Query(name="schema/release_lock", parse=nothing, parameters={"owner": owner}, write=True)


def await_indexes(*, seconds: int) -> Query[None]:
    """Waits until every index is populated."""
    return Query(
        name="schema/await_indexes", parse=nothing, parameters={"seconds": seconds}, timeout=float(seconds + 10)
    )


def relation_uid(*, relation_type: str) -> Query[None]:
    """The command that makes the index on uid of a relation type of the ontology."""
    return Query(
        name="schema/relation_uid",
        parse=nothing,
        write=True,
        names={"RELATION_TYPE": relation_type, "INDEX_NAME": f"relation_uid_{relation_type}"},
    )


def nothing(rows: Sequence[Row]) -> None:
    """The parser of a query without a result."""
