"""Runs queries and plans on a Neo4j, blocking the calling thread.

Reads run in READ sessions as single round trips, repeated a little when the store is briefly away; writes run in
managed transactions, which the driver repeats after a deadlock. Many threads may use one database at once; a process
that forks opens its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar, cast

import neo4j
from neo4j import GraphDatabase

from graph.store import failures, guard
from graph.store.connection import (
    DRIVER_OPTIONS,
    PING_TIMEOUT,
    READ_PAUSES,
    WRITE_TIMEOUT,
    Connection,
    guarded,
    is_cluster,
    may_repeat,
    rows_of,
    statement,
    table_of,
    title,
)
from graph.store.plans import drive
from graph.store.query import Plan, Query

T = TypeVar("T")


class Database(Connection):
    """A Neo4j that answers in the calling thread.

    Args:
        uri: ``bolt://`` or ``neo4j://`` address, with ``+s`` or ``+ssc`` for TLS.
        user: User name.
        password: Password; never part of a message.
        database: Name of the database on the server.
        timeout: Seconds a read may take unless its query says otherwise.
    """

    def __init__(self, uri: str, user: str, password: str, *, database: str = "neo4j", timeout: float = 30.0) -> None:
        super().__init__(uri, database, timeout)
        self._driver = GraphDatabase.driver(uri, auth=(user, password), **DRIVER_OPTIONS)
        self._bookmarks = GraphDatabase.bookmark_manager() if is_cluster(uri) else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes all connections. Closing twice does nothing."""
        self._driver.close()

    def ping(self) -> str:
        """Asks the server for its version, for example ``5.26.30``.

        Raises:
            StoreUnavailable: It does not answer within a few seconds.
            StoreError: It refuses the credentials.
        """
        try:
            with self._driver.session(**self.options(write=False, bookmarks=self._bookmarks)) as session:
                result = session.run(statement("RETURN 1", PING_TIMEOUT))
                agent = result.consume().server.agent
        except failures.DRIVER_ERRORS as error:
            raise failures.translate(error, f"Reaching {self.uri}", PING_TIMEOUT) from error
        return agent.removeprefix("Neo4j/")

    def run(self, query: Query[T]) -> T:
        """Runs one query and returns what its parser makes of the rows.

        Raises:
            InvalidInput: A parameter cannot be used.
            StoreUnavailable: The store is away, busy, or the time is up.
            StoreError: Anything else that the store refuses.
        """
        if query.write:
            (result,) = self.run_all([query])
            return cast(T, result)
        return query.parse(rows_of(self._read(query)))

    def run_all(self, queries: Sequence[Query[Any]]) -> list[Any]:
        """Runs queries in one write transaction, in order: all of them or none.

        The whole is repeated after a deadlock, so parsers may be called more than once. Its time limit is the sum of
        the queries'.
        """
        if not queries:
            return []

        def work(transaction: neo4j.ManagedTransaction) -> list[Any]:
            return [_send(transaction, query) for query in queries]

        return self._write(work, title(queries), sum(map(self.limit, queries)))

    def answer(self, plan: Plan[T]) -> T:
        """Runs a plan, each of its queries on its own. Errors of a query are thrown into the plan."""
        return drive(plan, self.run)

    def transaction(self, make_plan: Callable[[], Plan[T]], *, timeout: float = WRITE_TIMEOUT) -> T:
        """Runs a plan in one write transaction: all that it writes, or nothing.

        Args:
            make_plan: Makes the plan; called again when the transaction is repeated after a deadlock, so neither it
                nor the plan may have effects elsewhere. A driver error of a query ends the transaction and is not
                thrown into the plan.
            timeout: Seconds for the whole.
        """

        def work(transaction: neo4j.ManagedTransaction) -> T:
            return drive(make_plan(), lambda query: _send(transaction, query))

        return self._write(work, "The transaction", timeout)

    def read_only_cypher(
        self,
        text: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        limit: int = 1000,
        timeout: float | None = None,
    ) -> guard.Table:
        """Runs Cypher that a caller wrote, if it only reads the graph.

        Args:
            text: One statement.
            parameters: Values for its ``$names``.
            limit: Most rows to return; the rest are not fetched.
            timeout: Seconds; None takes the database's.

        Raises:
            InvalidInput: It would do more than read, has an error, takes too long or too much memory.
            StoreUnavailable: The store is away.
        """
        granted = timeout or self.timeout
        explained = guard.explained(text)
        session_options = self.options(write=False, bookmarks=self._bookmarks)
        try:
            with self._driver.session(**session_options, fetch_size=limit + 1) as session:
                summary = session.run(statement(explained, granted), dict(parameters or {})).consume()
                guard.check_explained(summary.query_type, summary.plan)
                result = session.run(statement(text, granted), dict(parameters or {}))
                records = result.fetch(limit + 1)
                table = table_of(result.keys(), records, limit)
                result.consume()
                return table
        except (*failures.DRIVER_ERRORS, *failures.PACKING_ERRORS) as error:
            raise guarded(error, granted) from error

    def _read(self, query: Query[Any]) -> list[neo4j.Record]:
        limit = self.limit(query)
        text = statement(query.text, limit)
        for pause in (*READ_PAUSES, None):
            try:
                with self._driver.session(**self.options(write=False, bookmarks=self._bookmarks)) as session:
                    return list(session.run(text, dict(query.parameters)))
            except failures.DRIVER_ERRORS as error:
                if pause is None or not may_repeat(error):
                    raise failures.translate(error, query.name, limit) from error
                time.sleep(pause)
            except failures.PACKING_ERRORS as error:
                raise failures.translate_packing(error, query.name) from error
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _write(self, work: Callable[[neo4j.ManagedTransaction], T], name: str, timeout: float) -> T:
        try:
            with self._driver.session(**self.options(write=True, bookmarks=self._bookmarks)) as session:
                return session.execute_write(neo4j.unit_of_work(timeout=timeout)(work))
        except failures.DRIVER_ERRORS as error:
            raise failures.translate(error, name, timeout) from error


def _send(transaction: neo4j.ManagedTransaction, query: Query[T]) -> T:
    """Runs a query in a transaction. Driver errors come out as they are, for the driver to see what it may repeat."""
    text = query.text
    try:
        records = list(transaction.run(text, dict(query.parameters)))
    except failures.PACKING_ERRORS as error:
        raise failures.translate_packing(error, query.name) from error
    return query.parse(rows_of(records))
