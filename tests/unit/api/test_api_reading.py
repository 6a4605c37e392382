from __future__ import annotations

import asyncio
import threading

import pytest

from api.reading import ReadingRoom
from graph.errors import StoreUnavailable
from graph.model import Document, DocumentFacts

pytestmark = pytest.mark.anyio


class Reader:
    def __init__(self) -> None:
        self.threads: set[str] = set()
        self.read: list[str] = []
        self.entered = threading.Event()
        self.leave = threading.Event()

    def read_text(self, text: str, *, id: str, title: str, date: str, source: str) -> DocumentFacts:
        self.threads.add(threading.current_thread().name)
        self.read.append(text)
        if text == "hold":
            self.entered.set()
            self.leave.wait(10)
        return DocumentFacts(Document(uid=id, content_hash="", text=text, title=title, published=date, source=source))


async def read(room: ReadingRoom, text: str) -> DocumentFacts:
    return await room.read(text, id="i", title="t", date="2026", source="s")


async def test_texts_are_read_one_at_a_time_off_the_loop_by_one_reader() -> None:
    reader = Reader()
    built: list[Reader] = []

    def build() -> Reader:
        built.append(reader)
        return reader

    room = ReadingRoom(build)
    assert not built
    facts = await asyncio.gather(*(read(room, str(n)) for n in range(5)))
    assert [f.document.text for f in facts] == ["0", "1", "2", "3", "4"]
    assert (facts[0].document.title, facts[0].document.published, facts[0].document.source) == ("t", "2026", "s")
    assert len(built) == len(reader.threads) == 1
    assert threading.current_thread().name not in reader.threads
    room.close()


async def test_who_gives_up_waiting_leaves_the_queue() -> None:
    reader = Reader()
    room = ReadingRoom(lambda: reader)
    first = asyncio.create_task(read(room, "hold"))
    await asyncio.to_thread(reader.entered.wait, 10)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await read(room, "given up")
    reader.leave.set()
    await first
    await read(room, "after")
    assert reader.read == ["hold", "after"]
    room.close()


async def test_a_reader_that_could_not_be_built_is_tried_again() -> None:
    attempts: list[int] = []

    def build() -> Reader:
        attempts.append(1)
        if len(attempts) == 1:
            raise StoreUnavailable("no model yet")
        return Reader()

    room = ReadingRoom(build)
    with pytest.raises(StoreUnavailable):
        await read(room, "a")
    assert (await read(room, "b")).document.text == "b"
    room.close()
