"""Both databases against a real Neo4j: reading, writing, transactions, time limits, errors."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from graph.errors import ConfigError, Conflict, InvalidInput, NotFound, StoreError, StoreUnavailable
from graph.store.database import AsyncDatabase, Database
from graph.store.local import LocalServer
from graph.store.query import Plan, Query

pytestmark = pytest.mark.integration
MakeQuery = Callable[..., Query[Any]]
ENDLESS = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN count(*) AS n"


def count(cypher: MakeQuery, database: Database) -> int:
    return int(database.run(cypher("MATCH (n:T) RETURN count(n) AS n"))[0]["n"])


def test_rows_are_plain(database: Database, cypher: MakeQuery) -> None:
    database.run(
        cypher("CREATE (:T {name: $name})-[:R {w: 1}]->(:T {on: date('2026-01-02')})", write=True, name="氢能")
    )
    rows = database.run(cypher("MATCH p = (a:T)-[r:R]->(b) RETURN a, r, b, p, [a.name] AS names, null AS none"))
    a, r, b = {"name": "氢能"}, {"w": 1}, {"on": "2026-01-02"}
    assert rows == [{"a": a, "r": r, "b": b, "p": [a, r, b], "names": ["氢能"], "none": None}]


@pytest.mark.parametrize(
    "text",
    [
        "CREATE (:T)",
        "FOREACH (x IN [1] | CREATE (:T))",
        "UNWIND [1] AS x CALL { CREATE (:T) } RETURN x",
        "MATCH (n) SET n.x = 1",
        "CREATE INDEX forbidden FOR (n:T) ON (n.x)",
    ],
)
def test_a_query_declared_as_reading_cannot_write(database: Database, cypher: MakeQuery, text: str) -> None:
    with pytest.raises(StoreError, match="declared as reading, but writes"):
        database.run(cypher(text))
    assert count(cypher, database) == 0


def test_run_all_is_all_or_nothing(database: Database, cypher: MakeQuery) -> None:
    good = cypher("CREATE (t:T) RETURN 1 AS one", write=True)
    assert database.run_all([good, good]) == [[{"one": 1}], [{"one": 1}]]
    assert database.run_all([]) == []
    with pytest.raises(StoreError, match="test/query and 1 more"):
        database.run_all([good, cypher("CREATE (:T) RETURN 1 / 0", write=True)])
    assert count(cypher, database) == 2


def test_an_error_of_a_parser_rolls_back(database: Database, cypher: MakeQuery) -> None:
    def refuse(rows: Any) -> None:
        raise NotFound("not there")

    literal = cypher("CREATE (:T)", write=True)
    with pytest.raises(NotFound):
        database.run_all([literal, type(literal)(name="x", parse=refuse, write=True, literal="CREATE (:T)")])  # type: ignore[call-arg]
    assert count(cypher, database) == 0


def test_a_plan_in_a_transaction_reads_what_it_wrote_and_rolls_back(database: Database, cypher: MakeQuery) -> None:
    def plan(fail: bool) -> Plan[int]:
        yield cypher("CREATE (:T)", write=True)
        rows = yield cypher("MATCH (n:T) RETURN count(n) AS n")
        if fail:
            raise Conflict("changed my mind")
        return int(rows[0]["n"])

    with pytest.raises(Conflict):
        database.transaction(lambda: plan(True))
    assert count(cypher, database) == 0
    assert database.transaction(lambda: plan(False)) == 1
    assert count(cypher, database) == 1


def test_deadlocks_are_repeated_until_all_succeed(database: Database, cypher: MakeQuery) -> None:
    database.run(cypher("CREATE (:T {id: 1, n: 0}), (:T {id: 2, n: 0})", write=True))
    barrier = threading.Barrier(2)
    starts = []

    def plan(first: int, second: int) -> Plan[None]:
        starts.append(first)
        yield cypher("MATCH (n:T {id: $id}) SET n.n = n.n + 1", write=True, id=first)
        if len(starts) <= 2:
            barrier.wait(20)  # both hold one node now and want the other's
        yield cypher("MATCH (n:T {id: $id}) SET n.n = n.n + 1", write=True, id=second)

    with ThreadPoolExecutor(2) as pool:
        tasks = [pool.submit(database.transaction, lambda o=order: plan(*o)) for order in ((1, 2), (2, 1))]
        for task in tasks:
            task.result()
    assert len(starts) >= 3
    assert database.run(cypher("MATCH (n:T) RETURN collect(n.n) AS n"))[0]["n"] == [2, 2]


def test_answers_mix_queries_and_hear_of_errors(database: Database, cypher: MakeQuery) -> None:
    def plan() -> Plan[str]:
        try:
            yield cypher("RETURN $missing")
        except InvalidInput:
            rows = yield cypher("RETURN 'instead' AS x")
            return str(rows[0]["x"])
        return "no error"

    assert database.answer(plan()) == "instead"


def test_time_limits_hold(database: Database, cypher: MakeQuery) -> None:
    begin = time.monotonic()
    with pytest.raises(StoreUnavailable, match=r"1 s.*INNOGRAPH_QUERY_TIMEOUT"):
        database.run(cypher(ENDLESS, timeout=1.0))
    with pytest.raises(StoreUnavailable, match="1 s"):
        database.run(cypher(f"CREATE (:T) WITH 1 AS one {ENDLESS}", write=True, timeout=1.0))
    assert time.monotonic() - begin < 20
    assert count(cypher, database) == 0


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        ("RETURN $missing", {}),
        ("RETURN $x", {"x": object()}),
        ("RETURN $x", {"x": 2**70}),
        ("UNWIND [1] AS x RETURN x LIMIT $n", {"n": -1}),
        ("CALL db.index.fulltext.queryNodes('name_search', $q) YIELD node RETURN node", {"q": "a:("}),
    ],
)
def test_unusable_parameters_are_the_callers(
    database: Database, cypher: MakeQuery, text: str, parameters: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput, match="test/query"):
        database.run(cypher(text, **parameters))
    with pytest.raises(InvalidInput, match="test/query"):
        database.run(cypher(text, write=True, **parameters))


def test_a_broken_constraint_is_a_conflict(database: Database, cypher: MakeQuery) -> None:
    twice = cypher("UNWIND [1, 2] AS x CREATE (:Entity {uid: 'one'})", write=True)
    with pytest.raises(Conflict, match="already exists"):
        database.run(twice)


def test_ping_tells_the_version(database: Database, server: LocalServer) -> None:
    assert database.ping() == server.status().version


def test_wrong_credentials_name_the_settings(server: LocalServer) -> None:
    access = server.start()
    with (
        Database(access.uri, access.user, "wrong") as other,
        pytest.raises(StoreError, match="INNOGRAPH_NEO4J_PASSWORD"),
    ):
        other.ping()


def test_nobody_there_is_unavailable_soon(cypher: MakeQuery) -> None:
    begin = time.monotonic()
    with Database("bolt://127.0.0.1:9", "neo4j", "x") as nobody:
        with pytest.raises(StoreUnavailable, match="INNOGRAPH_NEO4J_URI"):
            nobody.ping()
        with pytest.raises(StoreUnavailable, match="test/query"):
            nobody.run(cypher("RETURN 1"))
    assert time.monotonic() - begin < 10


@pytest.mark.parametrize("uri", ["http://127.0.0.1", "nonsense", "bolt://host:port"])
def test_a_wrong_address_is_a_wrong_setting(uri: str) -> None:
    with pytest.raises(ConfigError, match="INNOGRAPH_NEO4J_URI"):
        Database(uri, "neo4j", "x")


def test_many_threads_share_a_database(database: Database, cypher: MakeQuery) -> None:
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda i: database.run(cypher("RETURN $i AS i", i=i))[0]["i"], range(200)))
    assert found == list(range(200))


@pytest.mark.anyio
async def test_awaiting_reads_writes_and_rolls_back(async_database: AsyncDatabase, cypher: MakeQuery) -> None:
    create, look = cypher("CREATE (:T)", write=True), cypher("MATCH (n:T) RETURN count(n) AS n")

    def plan() -> Plan[int]:
        yield create
        rows = yield look
        return int(rows[0]["n"])

    def failing() -> Plan[int]:
        yield create
        raise Conflict("no")

    assert await async_database.transaction(plan) == 1
    with pytest.raises(Conflict):
        await async_database.transaction(failing)
    await async_database.run(create)
    await async_database.run_all([create, create])
    assert await async_database.answer(plan()) == 5
    assert (await async_database.ping())[:1].isdigit()


@pytest.mark.anyio
async def test_awaiting_maps_errors(async_database: AsyncDatabase, cypher: MakeQuery) -> None:
    with pytest.raises(StoreError, match="declared as reading"):
        await async_database.run(cypher("CREATE (:T)"))
    with pytest.raises(InvalidInput):
        await async_database.run(cypher("RETURN $x", x=object()))
    with pytest.raises(StoreUnavailable, match="1 s"):
        await async_database.run(cypher(ENDLESS, timeout=1.0))
    async with AsyncDatabase("bolt://127.0.0.1:9", "neo4j", "x") as nobody:
        with pytest.raises(StoreUnavailable):
            await nobody.run(cypher("RETURN 1"))
        with pytest.raises(StoreUnavailable):
            await nobody.ping()
