"""Counts of what the graph holds."""

from __future__ import annotations

from collections import Counter

from graph.answers.reference import Reference
from graph.answers.values import Statistics
from graph.queries import statistics as queries
from graph.store.query import Plan


def statistics(*, reference: Reference | None = None) -> Plan[Statistics]:
    """Counts by type, relation, stage, region (highest level) and kind of document. Seven queries."""
    reference = reference or Reference.load()
    version = yield queries.graph_version()
    by_type: dict[str, int] = yield queries.entities_by_type()
    own_stages: tuple[tuple[str, str, int], ...] = yield queries.entities_by_stage()
    by_place: dict[str, int] = yield queries.entities_by_place()
    by_relation: dict[str, int] = yield queries.relations_by_type()
    by_kind: dict[str, int] = yield queries.documents_by_kind()
    sentences: int = yield queries.sentences()
    types = reference.ontology.entity_types
    stages = Counter(dict.fromkeys(reference.ontology.stages, 0))
    for name, count in by_type.items():
        if name in types and types[name].stage:
            stages[types[name].stage] += count
    for stage, name, count in own_stages:
        if stage in stages and not (name in types and types[name].stage):
            stages[stage] += count
    return Statistics(
        graph_version=version,
        entities=sum(by_type.values()),
        relations=sum(by_relation.values()),
        documents=sum(by_kind.values()),
        sentences=sentences,
        by_type=by_type,
        by_relation=by_relation,
        by_stage=dict(stages),
        by_region={reference.geography.display((code,)): count for code, count in by_place.items()},
        documents_by_kind=by_kind,
    )


def graph_version() -> Plan[int]:
    """How many loads changed something; a cache of answers is good while this stays the same."""
    version: int = yield queries.graph_version()
    return version
