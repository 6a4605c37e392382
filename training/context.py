"""The relation network over the encoder's states. Fitted with torch, run with onnxruntime and numpy (etl.nlp.context)."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from etl.nlp.context import CIRCUMSTANCES, HEADS, KEY, UNTOLD, Layout, Neighbours, circumstances, layout, neighbours
from etl.nlp.e5 import Encoder
from training.arithmetic import dropout
from training.encoder import in_eight_bits
from training.relations import DocumentPairs, relation_loss

HIDDEN, NARROW, TOLD = 128, 12, 96
FIRST_LOOK = 0.3  # the part of the first look's own loss


@dataclass(slots=True)
class Example:
    """A document: states of its pieces, its layout, its mention pairs (two for each pair of entities), what is allowed and holds."""

    states: np.ndarray[Any, Any]
    shape: Layout
    places: Tensor
    around: Tensor
    beside: Neighbours
    allowed: np.ndarray[Any, Any]
    gold: np.ndarray[Any, Any]


def example(pairs: DocumentPairs, encoder: Encoder, types: list[str]) -> Example:
    """Runs the encoder over the document of some candidate pairs."""
    states, owner = encoder(pairs.view.text)
    shape = layout(pairs.view, owner, types)
    places = pairs.places
    around = circumstances(pairs.view, shape, places)
    beside = neighbours(shape, places)
    return Example(
        states.astype(np.float16),
        shape,
        torch.tensor(places),
        torch.from_numpy(around),
        beside,
        pairs.allowed,
        pairs.gold,
    )


class Recurrent(nn.Module):
    """States of pieces and what stands there -> context of pieces, over the whole document."""

    def __init__(self, states: int, types: int) -> None:
        super().__init__()
        self.enter = nn.Linear(states, 192)
        self.kind = nn.Embedding(1 + 2 * types, 32)
        self.recurrent = nn.LSTM(192 + 32, HIDDEN, batch_first=True, bidirectional=True)

    def forward(self, states: Tensor, kinds: Tensor) -> Tensor:
        x = torch.cat([functional.gelu(self.enter(states)), self.kind(kinds)], -1)
        found: Tensor = self.recurrent(dropout(x, 0.3, self.training))[0]
        return found


class ContextModel(nn.Module):
    """Relation scores of a document's pairs: of the better of a pair's two mention pairs, and a second look at all pairs."""

    def __init__(self, states: int, types: int, relations: int) -> None:
        super().__init__()
        width = 2 * HIDDEN
        self.pieces = Recurrent(states, types)
        self.q, self.k = nn.Linear(2 * width, HEADS * KEY), nn.Linear(width, HEADS * KEY)
        self.h, self.t, self.c = nn.Linear(4 * width, 256), nn.Linear(4 * width, 256), nn.Linear(width, 256)
        self.cats = nn.ModuleList(nn.Embedding(count, NARROW) for count in CIRCUMSTANCES)
        self.head_type, self.tail_type = nn.Embedding(types, 24), nn.Embedding(types, 24)
        self.enter = nn.Linear(4 * 256 + NARROW * len(CIRCUMSTANCES) + 48, 256)
        self.out = nn.Linear(256, relations)
        nn.init.constant_(self.out.bias, -2.0)
        self.tell = nn.Linear(256, 4 * TOLD)
        self.again = nn.Linear(2 * 256 + 4 * TOLD, 256)
        self.change = nn.Linear(256, relations)

    def forward(self, document: Example) -> tuple[Tensor, Tensor]:
        """Scores after the second look and after the first, pairs x relations."""
        x = self.places(document)
        scores = self.out(x)
        first = scores.view(-1, 2, scores.shape[1]).max(1)[0]
        return first + self.second_look(x.view(-1, 2, x.shape[1]).max(1)[0], document), first

    def second_look(self, pairs: Tensor, document: Example) -> Tensor:
        """What is added to the scores, pairs x relations."""
        beside = document.beside
        heads, tails, back = (torch.from_numpy(a) for a in (beside.heads, beside.tails, beside.back))
        count = int(document.shape.entities.max()) + 1
        told = self.tell(pairs).split(TOLD, 1)
        pooled = []
        for part, group, asked in zip(told, (heads, tails, tails, heads), (heads, tails, heads, tails), strict=True):
            top = torch.full((count, TOLD), UNTOLD).scatter_reduce(0, group[:, None].expand_as(part), part, "amax")
            pooled.append(top[asked])
        x = torch.cat([pairs, pairs[back.clamp(min=0)] * (back >= 0)[:, None], *pooled], 1)
        x = functional.gelu(self.again(dropout(x, 0.2, self.training)))
        found: Tensor = self.change(dropout(x, 0.3, self.training))
        return found

    def places(self, document: Example) -> Tensor:
        """What is seen of mention pairs, p x 256."""
        shape = document.shape
        states, kinds = torch.from_numpy(document.states).float(), torch.from_numpy(shape.kinds)
        if self.training:  # names are not to be learnt by heart
            states = states * ~((kinds > 0) & (torch.rand(kinds.shape) < 0.3))[:, None]
        x = self.pieces(states[None], kinds[None])[0]
        spans, types, groups = (torch.from_numpy(a) for a in (shape.spans, shape.types, shape.entities))
        ends = torch.cat([x[spans[:, 0]], x[spans[:, 1] - 1]], 1)
        top = torch.full((int(groups.max()) + 1, ends.shape[1]), -1e4)
        top = top.scatter_reduce(0, groups[:, None].expand_as(ends), ends, "amax")
        sums = torch.zeros_like(top).index_add(0, groups, (ends - top[groups]).exp())
        mentions = torch.cat([ends, (sums.log() + top)[groups]], 1)
        mentions = dropout(mentions, 0.15, self.training)
        queries = self.q(ends).view(-1, HEADS, KEY).transpose(0, 1)
        keys = self.k(x).view(-1, HEADS, KEY).transpose(0, 1)
        looks = torch.softmax(queries @ keys.transpose(1, 2) / KEY**0.5, -1)
        heads, tails = document.places.T
        both = (looks[:, heads] * looks[:, tails]).sum(0)
        context = both / (both.sum(1, keepdim=True) + 1e-9) @ self.c(x)
        first, second = self.h(mentions)[heads], self.t(mentions)[tails]
        parts = [
            torch.tanh(first + context),
            torch.tanh(second + context),
            torch.tanh(first) * torch.tanh(second),
            torch.tanh(context),
            *(table(document.around[:, k]) for k, table in enumerate(self.cats)),
            self.head_type(types[heads]),
            self.tail_type(types[tails]),
        ]
        y = dropout(torch.cat(parts, 1), 0.3, self.training)
        return dropout(functional.gelu(self.enter(y)), 0.3, self.training)


def fit(
    rows: list[Example],
    types: int,
    relations: int,
    *,
    seed: int,
    epochs: int,
    rate: float = 2e-3,
    report: Callable[[int, float], None] | None = None,
) -> ContextModel:
    """Fits a network; deterministic for a seed and a number of threads."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    model = ContextModel(rows[0].states.shape[1], types, relations)
    optimiser = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.02, fused=True)
    step = 3
    total = -(-len(rows) // step) * epochs
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=total, pct_start=0.1)
    for epoch in range(epochs):
        model.train()
        order, sum_loss = rows[:], 0.0
        rng.shuffle(order)
        for at in range(0, len(order), step):
            part = order[at : at + step]
            count = sum(len(document.gold) for document in part)
            optimiser.zero_grad()
            for document in part:
                second, first = model(document)
                told, told_first = (relation_loss(x, document.gold, document.allowed) for x in (second, first))
                loss = (told + FIRST_LOOK * told_first) / count
                loss.backward()  # type: ignore[no-untyped-call]
                sum_loss += loss.item()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
        if report:
            report(epoch, sum_loss / (total / epochs))
    return model.eval()


def write(model: ContextModel, stem: Path) -> None:
    """Writes ``stem``.onnx (the recurrent part) and ``stem``.npz (the rest)."""
    states = torch.zeros(1, 12, model.pieces.enter.in_features)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns of its own successor
        torch.onnx.export(
            model.pieces.eval(),
            (states, torch.zeros(1, 12, dtype=torch.long)),
            f"{stem}.onnx",
            input_names=["states", "kinds"],
            output_names=["pieces"],
            dynamic_axes={name: {1: "length"} for name in ("states", "kinds", "pieces")},
            opset_version=17,
            dynamo=False,
        )
    in_eight_bits(Path(f"{stem}.onnx"))
    tables = (*(f"cats.{k}" for k in range(len(CIRCUMSTANCES))), "head_type", "tail_type")
    weights = {
        name.removesuffix(".weight") if name.removesuffix(".weight") in tables else name: value.numpy()
        for name, value in model.state_dict().items()
        if not name.startswith("pieces.")
    }
    np.savez_compressed(f"{stem}.npz", **{name: array.astype(np.float16) for name, array in weights.items()})
