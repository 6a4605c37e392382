"""Records held in memory and matched with queries: pure, deterministic, fast enough for thousands of queries.

The score of a record is a weighted sum of parts, each from 0 to 1:

    text      BM25 over character n-grams, relative to the best record's for this query
    semantic  likeness to the query by sentence vectors, piece by piece for the nearest (graph/answers/likeness.py), from
              the worst (0) to the best record (1); only with an embedder
    field     mean over the query's fields of the nearest of the record's (graph/fields.py)
    stage     how the record's stage meets the stage wanted (see stage_fit)
    region    how near the record's place is to the query's (graph/geography.py)

Results (achievements, projects …) are weighed by what they say, platforms and funds by field, stage and place. The
weights were fitted on the development set of demands; bench/match_eval.py prints what they give, and what such a fit
gives on demands that it has not seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from graph.answers.describing import passage_text
from graph.answers.embedding import Embedder, Vectors
from graph.answers.likeness import Likeness, vectors_of
from graph.answers.limits import MAX_LIMIT, check_range, check_text
from graph.answers.reference import Reference
from graph.answers.textindex import TextIndex
from graph.answers.values import MatchItem, MatchQuery, MatchResult
from graph.errors import InvalidInput
from graph.ontology import Ontology

PARTS = ("text", "semantic", "field", "stage", "region")
WEIGHTS: Mapping[tuple[str, bool], Mapping[str, float]] = {
    # (kind of record, with an embedder)
    ("result", True): {"text": 0.0, "semantic": 0.8, "field": 0.05, "stage": 0.15, "region": 0.0},
    ("result", False): {"text": 0.65, "semantic": 0.0, "field": 0.2, "stage": 0.15, "region": 0.0},
    ("platform", True): {"text": 0.0, "semantic": 0.37, "field": 0.17, "stage": 0.15, "region": 0.31},
    ("platform", False): {"text": 0.16, "semantic": 0.0, "field": 0.27, "stage": 0.2, "region": 0.37},
}
# Vectors take time to read and memory to hold: beyond this number of records the part is left out.
SEMANTIC_MOST = 20_000
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

    @property
    def passage(self) -> str:
        """What its vector is made of."""
        return passage_text(self.name, self.text, self.fields)


def stage_fit(ontology: Ontology, wanted: str, record: Record) -> float:
    """How a record meets the stage wanted, from 0 to 1.

    A result of that stage fits (1). One that is short of it may still be brought there (0.55); one a stage further fits
    less (0.35), as it is past the work that is wanted, and one further still not at all. A platform serves
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
        return {0: 1.0, 1: 0.35}.get(steps, 0.0 if steps > 0 else 0.55)
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
        vectors: Of the records' passages (records, dimensions), zeros where there is none; None lets the embedder make them.
    """

    records: tuple[Record, ...]
    reference: Reference
    version: int = 0
    embedder: Embedder | None = None
    vectors: Vectors | None = None
    _index: TextIndex = field(init=False, repr=False)
    _vectors: Vectors | None = field(init=False, repr=False)
    _passages: tuple[str, ...] = field(init=False, repr=False)
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
        passages = tuple(record.passage for record in self.records)
        vectors = None
        if self.embedder is not None and passages and len(passages) <= SEMANTIC_MOST:
            vectors = vectors_of(self.embedder, passages) if self.vectors is None else self.vectors
        set_(self, "_passages", passages)
        set_(self, "_vectors", vectors)
        groups: dict[tuple[str, ...], list[int]] = {}
        for at, record in enumerate(self.records):
            groups.setdefault(record.fields, []).append(at)
        set_(self, "_groups", {key: np.array(rows, dtype=np.intp) for key, rows in groups.items()})
        types = self.reference.ontology.entity_types
        set_(self, "_results", np.array([self._is_result(r.type, types) for r in self.records], dtype=np.bool_))

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
        if self.embedder is None or self._vectors is None:
            return np.zeros(len(self.records))
        return Likeness(self.embedder, text).shares(self._passages, self._vectors)

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
