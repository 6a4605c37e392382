"""Requests to an HTTP endpoint that speaks one of OpenAI's protocols: hosted services, vLLM, Ollama, TEI.

Texts leave this machine, so an endpoint is used only where a setting names one. The key is sent to the endpoint's own address
only: redirects are not followed. What fails for a passing reason is sent again.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from graph.errors import ConfigError, EndpointError

_log = logging.getLogger(__name__)
_ATTEMPTS = 3
_PAUSE = 0.5
_LONGEST_PAUSE = 10.0
_MOST_BYTES = 64_000_000


@dataclass(frozen=True, slots=True)
class Words:
    """What messages call the endpoint and its settings.

    Attributes:
        what: ``embedder``.
        chosen: The setting that asks for it, ``INNOGRAPH_EMBEDDER=openai``.
        prefix: What its settings begin with, ``INNOGRAPH_EMBEDDER``.
        slow: What to do when it is too slow, after "Raise ..._TIMEOUT".
        large: What to do when a request is too large.
        without: How to do without it.
    """

    what: str
    chosen: str
    prefix: str
    slow: str
    large: str
    without: str


class Endpoint:
    """One endpoint.

    Args:
        url: Base address, for example ``http://127.0.0.1:11434/v1``.
        model: The endpoint's name of the model.
        key: Sent as a bearer token; never logged.
        timeout: Seconds that a request may take.
        words: For messages.
        error: Class of the errors of requests.

    Raises:
        ConfigError: Address or model are missing or cannot be used.
    """

    def __init__(
        self, url: str, model: str, *, key: str, timeout: float, words: Words, error: type[EndpointError]
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
            raise ConfigError(
                f"{words.chosen} needs the base address of the endpoint in {words.prefix}_URL, without user or query: "
                "http://127.0.0.1:11434/v1."
            )
        if not model:
            raise ConfigError(f"{words.chosen} needs the name of a model in {words.prefix}_MODEL.")
        self.host, self.model = parts.hostname, model
        self._timeout, self._words, self._error = timeout, words, error
        self._client = httpx.Client(
            base_url=url.rstrip("/") + "/",
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=timeout,
            follow_redirects=False,
        )

    def failure(self, what: str) -> EndpointError:
        """An error of this endpoint; ``what`` follows "The embedder at HOST"."""
        return self._error(f"The {self._words.what} at {self.host} {what}")

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """The JSON that answers a POST. No connection, 429 and 5xx are tried three times in all.

        Raises:
            EndpointError: It refuses, is too slow, cannot be reached, or does not answer with JSON. ``status`` holds the HTTP
                status of a refusal.
        """
        prefix = self._words.prefix
        for attempt in range(1, _ATTEMPTS + 1):
            last = attempt == _ATTEMPTS
            pause = _PAUSE * 2 ** (attempt - 1)
            try:
                return self._send(path, body)
            except httpx.TimeoutException as error:
                raise self.failure(
                    f"took longer than {self._timeout:g} s. Raise {prefix}_TIMEOUT or {self._words.slow}."
                ) from error
            except httpx.HTTPStatusError as error:
                status = error.response.status_code
                if last or not (status == httpx.codes.TOO_MANY_REQUESTS or status >= 500):
                    failure = self.failure(f"answers {status}. {self._advice(status)}")
                    failure.status = status
                    raise failure from error
                pause = max(pause, _wished_pause(error.response))
            except httpx.HTTPError as error:
                if last:
                    raise self.failure(f"cannot be reached: {short(error)}. Check {prefix}_URL.") from error
            _log.info("the %s at %s failed, attempt %d", self._words.what, self.host, attempt)
            time.sleep(pause)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _send(self, path: str, body: Mapping[str, Any]) -> Any:
        with self._client.stream("POST", path, json=body) as response:
            if not response.is_success:
                raise httpx.HTTPStatusError("refused", request=response.request, response=response)
            read = bytearray()
            deadline = time.monotonic() + self._timeout
            for chunk in response.iter_bytes():
                read += chunk
                if len(read) > _MOST_BYTES:
                    raise self.failure(f"answers with more than {_MOST_BYTES:,} bytes.")
                if time.monotonic() > deadline:  # the client's own limit is on each piece
                    raise httpx.ReadTimeout("too slow", request=response.request)
        try:
            return httpx.Response(200, content=bytes(read)).json()
        except ValueError as error:
            raise self.failure("answers with something that is not JSON.") from error

    def _advice(self, status: int) -> str:
        prefix = self._words.prefix
        return {
            401: f"Check {prefix}_KEY.",
            403: f"Check {prefix}_KEY.",
            404: f"Check {prefix}_URL and {prefix}_MODEL.",
            413: f"{self._words.large}.",
        }.get(status, f"Try again later, or do without: {self._words.without}.")


def short(error: Exception) -> str:
    """The beginning of an error's message, or its class."""
    return (str(error) or type(error).__name__)[:200]


def _wished_pause(response: httpx.Response) -> float:
    """Seconds that a Retry-After header asks for, at most ten."""
    try:
        wished = float(response.headers.get("Retry-After", "0"))
    except ValueError:
        return 0.0
    return min(wished, _LONGEST_PAUSE) if math.isfinite(wished) and wished > 0 else 0.0
