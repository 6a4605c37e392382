"""Near-duplicates: the same notice from several outlets, found by MinHash over character shingles.

Broder, "On the resemblance and containment of documents" (1997), by way of datasketch's MinHash and LSH.
"""

from __future__ import annotations

import re
import zlib
from collections import OrderedDict
from typing import Any

_SHINGLE = 4
_PERMUTATIONS = 128
_THRESHOLD = 0.7
_SHORTEST = 40  # shorter texts are compared as they are: a few shingles tell nothing
_SIGNIFICANT = re.compile(r"[\W_]+")


def _hash(data: bytes) -> int:
    return zlib.crc32(data)


class DuplicateIndex:
    """Texts seen so far, the oldest forgotten when there are more than ``capacity``.

    About 2 KB a text: 100,000 texts take 200 MB.

    Args:
        threshold: Share of shingles that two texts have in common (Jaccard) to count as one, from 0 to 1.
        capacity: How many texts are kept.
    """

    def __init__(self, *, threshold: float = _THRESHOLD, capacity: int = 100_000) -> None:
        # Local: importing datasketch takes 0.3 s.
        from datasketch import MinHashLSH

        self._threshold = threshold
        self._capacity = capacity
        self._lsh: Any = MinHashLSH(threshold=threshold, num_perm=_PERMUTATIONS)
        self._hashes: OrderedDict[str, Any] = OrderedDict()
        self._short: OrderedDict[str, str] = OrderedDict()
        self._short_texts: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._hashes) + len(self._short)

    def add(self, id: str, text: str) -> str | None:
        """Compares a text with those seen and remembers it if it is new.

        Args:
            id: The text's id. An id seen before replaces its text.
            text: The text, cleaned, so that versions in both scripts compare.

        Returns:
            The id of the text it repeats, or None.
        """
        self._forget(id)
        plain = _SIGNIFICANT.sub("", text).casefold()
        if len(plain) < _SHORTEST:
            found = self._short.get(plain)
            if found is None:
                self._short[plain] = id
                self._short_texts[id] = plain
                self._trim()
            return found
        signature = self._signature(plain)
        candidates = [(signature.jaccard(self._hashes[other]), other) for other in self._lsh.query(signature)]
        best = max(candidates, default=(0.0, ""))
        if best[0] >= self._threshold:
            return best[1]
        self._lsh.insert(id, signature)
        self._hashes[id] = signature
        self._trim()
        return None

    def _signature(self, plain: str) -> Any:
        from datasketch import MinHash

        signature = MinHash(num_perm=_PERMUTATIONS, hashfunc=_hash)
        shingles = {plain[i : i + _SHINGLE] for i in range(len(plain) - _SHINGLE + 1)}
        signature.update_batch([shingle.encode() for shingle in sorted(shingles)])
        return signature

    def _forget(self, id: str) -> None:
        if self._hashes.pop(id, None) is not None:
            self._lsh.remove(id)
        plain = self._short_texts.pop(id, None)
        if plain is not None:
            del self._short[plain]

    def _trim(self) -> None:
        while len(self) > self._capacity:
            if self._hashes:
                oldest, _ = self._hashes.popitem(last=False)
                self._lsh.remove(oldest)
            else:
                _, oldest = self._short.popitem(last=False)
                del self._short_texts[oldest]
