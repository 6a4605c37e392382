"""The pair classifier: hashed features, and with the encoder the context of both mentions, -> relation scores.

Fitted with torch, run with numpy and onnxruntime (etl.nlp.relations).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from etl.nlp.context import DISTANCES, GAPS, Places, mention_pieces, piece_kinds, places_of
from etl.nlp.e5 import WIDTH, Encoder
from etl.nlp.lac import Lac
from etl.nlp.pairs import BUCKETS, Pair, candidates, features
from etl.nlp.segments import segments
from etl.nlp.view import SpanMention, View, build_view
from graph.ontology import Ontology
from training.corpus import Annotated

HIDDEN = 112


@dataclass(slots=True)
class Context:
    """The encoder's view of a document: states of its pieces, what stands there, pieces of the mentions."""

    states: np.ndarray[Any, Any]
    kinds: np.ndarray[Any, Any]
    spans: np.ndarray[Any, Any]
    places: Places


@dataclass(slots=True)
class DocumentPairs:
    """The candidate pairs of a document; each has two mention pairs (a lone one stands twice).

    Attributes:
        features: Feature numbers of all mention pairs, one behind the other; ``offsets`` says where each begins.
        allowed: pairs x relations: what the ontology allows.
        gold: pairs x relations: what holds.
    """

    view: View
    pairs: list[Pair]
    features: np.ndarray[Any, Any]
    offsets: np.ndarray[Any, Any]
    allowed: np.ndarray[Any, Any]
    gold: np.ndarray[Any, Any]
    context: Context | None = None


def word_starts(text: str, lac: Lac) -> list[int]:
    """Where words start, by LAC."""
    starts: list[int] = []
    for begin, end in segments(text):
        starts += (np.flatnonzero(lac(text[begin:end]).starts) + begin).tolist()
    return starts


def view_of(document: Annotated, lac: Lac) -> View:
    """The view of a document by its gold mentions."""
    mentions = [SpanMention(s, e, t, document.canonical(document.text[s:e])) for s, e, t in document.spans]
    return build_view(document.text, mentions, word_starts(document.text, lac))


def document_pairs(
    view: View, ontology: Ontology, gold: set[tuple[str, str, str]], encoder: Encoder | None = None
) -> DocumentPairs | None:
    """Candidates of a view with the gold relations (head, type, tail) between them; None if there are none."""
    names = list(ontology.relation_types)
    pairs = list(candidates(view, ontology))
    if not pairs:
        return None
    places = [place for pair in pairs for place in (pair.places * 2)[:2]]
    arrays = [features(view, h, t).astype(np.int32) for h, t in places]
    context = None
    if encoder is not None:
        states, owner = encoder(view.text)
        spans = mention_pieces(view, owner)
        kinds = piece_kinds(view, owner, len(states), list(ontology.entity_types))
        context = Context(states.astype(np.float16), kinds, spans, places_of(view, places, spans, len(states)))
    return DocumentPairs(
        view,
        pairs,
        np.concatenate(arrays),
        np.cumsum([0, *(len(a) for a in arrays[:-1])]),
        np.array([[name in pair.relations for name in names] for pair in pairs]),
        np.array([[(pair.head, name, pair.tail) in gold for name in names] for pair in pairs], np.float32),
        context,
    )


def gold_relations(document: Annotated, ontology: Ontology) -> set[tuple[str, str, str]]:
    """The document's relations by canonical name, symmetric ones in both directions."""
    found = set()
    for head, name, tail in document.relations:
        head, tail = document.canonical(head), document.canonical(tail)
        found.add((head, name, tail))
        if ontology.relation_types[name].symmetric:
            found.add((tail, name, head))
    return found


class ContextModel(nn.Module):
    """States of pieces and what stands there -> context vectors of pieces (recurrent over the whole document)."""

    def __init__(self, states: int, types: int) -> None:
        super().__init__()
        self.enter = nn.Linear(states, 160)
        self.kind = nn.Embedding(1 + 2 * types, 32)
        self.recurrent = nn.LSTM(192, HIDDEN, batch_first=True, bidirectional=True)

    def forward(self, states: Tensor, kinds: Tensor) -> Tensor:
        x = functional.gelu(self.enter(states))
        x = functional.dropout(torch.cat([x, self.kind(kinds)], -1), 0.3, self.training)
        return self.recurrent(x)[0]


class PairModel(nn.Module):
    """Relation scores of a document's pairs; the better of a pair's two mention pairs counts."""

    def __init__(self, relations: int, types: int, *, contextual: bool, width: int = 40, hidden: int = 192) -> None:
        super().__init__()
        self.embedding = nn.EmbeddingBag(BUCKETS, width, mode="sum", padding_idx=0)
        self.linear = nn.EmbeddingBag(BUCKETS, relations, mode="sum", padding_idx=0)
        nn.init.normal_(self.embedding.weight, 0, 0.03)
        nn.init.zeros_(self.linear.weight)
        self.context: ContextModel | None = None
        inputs = width
        if contextual:
            both = 2 * HIDDEN
            self.context = ContextModel(3 * WIDTH, types)
            self.as_head, self.as_tail = nn.Linear(3 * both, 128), nn.Linear(3 * both, 128)
            self.pooled = nn.Linear(3 * both, 192)
            self.distance, self.gap = nn.Embedding(DISTANCES, 16), nn.Embedding(GAPS, 8)
            inputs += 128 * 3 + 192 + 24
        self.norm = nn.LayerNorm(width)
        self.enter = nn.Linear(inputs, hidden)
        self.out = nn.Linear(hidden, relations)
        self.bias = nn.Parameter(torch.full((relations,), -2.0))

    def forward(self, document: DocumentPairs) -> Tensor:
        flat, offsets = torch.from_numpy(document.features).long(), torch.from_numpy(document.offsets)
        if self.training:
            flat = torch.where(torch.rand(flat.shape) < 0.15, torch.zeros_like(flat), flat)
        x = self.norm(self.embedding(flat, offsets))
        if self.context is not None and document.context is not None:
            x = torch.cat([x, self._around(document.context)], 1)
        x = functional.dropout(x, 0.25, self.training)
        x = functional.dropout(functional.gelu(self.enter(x)), 0.3, self.training)
        scores = self.out(x) + self.linear(flat, offsets) + self.bias
        return scores.view(-1, 2, scores.shape[1]).max(1)[0]

    def _around(self, context: Context) -> Tensor:
        assert self.context is not None
        states, kinds = torch.from_numpy(context.states).float(), torch.from_numpy(context.kinds)
        if self.training:  # names are not to be learnt by heart
            hide = (kinds > 0) & (torch.rand(kinds.shape) < 0.3)
            states = states * (~hide)[:, None]
        pieces = self.context(states[None], kinds[None])[0]
        spans = torch.from_numpy(context.spans)
        sums = torch.cat([torch.zeros(1, pieces.shape[1]), pieces.cumsum(0)])
        mean = (sums[spans[:, 1]] - sums[spans[:, 0]]) / (spans[:, 1] - spans[:, 0])[:, None]
        mentions = torch.cat([pieces[spans[:, 0]], pieces[spans[:, 1] - 1], mean], 1)
        places = context.places
        head = functional.gelu(self.as_head(mentions))[torch.from_numpy(places.heads)]
        tail = functional.gelu(self.as_tail(mentions))[torch.from_numpy(places.tails)]
        ranges = torch.from_numpy(places.ranges)
        pooled = functional.gelu(self.pooled(range_maximum(pieces, ranges.view(-1, 2)).view(len(ranges), -1)))
        near = torch.cat([self.distance(torch.from_numpy(places.distance)), self.gap(torch.from_numpy(places.gap))], 1)
        return torch.cat([head, tail, head * tail, pooled, near], 1)


def range_maximum(rows: Tensor, ranges: Tensor) -> Tensor:
    """Maximum over ranges of rows (start, end exclusive, not empty), by a sparse table."""
    table, width = [rows], 1
    while 2 * width <= len(rows):
        table.append(torch.maximum(table[-1][:-width], table[-1][width:]))
        width *= 2
    level = (ranges[:, 1] - ranges[:, 0]).float().log2().floor().long().clamp(max=len(table) - 1)
    parts, order = [], []
    for number, stage in enumerate(table):
        chosen = (level == number).nonzero()[:, 0]
        if len(chosen):
            start, end = ranges[chosen, 0], ranges[chosen, 1]
            parts.append(torch.maximum(stage[start], stage[end - 2**number]))
            order.append(chosen)
    out = torch.cat(parts)
    return out[torch.cat(order).argsort()]


def fit(
    rows: list[DocumentPairs],
    relations: int,
    types: int,
    *,
    contextual: bool,
    seed: int,
    epochs: int,
    rate: float = 3e-3,
    report: Callable[[int, float, PairModel], None] | None = None,
) -> PairModel:
    """Fits a classifier; deterministic for a seed on one thread."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    model = PairModel(relations, types, contextual=contextual)
    tables = [model.embedding.weight, model.linear.weight]
    others = [p for p in model.parameters() if all(p is not table for table in tables)]
    optimiser = torch.optim.AdamW(
        [
            {"params": tables, "lr": rate, "weight_decay": 0.02},
            {"params": others, "lr": rate / 2, "weight_decay": 0.02},
        ],
        fused=True,
    )
    step = 3
    total = -(-len(rows) // step) * epochs
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, [rate, rate / 2], total_steps=total, pct_start=0.1)
    for epoch in range(epochs):
        model.train()
        order, sum_loss = rows[:], 0.0
        rng.shuffle(order)
        for at in range(0, len(order), step):
            part = order[at : at + step]
            losses = []
            for document in part:
                raw = functional.binary_cross_entropy_with_logits(
                    model(document), torch.from_numpy(document.gold), reduction="none"
                )
                losses.append((raw * torch.from_numpy(document.allowed)).sum())
            loss = torch.stack(losses).sum() / sum(len(document.pairs) for document in part)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(others, 1.0)
            optimiser.step()
            schedule.step()
            sum_loss += loss.item()
        if report:
            report(epoch, sum_loss / (total / epochs), model.eval())
    return model.eval()


@torch.no_grad()
def probabilities(model: PairModel, document: DocumentPairs) -> np.ndarray[Any, Any]:
    """Probabilities, pairs x relations; 0 where the types forbid the relation."""
    return torch.sigmoid(model(document)).numpy() * document.allowed
