"""Migrations on a real Neo4j: once, by one process at a time, and never by guesswork."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from graph.errors import ConfigError, StoreError, StoreUnavailable
from graph.ontology import Ontology
from graph.queries import schema
from graph.settings import Settings
from graph.store.database import Database, open_async_database, open_database
from graph.store.local import Access, LocalServer
from graph.store.migrations import check_schema, migrate, migrations
from graph.store.query import Query

pytestmark = pytest.mark.integration
MakeQuery = Callable[..., Query[Any]]

MIGRATE = """
import json, sys
from graph.ontology import load_ontology
from graph.store.database import Database
from graph.store.migrations import migrate
uri, user, password = json.loads(sys.stdin.readline())
with Database(uri, user, password) as database:
    print(json.dumps(migrate(database, load_ontology())))
"""


def index_names(database: Database, cypher: MakeQuery) -> set[str]:
    return {
        row["name"] for row in database.run(cypher("SHOW INDEXES YIELD name, state WHERE state = 'ONLINE' RETURN name"))
    }


def drop_schema(database: Database, cypher: MakeQuery) -> None:
    for kind, kinds in (("CONSTRAINT", "CONSTRAINTS"), ("INDEX", "INDEXES")):
        for row in database.run(cypher(f"SHOW {kinds} YIELD name, type WHERE type <> 'LOOKUP' RETURN name")):
            database.run(cypher(f"DROP {kind} `{row['name']}`", write=True))
    database.run(cypher("MATCH (n) DETACH DELETE n", write=True))


@pytest.fixture
def bare(database: Database, cypher: MakeQuery, ontology: Ontology) -> Iterator[Database]:
    """A graph without a schema; it gets its own back afterwards."""
    drop_schema(database, cypher)
    yield database
    migrate(database, ontology)


def test_everything_is_made_once_and_populated(bare: Database, cypher: MakeQuery, ontology: Ontology) -> None:
    with pytest.raises(ConfigError, match=r"lacks \d+ steps.*innograph db migrate"):
        check_schema(bare, ontology)
    applied = migrate(bare, ontology)
    assert applied == [migration.version for migration in migrations(ontology)]
    assert migrate(bare, ontology) == []
    check_schema(bare, ontology)
    names = index_names(bare, cypher)
    assert {"entity_uid", "name_key", "name_search", "sentence_search", "relation_uid_DEVELOPS"} <= names
    ledger = bare.run(cypher("MATCH (m:Migration) RETURN m.version AS v, m.applied_at AS at, m.checksum AS c"))
    assert len(ledger) == len(applied)
    assert all(row["at"] and len(row["c"]) == 64 for row in ledger)


def test_two_processes_at_once_apply_each_step_once(bare: Database, server: LocalServer, ontology: Ontology) -> None:
    access = server.start()
    start = [sys.executable, "-W", "error", "-c", MIGRATE]
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    children = [
        subprocess.Popen(start, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
        for _ in range(2)
    ]
    outputs = []
    for child in children:
        assert child.stdin is not None
        child.stdin.write(json.dumps([access.uri, access.user, access.password]) + "\n")
        child.stdin.flush()
    for child in children:
        output, _ = child.communicate(timeout=120)
        assert child.returncode == 0
        outputs.append(json.loads(output))
    assert sorted(outputs[0] + outputs[1]) == sorted(migration.version for migration in migrations(ontology))


def test_a_step_cut_short_is_taken_up(bare: Database, ontology: Ontology, cypher: MakeQuery) -> None:
    # The command ran, the note was not written.
    bare.run_all([migration.query for migration in migrations(ontology)[:4]])
    assert len(migrate(bare, ontology)) == len(migrations(ontology))


def test_a_relation_type_of_ones_own_is_added_later(database: Database, ontology: Ontology, cypher: MakeQuery) -> None:
    own = replace(ontology.relation_types["DEVELOPS"], name="SUES")
    extended = replace(ontology, relation_types={**ontology.relation_types, "SUES": own})
    assert migrate(database, extended) == ["relation_uid/SUES"]
    # Back with the built-in ontology: the index too many is no reason to refuse.
    assert migrate(database, ontology) == []
    database.run(cypher("DROP INDEX relation_uid_SUES", write=True))
    database.run(cypher("MATCH (m:Migration {version: 'relation_uid/SUES'}) DELETE m", write=True))


def test_a_newer_schema_is_refused(database: Database, ontology: Ontology, cypher: MakeQuery) -> None:
    database.run(schema.record_migration(version="999_from_the_future", checksum="x", applied_at="2027"))
    try:
        for check in (migrate, check_schema):
            with pytest.raises(ConfigError, match=r"999_from_the_future.*Upgrade innograph"):
                check(database, ontology)
    finally:
        database.run(cypher("MATCH (m:Migration {version: '999_from_the_future'}) DELETE m", write=True))


def test_a_migration_that_reads_differently_is_refused(
    database: Database, ontology: Ontology, cypher: MakeQuery
) -> None:
    change = (
        "MATCH (m:Migration {version: '003_entity_uid'}) WITH m, m.checksum AS old SET m.checksum = $new RETURN old"
    )
    (row,) = database.run(cypher(change, write=True, new="0" * 64))
    try:
        with pytest.raises(ConfigError, match="003_entity_uid"):
            migrate(database, ontology)
    finally:
        database.run(cypher(change, write=True, new=row["old"]))


def test_data_that_breaks_a_constraint_is_named(bare: Database, ontology: Ontology, cypher: MakeQuery) -> None:
    bare.run(cypher("CREATE (:Entity {uid: 'twin'}), (:Entity {uid: 'twin'})", write=True))
    with pytest.raises(StoreError, match="003_entity_uid"):
        migrate(bare, ontology)
    # The lock is given back, so the next try is not held up.
    bare.run(cypher("MATCH (e:Entity) DELETE e", write=True))
    assert "003_entity_uid" in migrate(bare, ontology)


def test_a_held_lock_is_waited_for_and_runs_out(bare: Database, ontology: Ontology) -> None:
    bare.run_all([migration.query for migration in migrations(ontology)[:2]])
    assert bare.run(schema.take_lock(owner="other", milliseconds=60_000))
    assert not bare.run(schema.take_lock(owner="me", milliseconds=60_000))
    with pytest.raises(StoreUnavailable, match="Another process"):
        migrate(bare, ontology, wait=0.0)
    # A process that died holds the lock until it expires.
    assert bare.run(schema.take_lock(owner="other", milliseconds=-1))
    assert migrate(bare, ontology, wait=0.0)


def elsewhere(access: Access, **changes: Any) -> Settings:
    """Settings for the session's server as if it were somebody else's."""
    values = {"neo4j_uri": access.uri, "neo4j_user": access.user, "neo4j_password": access.password}
    return Settings(**(values | changes))


def test_a_server_elsewhere_is_migrated_only_on_demand(bare: Database, server: LocalServer, ontology: Ontology) -> None:
    settings = elsewhere(server.start())
    with pytest.raises(ConfigError, match="innograph db migrate"):
        open_database(settings)
    with open_database(settings, require_schema=False) as opened:
        migrate(opened, ontology)
    with open_database(settings) as opened:
        assert opened.ping()


def test_a_server_elsewhere_by_its_cluster_address(database: Database, server: LocalServer, cypher: MakeQuery) -> None:
    access = server.start()
    settings = elsewhere(access, neo4j_uri=access.uri.replace("bolt://", "neo4j://"))
    with open_database(settings) as opened:
        opened.run(cypher("CREATE (:T)", write=True))
        assert opened.run(cypher("MATCH (n:T) RETURN count(n) AS n")) == [{"n": 1}]


@pytest.mark.anyio
async def test_opening_for_awaiting(database: Database, store_settings: Settings, server: LocalServer) -> None:
    async with await open_async_database(store_settings) as managed:
        assert await managed.ping() == server.status().version
    async with await open_async_database(elsewhere(server.start())) as other:
        assert await other.ping() == server.status().version
