"""A real Neo4j for the whole session: in its own temporary home, on its own port, ended with the session.

Downloaded jars are the user's (INNOGRAPH_NEO4J_JARS, or those of INNOGRAPH_HOME), so that tests do not fetch them anew.
INNOGRAPH_TEST_NEO4J_LINE chooses the line, ``lts`` by default.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from graph.ontology import Ontology, load_ontology
from graph.queries.maintenance import clear
from graph.settings import Settings
from graph.store.database import AsyncDatabase, Database, open_database
from graph.store.local import LocalServer
from graph.store.query import Query, Row

_BATCH = 10_000


@pytest.fixture(scope="session")
def neo4j_line() -> Any:
    """The line of Neo4j under test."""
    return os.environ.get("INNOGRAPH_TEST_NEO4J_LINE", "lts")


@pytest.fixture(scope="session")
def jars_folder() -> Path:
    """Where downloaded jars lie, shared with the user's own server."""
    user = Settings()
    return user.neo4j_jars or user.home / "neo4j" / "jars"


@pytest.fixture(scope="session")
def store_settings(tmp_path_factory: pytest.TempPathFactory, neo4j_line: Any, jars_folder: Path) -> Settings:
    """Settings of the session's server; pass them on, or their fields as INNOGRAPH_* variables, to reach it."""
    return Settings(
        home=tmp_path_factory.mktemp("innograph"),
        neo4j_line=neo4j_line,
        neo4j_jars=jars_folder,
        neo4j_uri="",
        neo4j_heap="768m",
        neo4j_page_cache="64m",
        # Starts with 40% less work, which counts for a server that lives some minutes.
        neo4j_java_options="-XX:TieredStopAtLevel=1",
    )


@pytest.fixture(scope="session")
def ontology() -> Ontology:
    """The ontology that comes with InnoGraph."""
    return load_ontology()


@pytest.fixture(scope="session")
def server(store_settings: Settings) -> Iterator[LocalServer]:
    """The session's managed server, started and with the current schema."""
    local = LocalServer(store_settings)
    try:
        with open_database(store_settings):
            yield local
    finally:
        local.stop()


@pytest.fixture(scope="session")
def session_database(server: LocalServer, store_settings: Settings) -> Iterator[Database]:
    """One connection for the session; tests take ``database``."""
    with open_database(store_settings) as opened:
        yield opened


@pytest.fixture
def database(session_database: Database) -> Database:
    """The session's database, empty but for its schema."""
    empty(session_database)
    return session_database


@pytest.fixture
async def async_database(database: Database, server: LocalServer) -> AsyncIterator[AsyncDatabase]:
    """The same graph, for tests that await."""
    access = server.start()
    async with AsyncDatabase(access.uri, access.user, access.password) as opened:
        yield opened


@dataclass(frozen=True, slots=True)
class LiteralQuery(Query[list[Row]]):
    """A query whose text is written in the test instead of a file."""

    literal: str = ""

    @property
    def text(self) -> str:
        """The literal text."""
        return self.literal


@pytest.fixture(scope="session")
def cypher() -> Callable[..., Query[list[Row]]]:
    """Makes a query of a literal text: ``cypher("CREATE (:X {n: $n})", write=True, n=1)``; its result is its rows."""

    def make(
        text: str,
        *,
        write: bool = False,
        timeout: float | None = None,
        query_name: str = "test/query",
        **parameters: Any,
    ) -> Query[list[Row]]:
        return LiteralQuery(
            name=query_name, parse=_rows, parameters=parameters, write=write, timeout=timeout, literal=text
        )

    return make


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Tests that await (``@pytest.mark.anyio``) run on asyncio, as the driver does."""
    return "asyncio"


def _rows(rows: Sequence[Row]) -> list[Row]:
    return list(rows)


def empty(database: Database) -> None:
    """Deletes all nodes but those of the schema's ledger."""
    while database.run(clear(limit=_BATCH)) == _BATCH:
        pass
