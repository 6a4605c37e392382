from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import httpx
import pytest

from api.app import create_app
from graph.model import Document, DocumentFacts
from graph.settings import Settings
from graph.store.database import AsyncDatabase


@dataclass
class StandIn:
    """An AsyncDatabase for tests whose point is the edge of the store: it fails, hangs or gives what it is told to."""

    error: Exception | None = None
    hold: asyncio.Event | None = None
    result: Any = None
    calls: list[str] = field(default_factory=list)
    closed: bool = False

    async def __aenter__(self) -> StandIn:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.closed = True

    async def _act(self, name: str) -> Any:
        self.calls.append(name)
        if self.hold is not None:
            await self.hold.wait()
        if self.error is not None:
            raise self.error
        return self.result

    async def ping(self) -> str:
        return str(await self._act("ping"))

    async def answer(self, plan: Any) -> Any:
        plan.close()
        return await self._act("answer")

    async def run(self, query: Any) -> Any:
        return await self._act("run")

    async def transaction(self, make_plan: Callable[[], Any]) -> Any:
        return await self._act("transaction")

    async def read_only_cypher(self, text: str, parameters: Any, *, limit: int) -> Any:
        return await self._act("cypher")


@dataclass
class StandInReader:
    """A reader that finds nothing, or fails as told."""

    error: Exception | None = None

    def read_text(self, text: str, *, id: str, title: str, date: str, source: str) -> DocumentFacts:
        if self.error is not None:
            raise self.error
        return DocumentFacts(Document(uid=id or "doc-1", content_hash="", text=text, title=title))


Serve = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def store() -> StandIn:
    return StandIn(result=[])


@pytest.fixture
def reader() -> StandInReader:
    return StandInReader()


@pytest.fixture
def serve(store: StandIn, reader: StandInReader) -> Serve:
    """Starts the app with the stand-ins and the settings given, and hands out a caller."""

    async def open_store(settings: Settings) -> AsyncDatabase:
        return cast(AsyncDatabase, store)

    @asynccontextmanager
    async def started(**settings: Any) -> AsyncIterator[httpx.AsyncClient]:
        app = create_app(Settings(**settings), open_database=open_store, build_reader=lambda _: reader)
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as caller:
                yield caller

    return started
