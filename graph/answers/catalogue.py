"""Records held in memory and matched with queries: pure, deterministic, fast enough for thousands of queries.

The score of a record is a weighted sum of parts, each from 0 to 1:

    text      BM25 over character n-grams, relative to the best record's for this query
    semantic  likeness of sentence vectors, scaled from the worst to the best record; only with an embedder. An embedder
              that gives a vector for each piece of a text adds late interaction (O. Khattab, M. Zaharia, ColBERT, SIGIR
              2020): the mean over the query's pieces of the best likeness to a piece of the record counts two thirds
    field     mean over the query's fields of the nearest of the record's (graph/fields.py)
    stage     how the record's stage meets the stage wanted (see stage_fit)
    region    how near the record's place is to the query's (graph/geography.py)

Results (achievements, projects …) are weighed by what they say, platforms and funds by field, stage and place. The
weights were set on the development set of demands; bench/match_eval.py prints what they give.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from graph.answers.embedding import Embedder, PieceEmbedder, Vectors, centred
from graph.answers.limits import MAX_LIMIT, check_range, check_text
from graph.answers.reference import Reference
from graph.answers.textindex import TextIndex
from graph.answers.values import MatchItem, MatchQuery, MatchResult
from graph.errors import InvalidInput
from graph.ontology import Ontology

PARTS = ("text", "semantic", "field", "stage", "region")
WEIGHTS: Mapping[tuple[str, bool], Mapping[str, float]] = {
    # (kind of record, with an embedder)
    ("result", True): {"text": 0.1, "semantic": 0.6, "field": 0.13, "stage": 0.17, "region": 0.0},
    ("result", False): {"text": 0.65, "semantic": 0.0, "field": 0.2, "stage": 0.15, "region": 0.0},
    ("platform", True): {"text": 0.15, "semantic": 0.15, "field": 0.25, "stage": 0.2, "region": 0.25},
    ("platform", False): {"text": 0.25, "semantic": 0.0, "field": 0.25, "stage": 0.2, "region": 0.3},
}
_LATE = 2 / 3
# Embedding costs time and memory with each record: beyond these numbers the part is left out.
SEMANTIC_MOST = 5000
LATE_MOST = 1500
_ENABLER_FIT = 0.9
_LATE_ENABLER = "industrialization"

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Record:
    """What a query is matched with. ``stage`` is ``""`` for types outside the chain; ``evidence`` are sentence uids."""

    uid: str
    id: str
    type: str
    name: str
    text: str
    fields: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    stage: str = ""
    evidence: tuple[str, ...] = ()


def stage_fit(ontology: Ontology, wanted: str, record: Record) -> float:
    """How a record meets the stage wanted, from 0 to 1.

    A result of that stage fits (1), one a stage further half (0.5), one that is short a little (0.1). A platform serves
    its own stage (1) and, a little, the neighbouring ones (0.3); who wants research gets concept verification, the next
    step, as well. Enablers (funds, transfer organisations) serve the stage of industrialization (0.9) and, a little, the
    others (0.2). The steps are a choice.
    """
    order = list(ontology.stages)
    if wanted not in order:
        return 0.0
    kind = ontology.entity_types.get(record.type)
    if record.stage not in order:
        if kind is None or not kind.enabler:
            return 0.0
        return _ENABLER_FIT if wanted == _LATE_ENABLER else 0.2
    steps = order.index(record.stage) - order.index(wanted)
    if kind is not None and kind.own_stage:
        return {0: 1.0, 1: 0.5, -1: 0.1, -2: 0.1}.get(steps, 0.0)
    if order.index(wanted) == 0 and steps == 1:
        return 1.0
    return {0: 1.0, 1: 0.3, -1: 0.3}.get(steps, 0.0)


@dataclass(frozen=True)
class Catalogue:
    """Records with everything that matching needs prepared. Immutable; many threads may match at once.

    Attributes:
        records: In the order of their uids.
        version: The graph version it was read at.
        reference: Ontology, regions and fields.
        embedder: Source of the semantic part; None leaves it out.
    """

    records: tuple[Record, ...]
    reference: Reference
    version: int = 0
    embedder: Embedder | None = None
    _index: TextIndex = field(init=False, repr=False)
    _vectors: Vectors | None = field(init=False, repr=False)
    _query_means: tuple[Vectors, Vectors] | None = field(init=False, repr=False)
    _pieces: tuple[Vectors, npt.NDArray[np.intp]] | None = field(init=False, repr=False)
    _groups: Mapping[tuple[str, ...], npt.NDArray[np.intp]] = field(init=False, repr=False)
    _results: npt.NDArray[np.bool_] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        texts = [f"{record.name}。{record.text}" for record in self.records]
        set_ = object.__setattr__
        set_(
            self,
            "_index",
            TextIndex([f"{text}。{'、'.join(r.fields)}" for text, r in zip(texts, self.records, strict=True)]),
        )
        set_(self, "_vectors", None)
        set_(self, "_query_means", None)
        set_(self, "_pieces", None)
        if self.embedder is not None and texts and len(texts) <= SEMANTIC_MOST:
            self._embed(self.embedder, texts)
        groups: dict[tuple[str, ...], list[int]] = {}
        for at, record in enumerate(self.records):
            groups.setdefault(record.fields, []).append(at)
        set_(self, "_groups", {key: np.array(rows, dtype=np.intp) for key, rows in groups.items()})
        types = self.reference.ontology.entity_types
        set_(self, "_results", np.array([self._is_result(r.type, types) for r in self.records], dtype=np.bool_))

    def _embed(self, embedder: Embedder, texts: Sequence[str]) -> None:
        set_ = object.__setattr__
        if not isinstance(embedder, PieceEmbedder):
            raw = embedder.embed(texts, "passage")
            # Queries have a mean of their own, which must not depend on which queries come: the records stand in.
            mean = embedder.embed(texts[:: max(1, len(texts) // 64)], "query").mean(axis=0)
            set_(self, "_vectors", centred(raw, raw.mean(axis=0)))
            set_(self, "_query_means", (mean, mean))
            return
        raw, pieces = embedder.encode(texts, "passage")
        set_(self, "_vectors", centred(raw, embedder.passage_means[0]))
        set_(self, "_query_means", embedder.query_means)
        if len(texts) <= LATE_MOST and all(map(len, pieces)):
            starts = np.cumsum([0, *map(len, pieces[:-1])], dtype=np.intp)
            set_(self, "_pieces", (centred(np.concatenate(pieces), embedder.passage_means[1]), starts))

    @staticmethod
    def _is_result(kind: str, types: Mapping[str, object]) -> bool:
        known = types.get(kind)
        return bool(getattr(known, "own_stage", False)) or kind in ("Technology", "Product")

    def match(self, query: MatchQuery, *, limit: int = 10, targets: Sequence[str] = ()) -> MatchResult:
        """The best records for a query; of equal scores the smaller uid comes first.

        Args:
            query: What is wanted. Fields are read from its text if it names none.
            limit: Most results, 1 to 100.
            targets: Entity types; none means all of the catalogue.

        Raises:
            InvalidInput: The text is empty or too long, or a limit, type, stage or region is unknown or out of range.
        """
        check_range("limit", limit, MAX_LIMIT)
        parts = self.parts(query)
        allowed = set(targets)
        for kind in allowed:
            self.reference.ontology.check_entity_type(kind)
        total = np.sum([parts[name] for name in PARTS], axis=0)
        rows = [at for at in range(len(self.records)) if not allowed or self.records[at].type in allowed]
        rows.sort(key=lambda at: (-round(float(total[at]), 9), self.records[at].uid))
        return MatchResult(query.id, tuple(self._item(at, parts) for at in rows[:limit]))

    def match_all(
        self, queries: Iterable[MatchQuery], *, limit: int = 10, targets: Sequence[str] = ()
    ) -> Iterator[MatchResult]:
        """The matches of each query, in their order, one by one as they are found."""
        for query in queries:
            yield self.match(query, limit=limit, targets=targets)

    def parts(self, query: MatchQuery) -> dict[str, Array]:
        """The weighted parts of every record for a query, each an array in the order of the records."""
        query = self._checked(query)
        shares = {
            "text": _relative(self._index.scores(query.text)),
            "semantic": self._semantic(query.text),
            "field": self._field(query.fields),
            "stage": self._stage(query.stage),
            "region": self._region(query.region),
        }
        return {name: share * self._weights(name) for name, share in shares.items()}

    def _item(self, at: int, parts: Mapping[str, Array]) -> MatchItem:
        record = self.records[at]
        own = {name: round(float(parts[name][at]), 6) for name in PARTS}
        return MatchItem(record.uid, record.id, record.type, record.name, round(sum(own.values()), 6), own)

    def _checked(self, query: MatchQuery) -> MatchQuery:
        text = check_text(f"text of query {query.id!r}", query.text)
        stages = self.reference.ontology.stages
        if query.stage and query.stage not in stages:
            raise InvalidInput(
                f"Query {query.id!r} wants the unknown stage {query.stage!r}. Known: {', '.join(stages)}."
            )
        return replace(query, text=text, fields=query.fields or self.reference.fields.find(text))

    def _weights(self, name: str) -> Array:
        semantic = self._vectors is not None
        result, platform = (WEIGHTS[kind, semantic][name] for kind in ("result", "platform"))
        return np.where(self._results, result, platform).astype(np.float64)

    def _semantic(self, text: str) -> Array:
        if self._vectors is None or self._query_means is None or self.embedder is None:
            return np.zeros(len(self.records))
        if not isinstance(self.embedder, PieceEmbedder):
            vector = centred(self.embedder.embed([text], "query"), self._query_means[0])[0]
            return _scaled(self._vectors @ vector)
        vectors, pieces = self.embedder.encode([text], "query")
        whole = _scaled(self._vectors @ centred(vectors, self._query_means[0])[0])
        if self._pieces is None or not len(pieces[0]):
            return whole
        own, starts = self._pieces
        alike = centred(pieces[0], self._query_means[1]) @ own.T
        late = np.maximum.reduceat(alike, starts, axis=1).mean(axis=0)
        return (1 - _LATE) * whole + _LATE * _scaled(late)

    def _field(self, wanted: Sequence[str]) -> Array:
        scores = np.zeros(len(self.records))
        for offered, rows in self._groups.items():
            if wanted and offered:
                scores[rows] = self.reference.fields.fit(wanted, offered)
        return scores

    def _stage(self, wanted: str) -> Array:
        known: dict[tuple[str, str], float] = {}
        scores = np.zeros(len(self.records))
        for at, record in enumerate(self.records):
            key = record.type, record.stage
            if key not in known:
                known[key] = stage_fit(self.reference.ontology, wanted, record)
            scores[at] = known[key]
        return scores

    def _region(self, name: str) -> Array:
        scores = np.zeros(len(self.records))
        if not name:
            return scores
        geography = self.reference.geography
        place = geography.path(geography.place(name).code)
        known: dict[tuple[str, ...], float] = {}
        for at, record in enumerate(self.records):
            if record.place not in known:
                known[record.place] = geography.nearness(place, record.place)
            scores[at] = known[record.place]
        return scores


def _relative(scores: Array) -> Array:
    """Scores relative to the best one."""
    best = float(scores.max()) if len(scores) else 0.0
    return scores / best if best > 0 else scores


def _scaled(scores: Vectors) -> Array:
    """Scores from 0 for the worst to 1 for the best."""
    low, high = float(scores.min()), float(scores.max())
    return np.asarray((scores - low) / (high - low) if high > low else np.zeros(len(scores)), dtype=np.float64)
