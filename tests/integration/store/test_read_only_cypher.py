"""Cypher of callers on a real Neo4j: reading passes, everything else does not."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from graph.errors import InvalidInput
from graph.store.database import AsyncDatabase, Database
from graph.store.query import Query

pytestmark = pytest.mark.integration
MakeQuery = Callable[..., Query[Any]]
REFUSED = [
    "SHOW TRANSACTIONS",
    "SHOW SETTINGS",
    "SHOW INDEXES",
    "SHOW USERS",
    "SHOW PROCEDURES",
    "TERMINATE TRANSACTION 'neo4j-transaction-1'",
    "CALL dbms.killConnection('bolt-1')",
    "CALL dbms.listConfig()",
    "CALL dbms.components()",
    "CALL db.awaitIndexes(1)",
    "CALL { CALL dbms.listConfig() YIELD name RETURN name } RETURN name",
    "CREATE (:T)",
    "MERGE (:T)",
    "MATCH (n) DETACH DELETE n",
    "FOREACH (i IN [1] | CREATE (:T))",
    "UNWIND [1] AS x CALL { WITH x CREATE (:T) } IN TRANSACTIONS RETURN x",
    "CREATE INDEX forbidden FOR (n:T) ON (n.x)",
    "DROP INDEX name_search",
    "CREATE USER mallory SET PASSWORD 'abcdefgh'",
    "ALTER CURRENT USER SET PASSWORD FROM 'a' TO 'abcdefgh'",
    "LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line",
    "LOAD CSV FROM 'http://127.0.0.1/' AS line RETURN line",
    "CYPHER 5 SHOW TRANSACTIONS",
    "EXPLAIN RETURN 1",
    "PROFILE CREATE (:T)",
    "RETURN 1; CREATE (:T)",
    "MATCH (n",
    "RETURN $missing",
    "RETURN 1 / 0",
    "",
]


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_reading_is_refused(database: Database, cypher: MakeQuery, text: str) -> None:
    with pytest.raises(InvalidInput):
        database.read_only_cypher(text)
    assert database.run(cypher("MATCH (n:T) RETURN count(n) AS n")) == [{"n": 0}]


def test_load_csv_is_shut_in_the_server_too(database: Database, cypher: MakeQuery) -> None:
    for address in ("file:///etc/passwd", "http://127.0.0.1:9/"):
        with pytest.raises(Exception, match=r"configuration property|blocked|disabled"):
            database.run(cypher("LOAD CSV FROM $address AS line RETURN line", address=address))


def test_reading_gives_columns_and_described_rows(database: Database, cypher: MakeQuery) -> None:
    database.run(cypher("CREATE (:T {name: '甲'})-[:R {w: 2}]->(:T {name: '乙'})", write=True))
    table = database.read_only_cypher(
        "// who follows whom\nMATCH (a:T {name: $name})-[r]->(b) RETURN a, r, b.name AS b, labels(a) AS l",
        {"name": "甲"},
    )
    assert table.columns == ("a", "r", "b", "l")
    (row,) = table.rows
    assert (row["a"]["labels"], row["a"]["properties"]) == (["T"], {"name": "甲"})
    assert (row["r"]["type"], row["r"]["properties"], row["r"]["start"]) == ("R", {"w": 2}, row["a"]["id"])
    assert (row["b"], row["l"], table.truncated) == ("乙", ["T"], False)


def test_listed_procedures_may_be_called(database: Database) -> None:
    assert {"label": "Entity"} in database.read_only_cypher("CALL db.labels()").rows
    search = "CALL db.index.fulltext.queryNodes('name_search', $q) YIELD node, score RETURN node.text AS text"
    assert database.read_only_cypher(search, {"q": "氢能"}).rows == ()


def test_rows_are_capped_and_the_rest_is_not_fetched(database: Database) -> None:
    begin = time.monotonic()
    table = database.read_only_cypher("UNWIND range(1, 100000000) AS x RETURN x", limit=3)
    assert [row["x"] for row in table.rows] == [1, 2, 3]
    assert table.truncated
    assert time.monotonic() - begin < 10
    exact = database.read_only_cypher("UNWIND range(1, 3) AS x RETURN x", limit=3)
    assert (len(exact.rows), exact.truncated) == (3, False)


def test_time_and_memory_are_capped_and_the_server_lives_on(database: Database) -> None:
    with pytest.raises(InvalidInput, match="1 s"):
        database.read_only_cypher(
            "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN count(*)", timeout=1
        )
    with pytest.raises(InvalidInput, match="memory"):
        database.read_only_cypher("RETURN size(reduce(s = 'xxxxxxxx', i IN range(1, 28) | s + s)) AS n", timeout=20)
    assert database.read_only_cypher("RETURN 1 AS x").rows == ({"x": 1},)


@pytest.mark.anyio
async def test_awaiting_is_guarded_alike(async_database: AsyncDatabase) -> None:
    assert (await async_database.read_only_cypher("RETURN 1 AS x")).rows == ({"x": 1},)
    for text in ("SHOW TRANSACTIONS", "CREATE (:T)", "CALL dbms.killConnection('bolt-1')", "MATCH (n"):
        with pytest.raises(InvalidInput):
            await async_database.read_only_cypher(text)


@pytest.mark.anyio
async def test_one_huge_value_does_not_hold_up_the_caller(async_database: AsyncDatabase) -> None:
    begin = time.monotonic()
    with pytest.raises(InvalidInput, match=r"0\.5 s"):
        await async_database.read_only_cypher("RETURN range(1, 40000000) AS x", timeout=0.5)
    assert time.monotonic() - begin < 15
