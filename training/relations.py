"""The pair classifier: hashed features of mention pairs -> relation scores. Fitted with torch, run with numpy (etl.nlp.relations)."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from etl.nlp.lac import Lac
from etl.nlp.pairs import BUCKETS, Pair, Place, candidates, features
from etl.nlp.segments import segments, widened
from etl.nlp.view import SpanMention, View, build_view
from graph.ontology import Ontology
from training.corpus import Annotated


@dataclass(slots=True)
class DocumentPairs:
    """The candidate pairs of a document; each has two mention pairs (a lone one stands twice).

    Attributes:
        allowed: pairs x relations: what the ontology allows.
        gold: pairs x relations: what holds.
    """

    view: View
    pairs: list[Pair]
    allowed: np.ndarray[Any, Any]
    gold: np.ndarray[Any, Any]

    @property
    def places(self) -> list[Place]:
        """The mention pairs, two for each pair, one behind the other."""
        return [place for pair in self.pairs for place in pair.both]


@dataclass(slots=True)
class HashedPairs:
    """The candidate pairs of a document with the feature numbers of all mention pairs; ``offsets`` says where each begins."""

    document: DocumentPairs
    features: np.ndarray[Any, Any]
    offsets: np.ndarray[Any, Any]


def hashed(document: DocumentPairs) -> HashedPairs:
    """Computes the features of the pairs."""
    found = features(document.view, document.places)
    return HashedPairs(document, found.indices.astype(np.int32), found.indptr[:-1].astype(np.int64))


def word_starts(text: str, lac: Lac) -> list[int]:
    """Where words start, by LAC."""
    starts: list[int] = []
    text = widened(text)
    for begin, end in segments(text):
        starts += (np.flatnonzero(lac(text[begin:end]).starts) + begin).tolist()
    return starts


def view_of(document: Annotated, lac: Lac) -> View:
    """The view of a document by its gold mentions."""
    mentions = [SpanMention(s, e, t, document.canonical(document.text[s:e])) for s, e, t in document.spans]
    return build_view(document.text, mentions, word_starts(document.text, lac))


def document_pairs(view: View, ontology: Ontology, gold: set[tuple[str, str, str]]) -> DocumentPairs | None:
    """Candidates of a view with the gold relations (head, type, tail) between them; None if there are none."""
    names = list(ontology.relation_types)
    pairs = list(candidates(view, ontology))
    if not pairs:
        return None
    return DocumentPairs(
        view,
        pairs,
        np.array([[name in pair.relations for name in names] for pair in pairs]),
        np.array([[(pair.head, name, pair.tail) in gold for name in names] for pair in pairs], np.float32),
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


class PairModel(nn.Module):
    """Relation scores of a document's pairs; the better of a pair's two mention pairs counts."""

    def __init__(self, relations: int, width: int = 40, hidden: int = 192) -> None:
        super().__init__()
        self.embedding = nn.EmbeddingBag(BUCKETS, width, mode="sum", padding_idx=0)
        self.linear = nn.EmbeddingBag(BUCKETS, relations, mode="sum", padding_idx=0)
        nn.init.normal_(self.embedding.weight, 0, 0.03)
        nn.init.zeros_(self.linear.weight)
        self.norm = nn.LayerNorm(width)
        self.enter = nn.Linear(width, hidden)
        self.out = nn.Linear(hidden, relations)
        self.bias = nn.Parameter(torch.full((relations,), -2.0))

    def forward(self, document: HashedPairs) -> Tensor:
        flat, offsets = torch.from_numpy(document.features).long(), torch.from_numpy(document.offsets)
        if self.training:
            flat = torch.where(torch.rand(flat.shape) < 0.15, torch.zeros_like(flat), flat)
        x = self.norm(self.embedding(flat, offsets))
        x = functional.dropout(x, 0.25, self.training)
        x = functional.dropout(functional.gelu(self.enter(x)), 0.3, self.training)
        scores = self.out(x) + self.linear(flat, offsets) + self.bias
        return scores.view(-1, 2, scores.shape[1]).max(1)[0]


def relation_loss(scores: Tensor, gold: np.ndarray[Any, Any], allowed: np.ndarray[Any, Any]) -> Tensor:
    """Binary cross-entropy summed over all that the ontology allows; all three are pairs x relations."""
    raw = functional.binary_cross_entropy_with_logits(scores, torch.from_numpy(gold), reduction="none")
    return (raw * torch.from_numpy(allowed)).sum()


def fit(
    rows: list[HashedPairs],
    relations: int,
    *,
    seed: int,
    epochs: int,
    rate: float = 3e-3,
    report: Callable[[int, float, PairModel], None] | None = None,
) -> PairModel:
    """Fits a classifier; deterministic for a seed on one thread."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    model = PairModel(relations)
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
            losses = [relation_loss(model(row), row.document.gold, row.document.allowed) for row in part]
            loss = torch.stack(losses).sum() / sum(len(row.document.pairs) for row in part)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(others, 1.0)
            optimiser.step()
            schedule.step()
            sum_loss += loss.item()
        if report:
            report(epoch, sum_loss / (total / epochs), model.eval())
    return model.eval()
