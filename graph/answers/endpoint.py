"""Sentence vectors from an HTTP endpoint that speaks OpenAI's embeddings protocol: hosted services, vLLM, Ollama, TEI.

``POST <base>/embeddings`` with ``{"model", "input": [texts], "encoding_format": "float"}`` answers ``{"data": [{"index",
"embedding"}]}``. Texts leave this machine, so it is used only when a setting says so.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx
import numpy as np

from graph.answers.embedding import Kind, Vectors
from graph.errors import ConfigError, EmbedderError

_log = logging.getLogger(__name__)
_ATTEMPTS = 3
_PAUSE = 0.5
_LONGEST_PAUSE = 10.0
_MOST_BYTES = 64_000_000
_MOST_DIMENSIONS = 4096


class EndpointEmbedder:
    """Vectors from an endpoint. Queries and passages are sent alike unless the model is one of e5's, which wants prefixes.

    The key is sent to the endpoint's own address only: redirects are not followed.
    """

    def __init__(self, url: str, model: str, *, key: str = "", timeout: float = 30.0, batch: int = 32) -> None:
        """Checks what it is given; nothing is sent yet.

        Args:
            url: Base address, for example ``http://127.0.0.1:11434/v1``.
            model: The endpoint's name of the model.
            key: Sent as a bearer token; never logged.
            timeout: Seconds that a request may take.
            batch: Most texts of a request.

        Raises:
            ConfigError: Address or model are missing or cannot be used.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
            raise ConfigError(
                "INNOGRAPH_EMBEDDER=openai needs the base address of the endpoint in INNOGRAPH_EMBEDDER_URL, without user "
                "or query: http://127.0.0.1:11434/v1."
            )
        if not model:
            raise ConfigError("INNOGRAPH_EMBEDDER=openai needs the name of a model in INNOGRAPH_EMBEDDER_MODEL.")
        self.name = f"openai/{parts.hostname}/{model}"
        self._host, self._model, self._batch, self._timeout = parts.hostname, model, batch, timeout
        self._prefixes = {"query": "query: ", "passage": "passage: "} if "e5" in model.casefold() else {}
        self._dimensions = 0
        self._lock = threading.Lock()
        self._client = httpx.Client(
            base_url=url.rstrip("/") + "/",
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=timeout,
            follow_redirects=False,
        )

    def embed(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """Vectors of the texts, one request for each batch.

        A request that fails for a passing reason (no connection, 429, 5xx) is sent again, three times in all.

        Raises:
            EmbedderError: The endpoint refuses, cannot be reached, or answers with something else than one finite vector of
                one length for each text.
        """
        prefix = self._prefixes.get(kind, "")
        sent = [f"{prefix}{text}" for text in texts]
        found = [self._vectors(sent[at : at + self._batch]) for at in range(0, len(sent), self._batch)]
        return np.concatenate(found) if found else np.zeros((0, self._dimensions), np.float32)

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        body = self._post({"model": self._model, "input": list(texts), "encoding_format": "float"})
        try:
            rows = sorted(body["data"], key=lambda row: int(row["index"]))
            if [int(row["index"]) for row in rows] != list(range(len(texts))):
                raise ValueError(f"{len(rows)} vectors for {len(texts)} texts")
            vectors = np.array([row["embedding"] for row in rows], dtype=np.float32)
        except (KeyError, TypeError, ValueError) as error:
            raise EmbedderError(f"The embedder at {self._host} answers in another form ({_short(error)}).") from error
        if vectors.ndim != 2 or not 0 < vectors.shape[1] <= _MOST_DIMENSIONS or not np.isfinite(vectors).all():
            raise EmbedderError(f"The embedder at {self._host} answers with vectors that cannot be used.")
        with self._lock:
            self._dimensions = self._dimensions or vectors.shape[1]
        if vectors.shape[1] != self._dimensions:
            raise EmbedderError(
                f"The embedder at {self._host} answers with {vectors.shape[1]} dimensions after {self._dimensions}."
            )
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.where(lengths > 0, lengths, 1), dtype=np.float32)

    def _post(self, body: dict[str, Any]) -> Any:
        for attempt in range(1, _ATTEMPTS + 1):
            last = attempt == _ATTEMPTS
            pause = _PAUSE * 2 ** (attempt - 1)
            try:
                return self._send(body)
            except httpx.TimeoutException as error:
                raise EmbedderError(
                    f"The embedder at {self._host} took longer than {self._timeout:g} s. Raise INNOGRAPH_EMBEDDER_TIMEOUT "
                    "or lower INNOGRAPH_EMBEDDER_BATCH."
                ) from error
            except httpx.HTTPStatusError as error:
                status = error.response.status_code
                if last or not (status == httpx.codes.TOO_MANY_REQUESTS or status >= 500):
                    raise EmbedderError(f"The embedder at {self._host} answers {status}. {_advice(status)}") from error
                pause = max(pause, _wished_pause(error.response))
            except httpx.HTTPError as error:
                if last:
                    raise EmbedderError(
                        f"The embedder at {self._host} cannot be reached: {_short(error)}. Check INNOGRAPH_EMBEDDER_URL."
                    ) from error
            _log.info("the embedder at %s failed, attempt %d", self._host, attempt)
            time.sleep(pause)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _send(self, body: dict[str, Any]) -> Any:
        with self._client.stream("POST", "embeddings", json=body) as response:
            if not response.is_success:
                raise httpx.HTTPStatusError("refused", request=response.request, response=response)
            read = bytearray()
            deadline = time.monotonic() + self._timeout
            for chunk in response.iter_bytes():
                read += chunk
                if len(read) > _MOST_BYTES:
                    raise EmbedderError(f"The embedder at {self._host} answers with more than {_MOST_BYTES:,} bytes.")
                if time.monotonic() > deadline:  # the client's own limit is on each piece
                    raise httpx.ReadTimeout("too slow", request=response.request)
        try:
            return httpx.Response(200, content=bytes(read)).json()
        except ValueError as error:
            raise EmbedderError(f"The embedder at {self._host} answers with something that is not JSON.") from error


def _wished_pause(response: httpx.Response) -> float:
    """Seconds that a Retry-After header asks for, at most ten."""
    try:
        wished = float(response.headers.get("Retry-After", "0"))
    except ValueError:
        return 0.0
    return min(wished, _LONGEST_PAUSE) if math.isfinite(wished) and wished > 0 else 0.0


def _advice(status: int) -> str:
    return {
        401: "Check INNOGRAPH_EMBEDDER_KEY.",
        403: "Check INNOGRAPH_EMBEDDER_KEY.",
        404: "Check INNOGRAPH_EMBEDDER_URL and INNOGRAPH_EMBEDDER_MODEL.",
        413: "Lower INNOGRAPH_EMBEDDER_BATCH.",
    }.get(status, "Try again later, or do without: INNOGRAPH_EMBEDDER=none.")


def _short(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:200]
