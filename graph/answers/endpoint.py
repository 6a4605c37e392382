"""Sentence vectors from an HTTP endpoint that speaks OpenAI's embeddings protocol.

``POST <base>/embeddings`` with ``{"model", "input": [texts], "encoding_format": "float"}`` answers ``{"data": [{"index",
"embedding"}]}``.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np

from graph.answers.embedding import Kind, Vectors
from graph.endpoint import Endpoint, Words, short
from graph.errors import EmbedderError

_MOST_DIMENSIONS = 4096
_WORDS = Words(
    "embedder",
    "INNOGRAPH_EMBEDDER=openai",
    "INNOGRAPH_EMBEDDER",
    "lower INNOGRAPH_EMBEDDER_BATCH",
    "Lower INNOGRAPH_EMBEDDER_BATCH",
    "INNOGRAPH_EMBEDDER=none",
)


class EndpointEmbedder:
    """Vectors from an endpoint. Queries and passages are sent alike unless the model is one of e5's, which wants prefixes."""

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
        self._endpoint = Endpoint(url, model, key=key, timeout=timeout, words=_WORDS, error=EmbedderError)
        self.name = f"openai/{self._endpoint.host}/{model}"
        self._batch = batch
        self._prefixes = {"query": "query: ", "passage": "passage: "} if "e5" in model.casefold() else {}
        self._dimensions = 0
        self._lock = threading.Lock()

    def embed(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """Vectors of the texts, one request for each batch.

        Raises:
            EmbedderError: The endpoint refuses, cannot be reached, or answers with something else than one finite vector of
                one length for each text.
        """
        prefix = self._prefixes.get(kind, "")
        sent = [f"{prefix}{text}" for text in texts]
        found = [self._vectors(sent[at : at + self._batch]) for at in range(0, len(sent), self._batch)]
        return np.concatenate(found) if found else np.zeros((0, self._dimensions), np.float32)

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        endpoint = self._endpoint
        asked = {"model": endpoint.model, "input": list(texts), "encoding_format": "float"}
        body = endpoint.post("embeddings", asked)
        try:
            rows = sorted(body["data"], key=lambda row: int(row["index"]))
            if [int(row["index"]) for row in rows] != list(range(len(texts))):
                raise ValueError(f"{len(rows)} vectors for {len(texts)} texts")
            vectors = np.array([row["embedding"] for row in rows], dtype=np.float32)
        except (KeyError, TypeError, ValueError) as error:
            raise endpoint.failure(f"answers in another form ({short(error)}).") from error
        if vectors.ndim != 2 or not 0 < vectors.shape[1] <= _MOST_DIMENSIONS or not np.isfinite(vectors).all():
            raise endpoint.failure("answers with vectors that cannot be used.")
        with self._lock:
            self._dimensions = self._dimensions or vectors.shape[1]
        if vectors.shape[1] != self._dimensions:
            raise endpoint.failure(f"answers with {vectors.shape[1]} dimensions after {self._dimensions}.")
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.where(lengths > 0, lengths, 1), dtype=np.float32)
