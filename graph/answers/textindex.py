"""BM25 over character n-grams: which texts of a fixed set are most like a query.

BM25 is that of S. Robertson and others (Okapi at TREC-3, 1995) with Lucene's idf, ln(1 + (N - n + 0.5) / (n + 0.5)).
Chinese needs no word boundaries: single characters and pairs, never across punctuation. Latin words count whole.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

K1 = 1.2
B = 0.75
_PIECE = re.compile(r"[a-z0-9]+(?:[.\-/+][a-z0-9]+)*|[^\W\da-z_]+")

Scores = npt.NDArray[np.float64]


def terms(text: str) -> Iterator[str]:
    """The terms of a text: Latin words and numbers whole, other letters one by one and in pairs."""
    for piece in _PIECE.findall(unicodedata.normalize("NFKC", text).casefold()):
        if piece[0].isascii():
            yield piece
        else:
            yield from piece
            yield from (piece[at : at + 2] for at in range(len(piece) - 1))


class TextIndex:
    """An index of texts. Immutable after it is built, so many threads may ask at once."""

    def __init__(self, texts: Sequence[str]) -> None:
        counts = [Counter(terms(text)) for text in texts]
        lengths = np.array([sum(count.values()) for count in counts], dtype=np.float64)
        average = float(lengths.mean()) if len(lengths) else 1.0
        self.size = len(counts)
        norm = K1 * (1 - B + B * lengths / (average or 1.0))
        places: dict[str, list[int]] = {}
        for at, count in enumerate(counts):
            for term in count:
                places.setdefault(term, []).append(at)
        self._postings: dict[str, tuple[npt.NDArray[np.intp], Scores]] = {}
        for term, rows in places.items():
            where = np.array(rows, dtype=np.intp)
            frequency = np.array([counts[row][term] for row in rows], dtype=np.float64)
            idf = np.log(1 + (self.size - len(rows) + 0.5) / (len(rows) + 0.5))
            self._postings[term] = where, idf * frequency * (K1 + 1) / (frequency + norm[where])

    def scores(self, query: str) -> Scores:
        """BM25 of every text for a query, in the order of the texts."""
        total = np.zeros(self.size, dtype=np.float64)
        for term, times in sorted(Counter(terms(query)).items()):
            if term in self._postings:
                rows, weights = self._postings[term]
                total[rows] += times * weights
        return total
