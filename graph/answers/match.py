"""Matches queries with the catalogue of the graph's records and entities."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace

from graph.answers.catalogue import SEMANTIC_MOST, Catalogue
from graph.answers.embedding import Embedder
from graph.answers.limits import check_types
from graph.answers.reference import Reference
from graph.answers.roles import roles_of
from graph.answers.values import Evidence, MatchItem, MatchQuery, MatchResult
from graph.answers.vectors import current_vectors, record_of
from graph.errors import InvalidInput
from graph.queries import entities as entity_queries
from graph.queries import match as queries
from graph.queries import statistics as statistics_queries
from graph.store.query import Plan

_PAGE = 5000
_MOST = 500_000
_HELD = 4

_lock = threading.Lock()
_catalogues: OrderedDict[tuple[object, ...], Catalogue] = OrderedDict()


def catalogue(
    targets: Sequence[str], *, store: str = "", embedder: Embedder | None = None, reference: Reference | None = None
) -> Plan[Catalogue]:
    """The catalogue of all entities of some types; held in this process while the graph's version stays the same.

    Args:
        targets: Entity types, at least one.
        store: Names the store, where one process asks several.
        embedder: Source of the semantic part.
        reference: Ontology, regions and fields; the built-in ones by default.

    Raises:
        InvalidInput: No type, an unknown type, or more than 500,000 entities.
    """
    reference = reference or Reference.load()
    kinds = sorted(set(check_types(reference.ontology, targets)))
    if not kinds:
        raise InvalidInput("Name at least one target type, for example Achievement or PilotBase.")
    version: int = yield statistics_queries.graph_version()
    key = (store, tuple(kinds), version, embedder.name if embedder else "", id(reference))
    with _lock:
        if key in _catalogues:
            _catalogues.move_to_end(key)
            return _catalogues[key]
    rows = yield from _rows(kinds, reference, embedder.name if embedder else "")
    records = tuple(record_of(row, reference) for row in rows)
    vectors = None
    if embedder is not None and 0 < len(records) <= SEMANTIC_MOST:
        vectors = current_vectors(rows, [record.passage for record in records], embedder)
    built = Catalogue(records, reference, version, embedder, vectors)
    with _lock:
        _catalogues[key] = built
        while len(_catalogues) > _HELD:
            _catalogues.popitem(last=False)
    return built


def match(
    query: MatchQuery,
    *,
    targets: Sequence[str],
    limit: int = 10,
    store: str = "",
    embedder: Embedder | None = None,
    reference: Reference | None = None,
) -> Plan[MatchResult]:
    """The best matches of one query, each with a sentence about it where there is one.

    Raises:
        InvalidInput: As for catalogue and Catalogue.match.
    """
    held: Catalogue = yield from catalogue(targets, store=store, embedder=embedder, reference=reference)
    found = held.match(query, limit=limit, targets=targets)
    result: MatchResult = yield from with_evidence(held, found)
    return result


def with_evidence(held: Catalogue, found: MatchResult) -> Plan[MatchResult]:
    """The same matches with their sentences, fetched in one query."""
    by_uid = {record.uid: record for record in held.records}
    wanted = sorted({uid for item in found.results for uid in by_uid[item.uid].evidence})
    if not wanted:
        return found
    sentences: dict[str, Evidence] = yield entity_queries.sentences(uids=wanted)

    def shown(item: MatchItem) -> MatchItem:
        uids = by_uid[item.uid].evidence
        return replace(item, evidence=tuple(sentences[uid] for uid in uids if uid in sentences))

    return replace(found, results=tuple(map(shown, found.results)))


def _rows(kinds: Sequence[str], reference: Reference, model: str) -> Plan[list[queries.CatalogueRow]]:
    roles = roles_of(reference.ontology)
    rows: list[queries.CatalogueRow] = []
    after = ""
    while True:
        page: tuple[queries.CatalogueRow, ...] = yield queries.catalogue(
            types=kinds,
            after=after,
            limit=_PAGE,
            field_relations=roles.field_relations,
            field_types=roles.field_types,
            # So many records are matched without vectors; then none are read.
            model=model if len(rows) < SEMANTIC_MOST else "",
        )
        rows += page
        if len(rows) > _MOST:
            raise InvalidInput(f"More than {_MOST} entities of {', '.join(kinds)}. Name fewer target types.")
        if len(page) < _PAGE:
            return rows
        after = page[-1].entity.uid
