"""Sentence vectors behind a small protocol, so that the semantic part of a score can come from anywhere."""

from __future__ import annotations

import functools
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from graph.errors import ConfigError
from graph.settings import Settings

_log = logging.getLogger(__name__)

Vectors = npt.NDArray[np.float32]
Kind = Literal["query", "passage"]


class Embedder(Protocol):
    """Turns texts into vectors whose inner product is a similarity. Safe for many threads.

    Attributes:
        name: Names the model; vectors of different names are never compared. Another name for every change that changes
            vectors.
    """

    @property
    def name(self) -> str: ...

    def embed(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """Vectors of unit length, shape (texts, dimensions). The same text gives the same vector in any batch.

        Raises:
            EmbedderError: The source cannot be used now.
        """
        ...


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text piece by piece.

    Attributes:
        vector: Of the whole text, of unit length: (dimensions,).
        pieces: Of each piece, of unit length: (pieces, dimensions).
        information: What each piece tells, in nats: (pieces,). A rare word tells more than a common one.
    """

    vector: Vectors
    pieces: Vectors
    information: Vectors


@runtime_checkable
class PieceEmbedder(Embedder, Protocol):
    """An embedder that gives a vector for each piece of a text, too, so that texts can be compared piece by piece."""

    def encode(self, texts: Sequence[str], kind: Kind) -> list[Encoded]:
        """The vectors of ``embed`` with those of the pieces."""
        ...


def load_embedder(settings: Settings) -> Embedder | None:
    """The embedder that the settings name, made once a process; None for ``none``.

    ``auto`` is multilingual-e5-small where its weights are installed; elsewhere it is None and a log line says so.

    Raises:
        ConfigError: What the settings name cannot be used on this machine; the message holds no secret.
    """
    return _load(
        settings.embedder,
        settings.embedder_model,
        settings.embedder_url,
        settings.embedder_key.get_secret_value(),
        settings.embedder_timeout,
        settings.embedder_batch,
    )


@functools.lru_cache(maxsize=4)
def _load(kind: str, model: str, url: str, key: str, timeout: float, batch: int) -> Embedder | None:
    # Each source is imported when it is asked for: two of them are no dependencies, and the first takes a while.
    if kind == "none":
        return None
    if kind == "openai":
        from graph.answers.endpoint import EndpointEmbedder

        return EndpointEmbedder(url, model, key=key, timeout=timeout, batch=batch)
    if kind == "sentence-transformers":
        from graph.answers.transformers import TransformersEmbedder

        return TransformersEmbedder(model, batch=batch)
    from graph.answers.e5 import E5Embedder

    try:
        return E5Embedder()
    except ConfigError as error:
        if kind == "e5":
            raise
        _log.info("without sentence vectors: %s", error)
        return None
