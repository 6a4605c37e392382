"""Vectors of entities in the store: made when documents are loaded, read by matching and recommending.

The vector of an entity is that of its passage: its fields, name and description, or where it has none what its hosts are
and up to three sentences that mention it. With it stands a key, the model's name and a hash of the passage, so that a
vector of another model or of a passage that has changed since is never used and is made anew by the next run.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np

from graph.answers.catalogue import Record
from graph.answers.describing import passage_key
from graph.answers.embedding import Embedder, Vectors
from graph.answers.entities import stage_of
from graph.answers.likeness import vectors_of
from graph.answers.reference import Reference
from graph.answers.roles import roles_of
from graph.ontology import Ontology
from graph.queries import load
from graph.queries import match as queries
from graph.store.query import Query

T = TypeVar("T")
_PAGE = 1000
_BATCH = 64
_DOCUMENTS = 500
_MADE_MOST = 1000

_log = logging.getLogger(__name__)


class Store(Protocol):
    """What is needed of a database."""

    def run(self, query: Query[T]) -> T: ...


@dataclass(slots=True)
class VectorReport:
    """What a run did: entities looked at, vectors made anew, and seconds."""

    checked: int = 0
    made: int = 0
    seconds: float = 0.0


def embedded_types(ontology: Ontology) -> tuple[str, ...]:
    """Entity types that have vectors: those that can be recommended or matched, and what names a field."""
    roles = roles_of(ontology)
    types = ontology.entity_types.values()
    return tuple(t.name for t in types if t.stage or t.own_stage or t.enabler or t.name in roles.field_types)


def store_vectors(
    store: Store,
    embedder: Embedder,
    reference: Reference,
    *,
    documents: Sequence[str] | None = None,
    progress: Callable[[VectorReport], None] | None = None,
) -> VectorReport:
    """Makes the vectors that are missing or no longer those of their entities' passages.

    Each batch of 64 is written on its own, so a run that is cut short has lost nothing, and the next goes on from there.

    Args:
        store: The graph.
        embedder: Source of the vectors.
        reference: Ontology and fields.
        documents: Only entities that these documents (uids) mention; None looks at all.
        progress: Called after each batch.

    Raises:
        EmbedderError: The embedder cannot be used now; what was made before is kept.
        StoreError: The store failed.
    """
    report, began = VectorReport(), time.perf_counter()
    types = embedded_types(reference.ontology)
    pages = _all(store, types, reference) if documents is None else _of(store, documents, types, reference)
    for page in pages:
        records = [(record_of(row, reference), row.vector_key) for row in page]
        report.checked += len(records)
        stale = [
            (record.uid, record.passage, key)
            for record, held in records
            if (key := passage_key(embedder.name, record.passage)) != held
        ]
        for at in range(0, len(stale), _BATCH):
            batch = stale[at : at + _BATCH]
            vectors = embedder.embed([passage for _, passage, _ in batch], "passage")
            rows = [
                {"uid": uid, "vector": vector.tolist(), "key": key}
                for (uid, _, key), vector in zip(batch, vectors, strict=True)
            ]
            report.made += store.run(load.write_vectors(rows))
            report.seconds = time.perf_counter() - began
            if progress:
                progress(report)
    report.seconds = time.perf_counter() - began
    return report


def record_of(row: queries.CatalogueRow, reference: Reference) -> Record:
    """An entity as a record to match with."""
    card = row.entity
    fields = tuple(dict.fromkeys(map(reference.fields.canonical, (*card.fields, *row.fields))))
    return Record(
        uid=card.uid,
        id=card.record_id,
        type=card.type,
        name=card.name,
        text="。".join(filter(None, (*row.hosts, card.description, *row.sentences))),
        fields=fields or reference.fields.find(f"{card.name} {card.description}"),
        place=card.place,
        stage=stage_of(reference.ontology, card.type, card.stage),
        evidence=row.evidence,
    )


def current_vectors(rows: Sequence[queries.CatalogueRow], passages: Sequence[str], embedder: Embedder) -> Vectors:
    """Vectors of passages (passages, dimensions): stored ones where they are of the passage as it is now.

    Of the others at most 1,000 are made now, for a caller waits; the rest are zeros, and a log line says what to run.

    Raises:
        EmbedderError: The embedder cannot be used now.
    """
    held = [
        at
        for at, (row, passage) in enumerate(zip(rows, passages, strict=True))
        if len(row.vector) and row.vector_key == passage_key(embedder.name, passage)
    ]
    missing = sorted(set(range(len(rows))) - set(held))
    if len(missing) > _MADE_MOST:
        _log.warning("%d of %d entities have no vector; `innograph embed` makes them", len(missing), len(rows))
    made = missing[:_MADE_MOST]
    fresh = vectors_of(embedder, [passages[at] for at in made]) if made else None
    width = len(rows[held[0]].vector) if held else fresh.shape[1] if fresh is not None else 0
    vectors = np.zeros((len(rows), width), np.float32)
    for at in held:
        vectors[at] = rows[at].vector
    if fresh is not None:
        vectors[made] = fresh
    return vectors


def _all(store: Store, types: Sequence[str], reference: Reference) -> Iterator[tuple[queries.CatalogueRow, ...]]:
    roles, after = roles_of(reference.ontology), ""
    while True:
        page = store.run(
            queries.catalogue(
                types=types,
                after=after,
                limit=_PAGE,
                field_relations=roles.field_relations,
                field_types=roles.field_types,
                model="",  # keys are enough
            )
        )
        if page:
            yield page
        if len(page) < _PAGE:
            return
        after = page[-1].entity.uid


def _of(
    store: Store, documents: Sequence[str], types: Sequence[str], reference: Reference
) -> Iterator[tuple[queries.CatalogueRow, ...]]:
    roles = roles_of(reference.ontology)
    uids: dict[str, None] = {}
    for at in range(0, len(documents), _DOCUMENTS):
        found = store.run(queries.mentioned(documents=documents[at : at + _DOCUMENTS], types=types))
        uids |= dict.fromkeys(found)
    known = list(uids)
    for at in range(0, len(known), _PAGE):
        yield store.run(
            queries.described(
                uids=known[at : at + _PAGE],
                field_relations=roles.field_relations,
                field_types=roles.field_types,
                model="",
            )
        )
