"""Brings a graph to the current schema: numbered files of cypher/schema and what follows from the ontology.

A ledger of :Migration nodes tells what was applied, with a checksum of each; a lock node keeps two processes apart.
Every migration is a single schema command with IF NOT EXISTS, so one that was cut short between command and ledger is
repeated without harm.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import re
import socket
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources

from graph.errors import ConfigError, Conflict, StoreError, StoreUnavailable
from graph.ontology import Ontology
from graph.queries import schema
from graph.store.blocking import Database
from graph.store.query import Plan, Query

_log = logging.getLogger(__name__)
_NUMBERED = re.compile(r"(\d{3}_[a-z0-9_]+)\.cypher")
_RELATION_PREFIX = "relation_uid/"
# The ledger and the lock need these before anything can be noted or locked.
_BOOTSTRAP = 2
_LOCK_MILLISECONDS = 60_000
_LOCK_WAIT = 300.0
_POLL_SECONDS = 0.2
_INDEX_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema.

    Attributes:
        version: Its key in the ledger: ``003_entity_uid``, or ``relation_uid/DEVELOPS`` for one from the ontology.
        query: The schema command.
    """

    version: str
    query: Query[None]

    @property
    def checksum(self) -> str:
        """SHA-256 of the command without comments and spacing, so that only a change of meaning counts."""
        lines = (line for line in self.query.text.splitlines() if not line.lstrip().startswith("//"))
        return hashlib.sha256(" ".join(" ".join(lines).split()).encode()).hexdigest()


def migrations(ontology: Ontology) -> tuple[Migration, ...]:
    """All migrations, in the order in which they are applied."""
    names = sorted(
        match.group(1)
        for entry in resources.files("cypher").joinpath("schema").iterdir()
        if (match := _NUMBERED.fullmatch(entry.name))
    )
    numbered = [Migration(name, Query(name=f"schema/{name}", parse=schema.nothing, write=True)) for name in names]
    derived = [
        Migration(f"{_RELATION_PREFIX}{relation}", schema.relation_uid(relation_type=relation))
        for relation in ontology.relation_types
    ]
    return (*numbered, *derived)


def migrate(database: Database, ontology: Ontology, *, wait: float = _LOCK_WAIT) -> list[str]:
    """Applies what is missing, in order, and waits until the indexes are populated.

    One query when nothing is missing. Safe to run in many processes at once.

    Args:
        database: The graph.
        ontology: Its relation types get an index each.
        wait: Seconds to wait for another process that migrates.

    Returns:
        Versions that were applied now.

    Raises:
        ConfigError: The graph has a newer schema, or a migration that was applied reads differently now.
        StoreUnavailable: Another process migrates for longer than ``wait``, or the store is away.
        StoreError: The store refuses a command.
    """
    wanted = migrations(ontology)
    if not _pending(database, wanted):
        return []
    for migration in wanted[:_BOOTSTRAP]:
        _apply(database, migration)
    owner = f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"
    _take_lock(database, owner, wait)
    try:
        applied = []
        for migration in _pending(database, wanted):
            _apply(database, migration)
            # The lock is renewed at each step; a process that dies holds others up for a minute.
            database.run_all([_record(migration), _lock(owner)])
            applied.append(migration.version)
        database.run(schema.await_indexes(seconds=_INDEX_SECONDS))
    finally:
        # A store that went away must not hide what went wrong; the lock runs out by itself.
        with contextlib.suppress(StoreUnavailable):
            database.run(schema.release_lock(owner=owner))
    if applied:
        _log.info("schema: %d migrations applied", len(applied))
    return applied


def check_schema(database: Database, ontology: Ontology) -> None:
    """Makes sure that a graph elsewhere has the current schema.

    Raises:
        ConfigError: It is missing, older, newer or different; the message says what to run.
    """
    if missing := _pending(database, migrations(ontology)):
        raise ConfigError(
            f"The graph at {database.uri} lacks {len(missing)} steps of the schema, the first being "
            f"{missing[0].version}. Run `innograph db migrate`."
        )


def lacking(ontology: Ontology) -> Plan[list[str]]:
    """Versions of the schema that a graph lacks or has in another form. A plan of one query, for callers that await."""
    ledger: dict[str, str] = yield schema.ledger()
    return [
        migration.version for migration in migrations(ontology) if ledger.get(migration.version) != migration.checksum
    ]


def _pending(database: Database, wanted: Sequence[Migration]) -> list[Migration]:
    ledger = database.run(schema.ledger())
    known = {migration.version for migration in wanted}
    newer = [version for version in ledger if version not in known and not version.startswith(_RELATION_PREFIX)]
    if newer:
        raise ConfigError(
            f"The graph at {database.uri} has a newer schema than this InnoGraph knows ({', '.join(newer)}). "
            "Upgrade innograph, or use another graph."
        )
    changed = [m.version for m in wanted if ledger.get(m.version, m.checksum) != m.checksum]
    if changed:
        raise ConfigError(
            f"Migrations that were applied to the graph at {database.uri} read differently now: {', '.join(changed)}. "
            "Reinstall innograph; a change of the schema needs a migration of its own."
        )
    return [migration for migration in wanted if migration.version not in ledger]


def _apply(database: Database, migration: Migration) -> None:
    try:
        database.run(migration.query)
    except Conflict as error:
        raise StoreError(
            f"Migration {migration.version} does not fit the graph at {database.uri}: {error}. "
            "Its data was not written by InnoGraph or was altered; use an empty database, or remove what the message "
            "names."
        ) from error


def _take_lock(database: Database, owner: str, wait: float) -> None:
    deadline = time.monotonic() + wait
    while not database.run(_lock(owner)):
        if time.monotonic() > deadline:
            raise StoreUnavailable(
                f"Another process has been migrating the graph at {database.uri} for {wait:.0f} s. Try again later."
            )
        time.sleep(_POLL_SECONDS)


def _record(migration: Migration) -> Query[None]:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return schema.record_migration(version=migration.version, checksum=migration.checksum, applied_at=now)


def _lock(owner: str) -> Query[bool]:
    return schema.take_lock(owner=owner, milliseconds=_LOCK_MILLISECONDS)
