"""Context of mentions for the relation classifier: which pieces they cover, and ranges of pieces pooled between them."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from etl.nlp.view import View

_DISTANCES = (1, 2, 4, 7, 11, 16, 24, 36, 60, 100, 180)
DISTANCES = 2 * (len(_DISTANCES) + 1)
GAPS = 6
_AROUND = 8


@dataclass(frozen=True, slots=True)
class Places:
    """Mention pairs of a document as arrays of p rows.

    Attributes:
        heads, tails: Indices of mentions.
        ranges: p x 3 x 2: pieces between the two (their groups), before the left and after the right, end exclusive.
        distance: Bucket of the distance in pieces, with the direction.
        gap: Bucket of the distance in sentences.
    """

    heads: NDArray[np.int64]
    tails: NDArray[np.int64]
    ranges: NDArray[np.int64]
    distance: NDArray[np.int64]
    gap: NDArray[np.int64]


def piece_kinds(view: View, owner: NDArray[np.int64], pieces: int, types: Sequence[str]) -> NDArray[np.int64]:
    """For each piece 0, or what stands there: 1 + 2·type where a mention begins, 2 + 2·type inside one."""
    kinds = np.zeros(pieces, np.int64)
    index = {name: at for at, name in enumerate(types)}
    for mention in view.mentions:
        first, last = int(owner[mention.start]), int(owner[mention.end - 1])
        kinds[first : last + 1] = 2 + 2 * index[mention.type]
        kinds[first] = 1 + 2 * index[mention.type]
    return kinds


def mention_pieces(view: View, owner: NDArray[np.int64]) -> NDArray[np.int64]:
    """k x 2: pieces of each mention, end exclusive."""
    return np.array([(owner[m.start], owner[m.end - 1] + 1) for m in view.mentions], np.int64).reshape(-1, 2)


def places_of(view: View, pairs: Sequence[tuple[int, int]], spans: NDArray[np.int64], pieces: int) -> Places:
    """Arrays for mention pairs (head, tail)."""
    ranges = np.zeros((len(pairs), 3, 2), np.int64)
    distance = np.zeros(len(pairs), np.int64)
    gap = np.zeros(len(pairs), np.int64)
    for row, (head, tail) in enumerate(pairs):
        left, right = min(head, tail), max(head, tail)
        a, b = left, right
        if view.group[left] != view.group[right]:
            a, b = view.group[left][1], view.group[right][0]
        start, end = int(spans[a, 1]), int(spans[b, 0])
        before, after = int(spans[left, 0]), int(spans[right, 1])
        ranges[row, 0] = _never_empty(start, end, pieces)
        ranges[row, 1] = _never_empty(max(0, before - _AROUND), before, pieces)
        ranges[row, 2] = _never_empty(after, min(pieces, after + _AROUND), pieces)
        bucket = bisect.bisect(_DISTANCES, int(spans[right, 0] - spans[left, 1]))
        distance[row] = 2 * bucket + (head < tail)
        gap[row] = min(GAPS - 1, abs(view.sentence[head] - view.sentence[tail]))
    heads, tails = (np.array([pair[side] for pair in pairs], np.int64) for side in (0, 1))
    return Places(heads, tails, ranges, distance, gap)


def _never_empty(start: int, end: int, pieces: int) -> tuple[int, int]:
    if end > start:
        return start, end
    start = min(max(0, start - 1), pieces - 1)
    return start, start + 1
