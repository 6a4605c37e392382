"""The pair classifier: hashed features of mention pairs -> relation scores. Fitted with torch, run with numpy."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from etl.nlp.lac import Lac
from etl.nlp.pairs import BUCKETS, Pair, candidates, features, hashed
from etl.nlp.segments import segments
from etl.nlp.view import SpanMention, View, build_view
from graph.ontology import Ontology
from training.corpus import Annotated


@dataclass(slots=True)
class PairExample:
    """A candidate pair with its features, one array a mention pair, and the relations that hold."""

    pair: Pair
    features: list[np.ndarray[Any, Any]]
    allowed: np.ndarray[Any, Any]
    gold: np.ndarray[Any, Any]


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


def pair_examples(view: View, ontology: Ontology, gold: set[tuple[str, str, str]]) -> list[PairExample]:
    """Candidates of a view with the gold relations (head, type, tail) that hold between them."""
    names = list(ontology.relation_types)
    rows = []
    for pair in candidates(view, ontology):
        allowed = np.array([name in pair.relations for name in names])
        hold = np.array([(pair.head, name, pair.tail) in gold for name in names], np.float32)
        arrays = [hashed(features(view, h, t)) for h, t in pair.places]
        rows.append(PairExample(pair, arrays, allowed, hold))
    return rows


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
    """Linear scores of features plus a small network over their summed embeddings; the best mention pair counts."""

    def __init__(self, relations: int, width: int = 40, hidden: int = 160) -> None:
        super().__init__()
        self.embedding = nn.EmbeddingBag(BUCKETS, width, mode="sum", padding_idx=0)
        self.linear = nn.EmbeddingBag(BUCKETS, relations, mode="sum", padding_idx=0)
        nn.init.normal_(self.embedding.weight, 0, 0.03)
        nn.init.zeros_(self.linear.weight)
        self.norm = nn.LayerNorm(width)
        self.enter = nn.Linear(width, hidden)
        self.out = nn.Linear(hidden, relations)
        self.bias = nn.Parameter(torch.full((relations,), -2.0))

    def forward(self, rows: Sequence[PairExample]) -> Tensor:
        arrays = [array for row in rows for array in row.features]
        flat = torch.from_numpy(np.concatenate(arrays))
        lengths = torch.tensor([len(a) for a in arrays])
        offsets = lengths.cumsum(0) - lengths
        if self.training:
            flat = torch.where(torch.rand(flat.shape) < 0.15, torch.zeros_like(flat), flat)
        x = self.norm(self.embedding(flat, offsets))
        x = functional.dropout(functional.gelu(self.enter(functional.dropout(x, 0.2, self.training))), 0.3, self.training)
        scores = self.out(x) + self.linear(flat, offsets) + self.bias
        counts, at, best = [len(row.features) for row in rows], 0, []
        for count in counts:
            best.append(scores[at : at + count].max(0)[0])
            at += count
        return torch.stack(best)


def fit(rows: list[PairExample], relations: int, *, seed: int, epochs: int = 5, rate: float = 3e-3, batch: int = 128) -> PairModel:
    """Fits a classifier; deterministic for a seed on one thread."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    model = PairModel(relations)
    optimiser = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.02)
    steps = (len(rows) + batch - 1) // batch * epochs
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps, pct_start=0.1)
    for _ in range(epochs):
        model.train()
        order = rows[:]
        rng.shuffle(order)
        for at in range(0, len(order), batch):
            part = order[at : at + batch]
            gold = torch.from_numpy(np.stack([row.gold for row in part]))
            allowed = torch.from_numpy(np.stack([row.allowed for row in part]))
            loss = functional.binary_cross_entropy_with_logits(model(part), gold, reduction="none")
            loss = (loss * allowed).sum() / len(part)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    model.eval()
    return model


@torch.no_grad()
def probabilities(model: PairModel, rows: Sequence[PairExample]) -> np.ndarray[Any, Any]:
    """Probabilities, rows x relations; 0 where the types forbid the relation."""
    out = [torch.sigmoid(model(rows[at : at + 256])).numpy() for at in range(0, len(rows), 256)]
    allowed = np.stack([row.allowed for row in rows])
    return np.concatenate(out) * allowed
