"""Labels of characters: ``O``, and ``B``egin and ``I``nside of every entity type in the ontology's order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

TypedSpan = tuple[int, int, str]


def count(types: Sequence[str]) -> int:
    """Number of labels for these types."""
    return 1 + 2 * len(types)


def encode(length: int, spans: Iterable[TypedSpan], types: Sequence[str]) -> NDArray[np.int64]:
    """Labels of a text of ``length`` characters; spans do not overlap."""
    labels = np.zeros(length, np.int64)
    for start, end, entity_type in spans:
        begin = 1 + 2 * types.index(entity_type)
        labels[start:end] = begin + 1
        labels[start] = begin
    return labels


def decode(labels: NDArray[np.int64], types: Sequence[str]) -> list[TypedSpan]:
    """Spans of a label sequence; an ``I`` without its ``B`` opens a span."""
    spans: list[TypedSpan] = []
    start, open_type = 0, -1
    for at, label in enumerate([*labels.tolist(), 0]):
        entity_type = (label - 1) // 2 if label else -1
        if open_type >= 0 and (label % 2 == 1 or entity_type != open_type):
            spans.append((start, at, types[open_type]))
            open_type = -1
        if label and open_type < 0:
            start, open_type = at, entity_type
    return spans


def forbidden(types: Sequence[str]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Penalties of impossible transitions (k x k, from row to column) and of impossible first labels (k)."""
    width = count(types)
    transitions = np.zeros((width, width), np.float32)
    first = np.zeros(width, np.float32)
    for inside in range(2, width, 2):
        first[inside] = -1e4
        transitions[:, inside] = -1e4
        transitions[[inside - 1, inside], inside] = 0
    return transitions, first
