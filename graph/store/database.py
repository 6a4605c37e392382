"""Opens the store that the settings name: the managed server, or one elsewhere."""

from __future__ import annotations

import asyncio

from graph.ontology import load_ontology
from graph.settings import Settings
from graph.store.awaiting import AsyncDatabase
from graph.store.blocking import Database
from graph.store.local import LocalServer
from graph.store.migrations import check_schema, migrate

__all__ = ["AsyncDatabase", "Database", "open_async_database", "open_database"]


def open_database(settings: Settings, *, require_schema: bool = True) -> Database:
    """Opens the store and makes sure that it can be used.

    With ``neo4j_uri`` that server is used as it is; otherwise the managed one is started or joined and brought to the
    current schema.

    Args:
        settings: Where the store is.
        require_schema: Whether a server elsewhere must have the current schema; false only to migrate it.

    Raises:
        ConfigError: The address cannot be used, or the schema is missing, older or newer than this InnoGraph.
        StoreUnavailable: The server cannot be reached, started or downloaded.
        StoreError: It refuses the credentials or cannot be started.
    """
    if settings.neo4j_uri:
        database = Database(
            settings.neo4j_uri,
            settings.neo4j_user,
            settings.neo4j_password.get_secret_value(),
            database=settings.neo4j_database,
            timeout=settings.query_timeout,
        )
    else:
        access = LocalServer(settings).start()
        database = Database(access.uri, access.user, access.password, timeout=settings.query_timeout)
    try:
        database.ping()
        if not settings.neo4j_uri:
            migrate(database, load_ontology(settings.ontology))
        elif require_schema:
            check_schema(database, load_ontology(settings.ontology))
    except BaseException:
        database.close()
        raise
    return database


async def open_async_database(settings: Settings, *, require_schema: bool = True) -> AsyncDatabase:
    """As :func:`open_database`, for awaiting callers. Start and migration run in a thread."""

    def prepare() -> tuple[str, str, str, str]:
        with open_database(settings, require_schema=require_schema) as database:
            if settings.neo4j_uri:
                password = settings.neo4j_password.get_secret_value()
                return settings.neo4j_uri, settings.neo4j_user, password, settings.neo4j_database
            access = LocalServer(settings).start()
            return access.uri, access.user, access.password, database.database

    uri, user, password, name = await asyncio.to_thread(prepare)
    return AsyncDatabase(uri, user, password, database=name, timeout=settings.query_timeout)
