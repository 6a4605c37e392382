"""What the reader's network sees of a segment, one row a character."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from etl.nlp.gazetteer import Gazetteer
from etl.nlp.lac import Lac, LacOutput

PADDING, UNKNOWN = 0, 1
CLASSES = 10


def character_class(ch: str) -> int:
    """A coarse class of a character, 1 to 9."""
    if ch.isdigit():
        return 1
    if ch.isascii() and ch.isalpha():
        return 3 if ch.isupper() else 2
    if "\u4e00" <= ch <= "\u9fff":
        return 9 if ch in "零一二两三四五六七八九十百千万亿余多近约超" else 4
    if ch.isspace():
        return 5
    if ch in "《》":
        return 6
    return 7 if ch in '（）()“”"「」『』' else 8


@dataclass(frozen=True, slots=True)
class SegmentFeatures:
    """Inputs of the network for a segment of n characters.

    Attributes:
        characters: int64, n: numbers of the vocabulary.
        classes: int64, n: :func:`character_class`.
        lac: float32, n x 640: LAC's states.
        tags: int64, n: LAC's tags.
        gazetteer: float32, n x 30.
    """

    characters: NDArray[np.int64]
    classes: NDArray[np.int64]
    lac: NDArray[np.float32]
    tags: NDArray[np.int64]
    gazetteer: NDArray[np.float32]


def segment_features(
    text: str, vocabulary: dict[str, int], lac: Lac, gazetteer: Gazetteer, output: LacOutput | None = None
) -> tuple[SegmentFeatures, LacOutput]:
    """Features of one segment and what LAC said of it (``output``, where that is known already)."""
    if output is None:
        output = lac(text)
    size = len(text)
    features = SegmentFeatures(
        characters=np.fromiter((vocabulary.get(ch, UNKNOWN) for ch in text), np.int64, size),
        classes=np.fromiter((character_class(ch) for ch in text), np.int64, size),
        lac=output.states,
        tags=output.tags,
        gazetteer=gazetteer.features(text),
    )
    return features, output
