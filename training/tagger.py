"""The character tagger: features of a segment -> convolutions and a recurrent layer -> CRF. Fitted with torch."""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from etl.nlp import labels
from etl.nlp.e5 import Encoder
from etl.nlp.features import CLASSES, UNKNOWN, SegmentFeatures, segment_features
from etl.nlp.gazetteer import FEATURE_WIDTH, Gazetteer
from etl.nlp.lac import STATE_WIDTH, Lac
from etl.nlp.segments import segments, widened
from training.arithmetic import dropout, fewer_digits
from training.corpus import Annotated

TAGS = 64


@dataclass(slots=True)
class Example:
    """A segment with its gold labels; ``document`` and ``start`` say where it stands.

    With an encoder, ``states`` are those of all pieces of the document, and ``owner`` is the piece of each character.
    """

    document: int
    start: int
    text: str
    features: SegmentFeatures
    labels: np.ndarray[Any, Any]
    states: np.ndarray[Any, Any] | None = None
    owner: np.ndarray[Any, Any] | None = None


def build_vocabulary(documents: list[Annotated], least: int = 2) -> dict[str, int]:
    """Numbers of the characters that occur at least ``least`` times; 0 pads and 1 is unknown."""
    counts = Counter(ch for document in documents for ch in document.text)
    return {ch: number for number, ch in enumerate(sorted(c for c, n in counts.items() if n >= least), 2)}


def examples(
    documents: list[Annotated],
    vocabulary: dict[str, int],
    lac: Lac,
    gazetteer: Gazetteer,
    types: list[str],
    encoder: Encoder | None = None,
) -> list[Example]:
    """Every segment of the documents; with an encoder, its states of the whole document are features too."""
    found = []
    for number, document in enumerate(documents):
        gold = labels.encode(len(document.text), document.spans, types)
        whole = widened(document.text)
        states, owner = encoder(whole) if encoder else (None, None)
        states = None if states is None else states.astype(np.float16)
        for start, end in segments(whole):
            text = whole[start:end]
            features, _ = segment_features(text, vocabulary, lac, gazetteer)
            features = replace(features, lac=features.lac.astype(np.float16))
            own = gold[start:end].copy()
            at = 0
            while at < len(own) and own[at] and own[at] % 2 == 0:  # the tail of a name that the segment cut off
                own[at] = 0
                at += 1
            found.append(
                Example(number, start, text, features, own, states, None if owner is None else owner[start:end])
            )
    return found


class Crf(nn.Module):
    """Linear-chain CRF whose impossible transitions are fixed."""

    def __init__(self, types: list[str]) -> None:
        super().__init__()
        width = labels.count(types)
        self.transitions = nn.Parameter(torch.zeros(width, width))
        self.first = nn.Parameter(torch.zeros(width))
        transitions, first = labels.forbidden(types)
        self.register_buffer("forbidden", torch.from_numpy(transitions))
        self.register_buffer("forbidden_first", torch.from_numpy(first))

    def loss(self, scores: Tensor, gold: Tensor, lengths: Tensor) -> Tensor:
        """Mean negative log-likelihood a character of a batch sorted by falling length."""
        transitions, first = self.transitions + self.forbidden, self.first + self.forbidden_first
        mask = torch.arange(scores.shape[1])[None] < lengths[:, None]
        right = first[gold[:, 0]] + (scores.gather(2, gold[..., None])[..., 0] * mask).sum(1)
        right = right + (transitions[gold[:, :-1], gold[:, 1:]] * mask[:, 1:]).sum(1)
        weights = transitions.exp()
        alpha, finished = first + scores[:, 0], []
        for at in range(1, scores.shape[1]):
            alive = int((lengths > at).sum())
            if alive < alpha.shape[0]:
                finished.append(torch.logsumexp(alpha[alive:], 1).flip(0))
                alpha = alpha[:alive]
            top = alpha.max(1, keepdim=True)[0].detach()
            alpha = top + torch.log((alpha - top).exp() @ weights + 1e-30) + scores[:alive, at]
        finished.append(torch.logsumexp(alpha, 1).flip(0))
        return (torch.cat(finished).flip(0) - right).sum() / lengths.sum()


class Tagger(nn.Module):
    """Scores of labels for every character of a batch of segments."""

    def __init__(self, vocabulary: int, width: int, extra: int = 0, hidden: int = 160, left_out: float = 0.4) -> None:
        super().__init__()
        self.character = nn.Embedding(vocabulary + 2, 48, padding_idx=0)
        self.kind = nn.Embedding(CLASSES, 8)
        self.tag = nn.Embedding(TAGS, 24)
        self.lac = nn.Linear(STATE_WIDTH, 160)
        self.extra = nn.Linear(extra, 192) if extra else None
        inputs = 48 + 8 + 24 + 160 + FEATURE_WIDTH + (192 if extra else 0)
        self.left_out = left_out
        self.enter = nn.Linear(inputs, 192)
        self.convolutions = nn.ModuleList(nn.Conv1d(192, 384, 3, padding=d, dilation=d) for d in (1, 2))
        self.norms = nn.ModuleList(nn.LayerNorm(192) for _ in range(3))
        self.recurrent = nn.LSTM(192, hidden, batch_first=True, bidirectional=True)
        self.out = nn.Linear(2 * hidden + 192, width)

    def forward(
        self,
        characters: Tensor,
        classes: Tensor,
        lac: Tensor,
        tags: Tensor,
        gazetteer: Tensor,
        extra: Tensor | None = None,
    ) -> Tensor:
        parts = [
            self.character(characters),
            self.kind(classes),
            self.tag(tags),
            functional.gelu(self.lac(lac)),
            gazetteer,
        ]
        if self.extra is not None and extra is not None:
            parts.append(functional.gelu(self.extra(extra)))
        x = dropout(torch.cat(parts, -1), self.left_out, self.training)
        x = self.norms[0](self.enter(x))
        for convolution, norm in zip(self.convolutions, self.norms[1:], strict=True):
            y = functional.glu(convolution(x.transpose(1, 2)), 1).transpose(1, 2)
            x = norm(x + dropout(y, 0.2, self.training))
        r, _ = self.recurrent(x)
        return self.out(dropout(torch.cat([r, x], -1), self.left_out, self.training))


def collate(batch: list[Example]) -> dict[str, Tensor]:
    """Pads a batch; the longest comes first."""
    batch.sort(key=lambda e: -len(e.labels))
    longest = len(batch[0].labels)

    def padded(arrays: list[np.ndarray[Any, Any]], dtype: Any) -> Tensor:
        out = np.zeros((len(arrays), longest, *arrays[0].shape[1:]), dtype)
        for row, array in zip(out, arrays, strict=True):
            row[: len(array)] = array
        return torch.from_numpy(out)

    data = {
        "characters": padded([e.features.characters for e in batch], np.int64),
        "classes": padded([e.features.classes for e in batch], np.int64),
        "lac": padded([e.features.lac for e in batch], np.float32),
        "tags": padded([e.features.tags for e in batch], np.int64),
        "gazetteer": padded([e.features.gazetteer for e in batch], np.float32),
        "gold": padded([e.labels for e in batch], np.int64),
        "lengths": torch.tensor([len(e.labels) for e in batch]),
    }
    if batch[0].states is not None:
        data["extra"] = padded([e.states[e.owner] for e in batch if e.states is not None], np.float32)
    return data


def batches(rows: list[Example], rng: random.Random, characters: int) -> list[list[Example]]:
    """Batches of segments of similar length, about ``characters`` long in all."""
    order = sorted(rows, key=lambda e: len(e.labels) + rng.random() * 15)
    out: list[list[Example]] = [[]]
    for row in order:
        if out[-1] and (len(out[-1]) + 1) * len(row.labels) > characters:
            out.append([])
        out[-1].append(row)
    rng.shuffle(out)
    return out


def disturb(data: dict[str, Tensor], vocabulary: int) -> None:
    """Noise that keeps the network from leaning on one input: unknown characters, known names left out."""
    characters = data["characters"]
    drop = (torch.rand(characters.shape) < 0.06) & (characters > 0)
    data["characters"] = torch.where(drop, torch.full_like(characters, UNKNOWN), characters)
    keep = (torch.rand(len(characters), 1, 1) > 0.3).float()
    data["gazetteer"] = data["gazetteer"] * keep


def fit(
    rows: list[Example],
    vocabulary: dict[str, int],
    types: list[str],
    *,
    seed: int,
    epochs: int,
    rate: float = 2.5e-3,
    report: Any = None,
) -> tuple[Tagger, Crf]:
    """Fits a tagger; deterministic for a seed on one thread."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    extra = rows[0].states.shape[1] if rows[0].states is not None else 0
    model, crf = Tagger(len(vocabulary), labels.count(types), extra), Crf(types)
    parameters = [*model.parameters(), *crf.parameters()]
    optimiser = torch.optim.AdamW(parameters, lr=rate, weight_decay=0.02)
    steps = len(batches(rows, random.Random(0), 1600)) * epochs
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps + epochs * 3, pct_start=0.1)
    for epoch in range(epochs):
        model.train()
        began, total, count = time.monotonic(), 0.0, 0
        for batch in batches(rows, rng, 1600):
            data = collate(batch)
            gold, lengths = data.pop("gold"), data.pop("lengths")
            disturb(data, len(vocabulary))
            with fewer_digits():
                scores = model(**data)
            loss = crf.loss(scores.float(), gold, lengths)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimiser.step()
            schedule.step()
            total += loss.item()
            count += 1
        if report:
            report(epoch, total / count, time.monotonic() - began, model, crf)
    model.eval()
    return model, crf
