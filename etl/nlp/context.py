"""Relation scores from the context of mentions: what the encoder saw between, around and far from the two.

The states of the encoder and the kinds of the mentions run through a recurrent network over the whole document (ONNX). A
mention is what stands at its two ends, and what all mentions of its entity have in common. For a pair, each end attends
to the pieces of the document; where both look, there the relation is stated (localised context pooling, Zhou et al.
2021, "Document-level relation extraction with adaptive thresholding and localized context pooling").

A second look then weighs the pairs against one another: each pair sees the pair with its ends changed, and what all pairs of
its head and all pairs of its tail tell (a figure has one owner, a result that was piloted was developed by someone).

Several networks, fitted from unlike sets of documents, are read side by side, and the mean of their scores counts.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from etl.nlp.pairs import Place
from etl.nlp.session import one_thread
from etl.nlp.view import View
from graph.errors import ConfigError

_DISTANCES = (1, 2, 4, 7, 11, 16, 24, 36, 60, 100, 180)
# Numbers of values of the columns of `circumstances`.
CIRCUMSTANCES = (2 * (len(_DISTANCES) + 1), 10, 4, 4, 4, 2, 6)
HEADS, KEY = 4, 64
UNTOLD = -4.0  # stands for what no pair tells of an entity
_BLOCK = 2048  # pieces that a pair's ends attend to at most
_CHUNK = 512  # mention pairs scored at a time


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the mentions of a view stand among its pieces.

    Attributes:
        kinds: L: 0, or 1 + 2·type where a mention begins, 2 + 2·type inside one.
        spans: M x 2: pieces of each mention, end exclusive.
        types: M: numbers of the entity types.
        entities: M: which entity (name and type) a mention is of, from 0.
    """

    kinds: NDArray[np.int64]
    spans: NDArray[np.int64]
    types: NDArray[np.int64]
    entities: NDArray[np.int64]


def layout(view: View, owner: NDArray[np.int64], types: Sequence[str]) -> Layout:
    """The layout of a view that has mentions; ``owner`` is the piece of each character."""
    index = {name: number for number, name in enumerate(types)}
    kinds = np.zeros(int(owner[-1]) + 1, np.int64)
    spans = np.array([(owner[m.start], owner[m.end - 1] + 1) for m in view.mentions], np.int64)
    numbers = np.array([index[m.type] for m in view.mentions], np.int64)
    entities: dict[tuple[str, str], int] = {}
    for (start, end), number in zip(spans.tolist(), numbers.tolist(), strict=True):
        kinds[start:end] = 2 + 2 * number
        kinds[start] = 1 + 2 * number
    order = [entities.setdefault((m.name, m.type), len(entities)) for m in view.mentions]
    return Layout(kinds, spans, numbers, np.array(order, np.int64))


def circumstances(view: View, shape: Layout, places: Sequence[Place]) -> NDArray[np.int64]:
    """p x 7: distance and sentences between, with the direction; mentions of either type between; lines; group; rank."""
    spans, types = shape.spans, shape.types
    before = np.zeros((int(types.max()) + 1, len(types) + 1), np.int64)
    for number in set(types.tolist()):
        before[number, 1:] = np.cumsum(types == number)
    out = np.zeros((len(places), len(CIRCUMSTANCES)), np.int64)
    for row, (head, tail) in enumerate(places):
        left, right = (head, tail) if head < tail else (tail, head)
        forward = head < tail
        between = before[:, right] - before[:, left + 1]
        out[row] = (
            2 * bisect.bisect(_DISTANCES, int(spans[right, 0] - spans[left, 1])) + forward,
            2 * min(4, abs(view.sentence[head] - view.sentence[tail])) + forward,
            min(3, between[types[head]]),
            min(3, between[types[tail]]),
            min(3, abs(view.line[head] - view.line[tail])),
            view.group[left] == view.group[right],
            min(5, head),
        )
    return out


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Which pairs a pair is weighed against.

    Attributes:
        heads: P: the entity at the head of each pair.
        tails: P: the entity at its tail.
        back: P: the pair with the two ends changed, or -1.
    """

    heads: NDArray[np.int64]
    tails: NDArray[np.int64]
    back: NDArray[np.int64]


def neighbours(shape: Layout, places: Sequence[Place]) -> Neighbours:
    """The neighbours of the pairs whose mention pairs are ``places``: two for each pair, one behind the other."""
    heads, tails = shape.entities[np.array(places, np.int64).reshape(-1, 2)[::2].T]
    count = int(shape.entities.max()) + 1
    keys, wanted = heads * count + tails, tails * count + heads
    order = np.argsort(keys, kind="stable")
    at = np.minimum(np.searchsorted(keys[order], wanted), len(keys) - 1)
    return Neighbours(heads, tails, np.where(keys[order[at]] == wanted, order[at], -1))


class ContextScorer:
    """Runs the fitted networks (training.context).

    Args:
        folder: Holds context-0.onnx and context-0.npz, and so on from 0.

    Raises:
        ConfigError: The weights are missing or unusable.
    """

    def __init__(self, folder: Path, types: Sequence[str]) -> None:
        try:
            self._networks = [_Network(folder / f"context-{k}") for k in range(len(list(folder.glob("context-*.npz"))))]
            if not self._networks:
                raise ValueError("context-0.npz is missing")
        except (
            OSError,
            ValueError,
            ort.capi.onnxruntime_pybind11_state.NoSuchFile,
            ort.capi.onnxruntime_pybind11_state.Fail,
        ) as error:
            raise ConfigError(
                f"The relation network has no usable weights in {folder}: {error}. "
                "Check INNOGRAPH_MODELS, install the innograph wheel again, or fit the weights with `make train`."
            ) from error
        self._types = tuple(types)

    def __call__(
        self, view: View, states: NDArray[np.float32], owner: NDArray[np.int64], places: Sequence[Place]
    ) -> NDArray[np.float32]:
        """Scores (logits) of mention pairs, p x relations.

        Args:
            view: The document; has mentions.
            states: The encoder's states of its pieces.
            owner: The piece of each character.
            places: Head and tail, numbers of mentions; two for each pair of entities, one behind the other.
        """
        shape = layout(view, owner, self._types)
        around, beside = circumstances(view, shape, places), neighbours(shape, places)
        heads, tails = (np.array([place[side] for place in places], np.int64) for side in (0, 1))
        scores = [network(states, shape, heads, tails, around, beside) for network in self._networks]
        found: NDArray[np.float32] = np.mean(scores, axis=0)
        return found


class _Network:
    """One fitted network: a recurrent part (ONNX) and the weights of the rest."""

    def __init__(self, stem: Path) -> None:
        self._session = one_thread(f"{stem}.onnx")
        with np.load(f"{stem}.npz") as weights:
            if "tell.weight" not in weights:
                raise ValueError("they were fitted by another version of InnoGraph")
            self._weights: dict[str, NDArray[Any]] = {name: weights[name].astype(np.float32) for name in weights}

    def __call__(
        self,
        states: NDArray[np.float32],
        shape: Layout,
        heads: NDArray[np.int64],
        tails: NDArray[np.int64],
        around: NDArray[np.int64],
        beside: Neighbours,
    ) -> NDArray[np.float32]:
        """Scores (logits) of the mention pairs heads[i], tails[i], p x relations."""
        pieces = self._session.run(None, {"states": states[None], "kinds": shape.kinds[None]})[0][0]
        ends = np.concatenate([pieces[shape.spans[:, 0]], pieces[shape.spans[:, 1] - 1]], 1)
        mentions = np.concatenate([ends, _log_sums(ends, shape.entities)[shape.entities]], 1)
        as_head, as_tail, queries = self._linear("h", mentions), self._linear("t", mentions), self._linear("q", ends)
        keys, values = self._linear("k", pieces), self._linear("c", pieces)
        block = shape.spans[tails, 0] // _BLOCK
        scores = np.empty((len(heads), len(self._weights["out.bias"])), np.float32)
        seen = np.full((len(heads) // 2, len(self._weights["enter.bias"])), -np.inf, np.float32)
        for number in np.unique(block):
            part = slice(int(number) * _BLOCK, (int(number) + 1) * _BLOCK)
            rows = np.flatnonzero(block == number)
            for at in range(0, len(rows), _CHUNK):
                chosen = rows[at : at + _CHUNK]
                h, t = heads[chosen], tails[chosen]
                weights = _attention(queries, keys[part], h, t)
                context = weights @ values[part]
                first, second = as_head[h], as_tail[t]
                x = np.concatenate(
                    [
                        np.tanh(first + context),
                        np.tanh(second + context),
                        np.tanh(first) * np.tanh(second),
                        np.tanh(context),
                        *(self._weights[f"cats.{k}"][around[chosen, k]] for k in range(len(CIRCUMSTANCES))),
                        self._weights["head_type"][shape.types[h]],
                        self._weights["tail_type"][shape.types[t]],
                    ],
                    1,
                )
                x = gelu(self._linear("enter", x))
                scores[chosen] = self._linear("out", x)
                for side in (0, 1):
                    of_side = chosen % 2 == side
                    pairs = chosen[of_side] // 2
                    seen[pairs] = np.maximum(seen[pairs], x[of_side])
        return scores + np.repeat(self._second_look(seen, beside), 2, 0)

    def _second_look(self, pairs: NDArray[np.float32], beside: Neighbours) -> NDArray[np.float32]:
        """What is added to the scores of pairs, by what is seen of them and of their neighbours; P x relations."""
        heads, tails = beside.heads, beside.tails
        count = int(max(heads.max(), tails.max())) + 1
        told = np.split(self._linear("tell", pairs), 4, 1)
        pooled = [
            (_tops(part, group, count, UNTOLD), asked)
            for part, group, asked in zip(told, (heads, tails, tails, heads), (heads, tails, heads, tails), strict=True)
        ]
        found = []
        for at in range(0, len(pairs), _CHUNK):
            rows = slice(at, at + _CHUNK)
            back = pairs[beside.back[rows]] * (beside.back[rows, None] >= 0)
            x = np.concatenate([pairs[rows], back, *(top[asked[rows]] for top, asked in pooled)], 1)
            found.append(self._linear("change", gelu(self._linear("again", x))))
        return np.concatenate(found)

    def _linear(self, name: str, x: NDArray[np.float32]) -> NDArray[np.float32]:
        return x @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]  # type: ignore[no-any-return]


def _tops(rows: NDArray[np.float32], groups: NDArray[np.int64], count: int, least: float) -> NDArray[np.float32]:
    """The largest of the rows of each of ``count`` groups and of ``least``, per column."""
    top = np.full((count, rows.shape[1]), least, np.float32)
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
    top[groups[order][starts]] = np.maximum(np.maximum.reduceat(rows[order], starts, axis=0), least)
    return top


def _log_sums(rows: NDArray[np.float32], groups: NDArray[np.int64]) -> NDArray[np.float32]:
    """Logarithm of the summed exponentials of the rows of each group, per column; every group has a row."""
    top = _tops(rows, groups, int(groups.max()) + 1, -np.inf)
    sums = np.zeros_like(top)
    np.add.at(sums, groups, np.exp(rows - top[groups]))
    total: NDArray[np.float32] = np.log(sums) + top
    return total


def _attention(
    queries: NDArray[np.float32], keys: NDArray[np.float32], heads: NDArray[np.int64], tails: NDArray[np.int64]
) -> NDArray[np.float32]:
    """p x L: where both ends of a pair look; each row sums to 1."""
    mentions, back = np.unique(np.concatenate([heads, tails]), return_inverse=True)
    q = queries[mentions].reshape(-1, HEADS, KEY).transpose(1, 0, 2)
    k = keys.reshape(-1, HEADS, KEY).transpose(1, 2, 0)
    looks = q @ k / np.float32(KEY**0.5)
    looks = np.exp(looks - looks.max(2, keepdims=True))
    looks /= looks.sum(2, keepdims=True)
    first, second = back[: len(heads)], back[len(heads) :]
    both: NDArray[np.float32] = looks[0, first] * looks[0, second]
    for head in range(1, HEADS):
        both += looks[head, first] * looks[head, second]
    both /= both.sum(1, keepdims=True) + np.float32(1e-9)
    return both


def gelu(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """GELU in the form with tanh (Hendrycks and Gimpel 2016); off the exact one by less than 0.001."""
    return 0.5 * x * (1 + np.tanh(0.7978845608 * (x + 0.044715 * x * x * x)))  # type: ignore[no-any-return]
