"""How like passages are to a query: by whole vectors, and piece by piece where the embedder gives pieces.

Piece by piece is late interaction (O. Khattab, M. Zaharia, ColBERT, SIGIR 2020): for each piece of the query the best
likeness to a piece of the passage, here weighted by what the piece tells and capped. The cap keeps a word that both say
from outweighing what they mean: what is said in other words hardly reaches it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graph.answers.describing import passage_key
from graph.answers.embedding import Embedder, Encoded, PieceEmbedder, Vectors

CAP = 0.6
# Passages that are compared piece by piece: the nearest by whole vectors.
SHORTLIST = 200
_CACHE_BYTES = 256_000_000

Array = npt.NDArray[np.float64]
Halves = npt.NDArray[np.float16]


class Likeness:
    """A query ready to be compared with passages. Without an embedder of pieces only whole vectors count."""

    def __init__(self, embedder: Embedder, query: str) -> None:
        """Encodes the query.

        Raises:
            EmbedderError: The embedder cannot be used now.
        """
        self._embedder = embedder
        self._encoded: Encoded | None = None
        if isinstance(embedder, PieceEmbedder):
            self._encoded = embedder.encode([query], "query")[0]
            self.vector = self._encoded.vector
        else:
            self.vector = embedder.embed([query], "query")[0]

    def shares(self, texts: Sequence[str], vectors: Vectors) -> Array:
        """Likeness of passages, from 0 for the worst to 1 for the best.

        Args:
            texts: The passages.
            vectors: Their whole vectors (passages, dimensions).
        """
        whole = np.asarray(vectors @ self.vector, dtype=np.float64)
        if self._encoded is None or not isinstance(self._embedder, PieceEmbedder) or not len(self._encoded.pieces):
            return scaled(whole)
        # Of equal likeness the earlier passage; beyond the shortlist nothing counts.
        near = np.argsort(-whole, kind="stable")[:SHORTLIST]
        shares = np.zeros(len(whole))
        found = CACHE.passages(self._embedder, [texts[at] for at in near])
        shares[near] = scaled(late_interaction(self._encoded, [passage.pieces for passage in found]))
        return shares


def late_interaction(query: Encoded, passages: Sequence[Vectors | Halves]) -> Array:
    """Mean over the query's pieces, weighted by information, of the best capped likeness to a piece of each passage.

    Args:
        query: With at least one piece.
        passages: Vectors of the pieces of each, of unit length: (pieces, dimensions).

    Returns:
        A value for each passage; 0 for one without pieces.
    """
    found = np.zeros(len(passages))
    said = [at for at, pieces in enumerate(passages) if len(pieces)]
    if not said:
        return found
    starts = np.cumsum([0, *(len(passages[at]) for at in said[:-1])], dtype=np.intp)
    alike = query.pieces @ np.concatenate([passages[at] for at in said]).astype(np.float32).T
    best = np.minimum(np.maximum.reduceat(alike, starts, axis=1), CAP)
    total = float(query.information.sum())
    weights = query.information / total if total > 0 else np.full(len(query.pieces), 1 / len(query.pieces))
    found[said] = weights @ best
    return found


def scaled(scores: Array) -> Array:
    """Scores from 0 for the worst to 1 for the best; all 0 where they are equal."""
    if not len(scores):
        return scores
    low, high = float(scores.min()), float(scores.max())
    return (scores - low) / (high - low) if high > low else np.zeros(len(scores))


@dataclass(frozen=True, slots=True)
class Passage:
    """An encoded passage as it is held: its vector (dimensions,) and those of its pieces (pieces, dimensions)."""

    vector: Vectors
    pieces: Halves


class PassageCache:
    """The passages encoded last, for the whole process: about 45 kB each, as pieces are held in half precision."""

    def __init__(self, most_bytes: int = _CACHE_BYTES) -> None:
        self._most = most_bytes
        self._held: OrderedDict[str, Passage] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def passages(self, embedder: PieceEmbedder, texts: Sequence[str]) -> list[Passage]:
        """The passages of the texts; encodes those that are not held."""
        keys = [passage_key(embedder.name, text) for text in texts]
        with self._lock:
            known = {key: self._held[key] for key in keys if key in self._held}
            for key in known:
                self._held.move_to_end(key)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            # Encoded without the lock; two threads that miss the same text do the work twice, with one result.
            encoded = embedder.encode(list(missing.values()), "passage")
            fresh = {
                key: Passage(one.vector, one.pieces.astype(np.float16))
                for key, one in zip(missing, encoded, strict=True)
            }
            known |= fresh
            self._keep(fresh)
        return [known[key] for key in keys]

    def _keep(self, fresh: Mapping[str, Passage]) -> None:
        with self._lock:
            for key, value in fresh.items():
                if key not in self._held:
                    self._held[key] = value
                    self._bytes += value.pieces.nbytes + value.vector.nbytes
            while self._bytes > self._most and self._held:
                _, dropped = self._held.popitem(last=False)
                self._bytes -= dropped.pieces.nbytes + dropped.vector.nbytes


CACHE = PassageCache()


def vectors_of(embedder: Embedder, texts: Sequence[str]) -> Vectors:
    """Whole vectors of passages (passages, dimensions); their pieces are held where the embedder gives them."""
    if isinstance(embedder, PieceEmbedder) and texts:
        return np.stack([passage.vector for passage in CACHE.passages(embedder, texts)])
    return embedder.embed(texts, "passage")
