"""The graph as a whole: who is central at each stage, who joins stages, which communities there are, what flows where.

Computed with networkx over the relations that answers walk, undirected, a pair once, weighted by the surest of its relations:

    pagerank     L. Page and others, 1999, damping 0.85
    betweenness  L. Freeman, 1977, as share of all pairs; from a seeded sample of entities in large graphs (U. Brandes and
                 C. Pich, 2007)
    brokerage    pairs of neighbours at two different stages that are not related themselves, so that the way between them
                 leads through the entity (after R. Gould and R. Fernandez, 1989, with stages for their groups)
    communities  V. Blondel and others, 2008 (Louvain), seeded, the largest first
    flows        relations whose ends lie in two different provinces, in the relation's direction

An analysis is made once for a version of the graph. Its measures stand on the entities, its summary on a node of its own, so
that Cypher, Bloom, the API and the command line read the same.
"""

from __future__ import annotations

import json
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import networkx as nx

from graph.answers.limits import MAX_LIMIT, check_range
from graph.answers.reference import Reference
from graph.answers.roles import Roles, roles_of
from graph.answers.values import EntityCard, EntityRef
from graph.errors import InvalidInput, NotFound
from graph.queries import analytics as queries
from graph.queries import statistics as statistics_queries
from graph.store.query import Plan

MOST_ENTITIES = 200_000
MEASURES = ("degree", "pagerank", "betweenness", "brokerage")
_log = logging.getLogger(__name__)
_PAGE = 2_000
_BATCH = 5_000
_EXACT = 2_000  # entities up to which betweenness is exact
_WORK = 20_000_000  # entities sampled times relations, beyond that
_FEWEST_SAMPLED = 24
_SEED = 7
_KEPT = MAX_LIMIT  # of each list
_MEMBERS = 5
_HUB = 3_000


@dataclass(frozen=True, slots=True)
class Leader:
    """An entity that stands high in a measure at its stage."""

    stage: str
    measure: str
    entity: EntityRef
    value: float


@dataclass(frozen=True, slots=True)
class Community:
    """Entities that are more related to one another than to others. ``stages`` and ``regions`` count members."""

    number: int
    size: int
    stages: Mapping[str, int]
    regions: Mapping[str, int]
    members: tuple[EntityRef, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """Relations of one type that lead from one province to another."""

    source: str
    target: str
    relation: str
    count: int


@dataclass(frozen=True, slots=True)
class Analytics:
    """An analysis.

    Attributes:
        graph_version: The version of the graph that it is of.
        current: Whether that is the version now.
        sampled: Entities that betweenness was computed from; 0 for all.
        modularity: Of the communities, from -0.5 to 1.
        leaders: For each stage and measure, best first.
    """

    graph_version: int
    current: bool
    entities: int
    relations: int
    sampled: int
    modularity: float
    leaders: tuple[Leader, ...]
    communities: tuple[Community, ...]
    flows: tuple[Flow, ...]


@dataclass(slots=True)
class _Whole:
    """The graph in memory."""

    cards: dict[str, EntityCard]
    graph: nx.Graph
    flows: Counter[tuple[str, str, str]]
    relations: int = 0


def analytics(*, limit: int = 10, reference: Reference | None = None) -> Plan[Analytics]:
    """The last analysis, with at most ``limit`` leaders of each stage and measure, communities and flows. One query.

    Raises:
        NotFound: No analysis was made yet.
        InvalidInput: The limit is out of range.
    """
    check_range("limit", limit, MAX_LIMIT)
    summary, version, now = yield queries.saved()
    if not summary:
        raise NotFound("The graph was not analysed yet. Run `innograph analyse`.")
    return _cut(_from_json(json.loads(summary), version == now), limit)


def analyse(
    *, again: bool = False, progress: Callable[[str], None] = _log.info, reference: Reference | None = None
) -> Plan[Analytics]:
    """Analyses the graph unless that was done for its version, and keeps the result in the store.

    Args:
        again: Do it even so.
        progress: Told what is being computed.
        reference: Ontology, regions and fields; the built-in ones by default.

    Raises:
        InvalidInput: The graph has more than 200,000 entities.
    """
    reference = reference or Reference.load()
    version = yield statistics_queries.graph_version()
    summary, saved, now = yield queries.saved()
    if summary and saved == now and not again:
        return _from_json(json.loads(summary), current=True)
    roles = roles_of(reference.ontology)
    progress("reading the graph")
    whole: _Whole = yield from _read(roles, reference)
    progress(f"measuring {len(whole.cards)} entities with {whole.graph.number_of_edges()} joined pairs")
    measures, sampled = _measures(whole, roles)
    progress("looking for communities")
    groups = _communities(whole.graph)
    modularity = nx.community.modularity(whole.graph, groups) if whole.graph.number_of_edges() else 0.0
    number_of = {uid: number for number, group in enumerate(groups) for uid in group}
    progress("writing the measures")
    rows = [
        {"uid": uid, "community": number_of[uid]} | {name: measures[name][uid] for name in MEASURES if name != "degree"}
        for uid in whole.cards
    ]
    for at in range(0, len(rows), _BATCH):
        yield queries.write_measures(rows=rows[at : at + _BATCH])
    found = Analytics(
        graph_version=version,
        current=True,
        entities=len(whole.cards),
        relations=whole.relations,
        sampled=sampled,
        modularity=round(modularity, 4),
        leaders=tuple(_leaders(whole, measures, roles)),
        communities=tuple(
            _community(number, group, whole, measures["pagerank"], roles, reference)
            for number, group in enumerate(groups[:_KEPT])
            if len(group) > 1
        ),
        flows=tuple(
            Flow(source, target, kind, count)
            for (source, target, kind), count in sorted(whole.flows.items(), key=lambda item: (-item[1], item[0]))[
                :_KEPT
            ]
        ),
    )
    yield queries.save(version=version, summary=json.dumps(asdict(found), ensure_ascii=False))
    return found


def _read(roles: Roles, reference: Reference) -> Plan[_Whole]:
    whole = _Whole({}, nx.Graph(), Counter())
    pages: list[queries.Page] = []
    after = ""
    while True:
        page: queries.Page = yield queries.edges(after=after, limit=_PAGE, relations=roles.walked)
        pages.append(page)
        whole.cards.update((card.uid, card) for card, _ in page if card.type not in roles.without)
        if len(whole.cards) > MOST_ENTITIES:
            raise InvalidInput(
                f"The graph has more than {MOST_ENTITIES:,} entities, too many to analyse in memory. Export it "
                "(`innograph export`) for a tool made for graphs of that size."
            )
        if len(page) < _PAGE:
            break
        after = page[-1][0].uid
    whole.graph.add_nodes_from(whole.cards)
    for card, relations in (row for page in pages for row in page):
        for tail, kind, confidence in relations:
            if card.uid not in whole.cards or tail not in whole.cards or tail == card.uid:
                continue
            whole.relations += 1
            before = whole.graph.get_edge_data(card.uid, tail, {"weight": 0.0})["weight"]
            whole.graph.add_edge(card.uid, tail, weight=max(before, confidence, 0.01))
            ends = (_province(card, reference), _province(whole.cards[tail], reference))
            if kind not in roles.place_relations and all(ends) and ends[0] != ends[1]:
                whole.flows[(*ends, kind)] += 1
    return whole


def _measures(whole: _Whole, roles: Roles) -> tuple[dict[str, dict[str, float]], int]:
    graph = whole.graph
    pairs = graph.number_of_edges()
    sampled = 0
    if len(graph) > _EXACT:
        sampled = min(len(graph), max(_FEWEST_SAMPLED, _WORK // max(pairs, 1)))
    between = nx.betweenness_centrality(graph, k=sampled or None, seed=_SEED) if pairs else dict.fromkeys(graph, 0.0)
    rank = nx.pagerank(graph) if len(graph) else {}
    stages = {uid: _stage(card, roles) for uid, card in whole.cards.items()}
    return {
        "degree": {uid: float(degree) for uid, degree in graph.degree()},
        "pagerank": {uid: round(value, 8) for uid, value in rank.items()},
        "betweenness": {uid: round(value, 8) for uid, value in between.items()},
        "brokerage": {uid: float(_brokerage(graph, uid, stages)) for uid in graph},
    }, sampled


def _brokerage(graph: nx.Graph, uid: str, stages: Mapping[str, str]) -> int:
    """Pairs of neighbours at two different stages that are not related; 0 for hubs, which join everybody."""
    around = [other for other in graph[uid] if stages[other]]
    if len(around) < 2 or len(around) > _HUB:
        return 0
    counts = Counter(stages[other] for other in around)
    apart = (len(around) ** 2 - sum(count**2 for count in counts.values())) // 2
    near = set(around)
    related = sum(
        1
        for other in around
        for third in (graph[other] if len(graph[other]) < len(near) else near)
        if third in near and third in graph[other] and stages[third] != stages[other]
    )
    return apart - related // 2


def _communities(graph: nx.Graph) -> list[list[str]]:
    """Members of each community in the order of their uids, the largest community first."""
    if not graph.number_of_edges():
        return [[uid] for uid in sorted(graph)]
    groups = [sorted(group) for group in nx.community.louvain_communities(graph, seed=_SEED)]
    return sorted(groups, key=lambda group: (-len(group), group[0]))


def _leaders(whole: _Whole, measures: Mapping[str, Mapping[str, float]], roles: Roles) -> Iterable[Leader]:
    of_stage: dict[str, list[EntityCard]] = defaultdict(list)
    for card in whole.cards.values():
        if stage := _stage(card, roles):
            of_stage[stage].append(card)
    for stage in roles.order:
        for name in MEASURES:
            values = measures[name]
            best = sorted(of_stage[stage], key=lambda card: (-values[card.uid], card.uid))[:_KEPT]
            yield from (Leader(stage, name, card.ref, values[card.uid]) for card in best if values[card.uid] > 0)


def _community(
    number: int,
    group: Sequence[str],
    whole: _Whole,
    rank: Mapping[str, float],
    roles: Roles,
    reference: Reference,
) -> Community:
    cards = [whole.cards[uid] for uid in group]
    best = sorted(cards, key=lambda card: (-rank[card.uid], card.uid))[:_MEMBERS]
    stages = Counter(stage for card in cards if (stage := _stage(card, roles)))
    regions = Counter(province for card in cards if (province := _province(card, reference)))
    return Community(
        number,
        len(group),
        {stage: stages[stage] for stage in roles.order if stages[stage]},
        dict(sorted(regions.items(), key=lambda item: (-item[1], item[0]))[:_MEMBERS]),
        tuple(card.ref for card in best),
    )


def _stage(card: EntityCard, roles: Roles) -> str:
    stage = card.stage or roles.stages.get(card.type, "")
    return stage if stage in roles.order and card.type not in roles.wishes else ""


def _province(card: EntityCard, reference: Reference) -> str:
    code = next((code for code in card.place if code.isdigit()), "")
    place = reference.geography.places.get(f"{code[:2]}0000") if code else None
    return place.name if place else ""


def _cut(found: Analytics, limit: int) -> Analytics:
    counts: Counter[tuple[str, str]] = Counter()
    leaders = []
    for leader in found.leaders:
        counts[leader.stage, leader.measure] += 1
        if counts[leader.stage, leader.measure] <= limit:
            leaders.append(leader)
    return replace(found, leaders=tuple(leaders), communities=found.communities[:limit], flows=found.flows[:limit])


def _from_json(value: Mapping[str, Any], current: bool) -> Analytics:
    return Analytics(
        **{name: value[name] for name in ("graph_version", "entities", "relations", "sampled", "modularity")},
        current=current,
        leaders=tuple(Leader(**row | {"entity": EntityRef(**row["entity"])}) for row in value["leaders"]),
        communities=tuple(
            Community(**row | {"members": tuple(EntityRef(**member) for member in row["members"])})
            for row in value["communities"]
        ),
        flows=tuple(Flow(**row) for row in value["flows"]),
    )
