"""Bounds on every request: body size, time, and how many are served at once."""

from __future__ import annotations

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import BAD_REQUEST, OVERLOADED, TIMED_OUT, TOO_LARGE, Problem

HEALTH_PATHS = frozenset({"/healthz", "/readyz"})


class ConcurrencyMiddleware:
    """Serves at most ``limit`` requests at once and turns the others away; health checks always pass.

    Turning away at once beats a queue here: a caller who waits in a queue holds memory and times out anyway.
    """

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app = app
        self._limit = limit
        self._active = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one ASGI connection."""
        if scope["type"] != "http" or scope["path"] in HEALTH_PATHS:
            await self.app(scope, receive, send)
            return
        if self._active >= self._limit:
            raise Problem(OVERLOADED, f"The server is busy with {self._limit} requests. Try again in a few seconds.")
        self._active += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._active -= 1


class DeadlineMiddleware:
    """Gives a request ``seconds`` until its answer starts; a body that streams has bounds of its own."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self.app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one ASGI connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self._seconds) as deadline:

                async def send_and_stop_clock(message: Message) -> None:
                    if message["type"] == "http.response.start":
                        deadline.reschedule(None)
                    await send(message)

                await self.app(scope, receive, send_and_stop_clock)
        except TimeoutError as error:
            if not deadline.expired():
                raise
            detail = f"No answer within {self._seconds:g} seconds. Ask for less: a smaller limit, a shorter text."
            raise Problem(TIMED_OUT, detail) from error


class BodyLimitMiddleware:
    """Reads the body, at most ``limit`` bytes, before the application sees the request.

    Every body here is one JSON value that must be read whole anyway, and counting what arrives is the only bound that
    holds for chunked bodies, which announce no length.
    """

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one ASGI connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        if not (announced.isascii() and announced.isdigit()):
            raise Problem(BAD_REQUEST, "The Content-Length header is not a number.")
        if len(announced) > 18 or int(announced) > self._limit:
            raise self._too_large()
        chunks: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return  # the caller is gone, and nobody is left to answer
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > self._limit:
                raise self._too_large()
            chunks.append(chunk)
            if not message.get("more_body", False):
                break
        body: Message | None = {"type": "http.request", "body": b"".join(chunks), "more_body": False}

        async def replay() -> Message:
            nonlocal body
            if body is not None:
                message, body = body, None
                return message
            return await receive()

        await self.app(scope, replay, send)

    def _too_large(self) -> Problem:
        # The rest of the body is not read, so the connection cannot carry another request.
        detail = f"The body may hold {self._limit} bytes. Send less, or ingest files with `innograph ingest`."
        return Problem(TOO_LARGE, detail, {"Connection": "close"})
