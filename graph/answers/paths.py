"""The best paths between two entities.

A bounded neighbourhood is fetched from both ends, level by level, and ranked here. The cost of a step onto an entity is

    1 + (1 - confidence) + (0.5 if planned) + 0.5 · log10(1 + degree), the last term not for the end of the path,

so a path through a hub (everybody is located in 北京) costs more than one through something particular. The penalty by
the logarithm of the degree is of the family that Adamic and Adar (Friends and neighbors on the Web, 2003) use for
shared neighbours; its weight is a choice.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from graph.answers.entities import resolve
from graph.answers.limits import (
    MAX_HOPS,
    MAX_K,
    check_date,
    check_range,
    check_relations,
    check_share,
    check_types,
)
from graph.answers.ranking import cheapest_paths
from graph.answers.reference import Reference
from graph.answers.values import EntityCard, EntityRef, Evidence, Path, Paths, PathStep
from graph.errors import InvalidInput
from graph.queries import entities as entity_queries
from graph.queries import paths as queries
from graph.queries.rows import Link
from graph.store.query import Plan

_FAN_OUT = 60
_FRONTIER = 150
_HUB = 2000
_SENTENCES = 3


def step_cost(link: Link, end: str) -> float:
    """What a step onto the link's entity costs (see the module)."""
    relation = link.relation
    hub = 0.0 if link.entity.uid == end else 0.5 * math.log10(1 + link.degree)
    return 1 + (1 - relation.confidence) + (0.0 if relation.status == "stated" else 0.5) + hub


def paths(
    start: str,
    end: str,
    *,
    max_hops: int = 4,
    k: int = 5,
    relations: Sequence[str] = (),
    types: Sequence[str] = (),
    stated_only: bool = False,
    min_confidence: float = 0.0,
    since: str = "",
    reference: Reference | None = None,
) -> Plan[Paths]:
    """The k best paths between two entities, each step with its relation and at most three sentences.

    Each level of the neighbourhood is one query: at most 60 relations an entity, 150 entities a level; entities with
    more than 2,000 relations are passed through only as ends. ``truncated`` says that one of these bounds was met.

    Args:
        start: uid or name.
        end: uid or name.
        max_hops: Most relations of a path, 1 to 6.
        k: Most paths, 1 to 50.
        relations: Relation types to follow; none means all.
        types: Entity types to pass through; none means all but those that mean something only in their document.
        stated_only: Leave out planned relations.
        min_confidence: Smallest confidence of a relation, 0 to 1.
        since: Leave out relations last seen before this ISO date.
        reference: Ontology, regions and fields; the built-in ones by default.

    Raises:
        NotFound: An end is unknown.
        InvalidInput: A limit or name is out of range, or both ends are the same.
    """
    reference = reference or Reference.load()
    check_range("max_hops", max_hops, MAX_HOPS)
    check_range("k", k, MAX_K)
    check_share("min_confidence", min_confidence)
    check_date("since", since)
    wanted, kinds = check_relations(reference.ontology, relations), check_types(reference.ontology, types)
    first = yield from resolve(start, reference=reference)
    last = yield from resolve(end, reference=reference)
    if first.uid == last.uid:
        raise InvalidInput(f"Both ends are {first.name}. Give two different entities.")
    scoped = [] if kinds else [t.name for t in reference.ontology.entity_types.values() if t.document_scoped]
    ends = (first.uid, last.uid)
    links: dict[tuple[str, str], Link] = {}
    truncated = False
    for side, levels in ((first.uid, math.ceil(max_hops / 2)), (last.uid, max_hops // 2)):
        seen = {side}
        frontier = [side]
        for _ in range(levels):
            if not frontier:
                break
            found: tuple[Link, ...] = yield queries.expand(
                uids=frontier,
                ends=ends,
                relations=wanted,
                types=kinds,
                without=scoped,
                min_confidence=min_confidence,
                stated_only=stated_only,
                since=since,
                hub=_HUB,
                fan_out=_FAN_OUT,
            )
            links.update(_best_links(found))
            truncated |= _is_capped(found)
            fresh = sorted({(link.degree, link.entity.uid) for link in found if link.entity.uid not in seen})
            truncated |= len(fresh) > _FRONTIER or any(degree > _HUB for degree, _ in fresh)
            frontier = [uid for degree, uid in fresh if degree <= _HUB or uid in ends][:_FRONTIER]
            seen.update(uid for _, uid in fresh)
    ranked = rank(ways(links.values(), [last]), first.uid, last.uid, max_hops=max_hops, k=k)
    sentences = yield from fetch_sentences(link for _, steps in ranked for link in steps)
    names = {first.uid: first.ref, last.uid: last.ref} | {link.entity.uid: link.entity.ref for link in links.values()}
    return Paths(first.ref, last.ref, tuple(_path(cost, steps, names, sentences) for cost, steps in ranked), truncated)


@dataclass(frozen=True, slots=True)
class Ways:
    """Links that can be walked, in both directions: the surest of each ordered pair, and what each step costs."""

    links: Mapping[tuple[str, str], Link]
    costs: Mapping[str, Mapping[str, float]]


def ways(links: Iterable[Link], ends: Iterable[EntityCard] = ()) -> Ways:
    """The ways over links, prepared once for many questions.

    A link fetched from one side only is walked the other way at the cost of stepping onto its source; what that is like
    is known from a link that leads to it, or from its card among the ends.
    """
    forward = _best_links(links)
    known = {link.entity.uid: (link.entity, link.degree) for link in forward.values()}
    known |= {end.uid: (end, end.degree) for end in ends}
    for (source, target), link in list(forward.items()):
        if (target, source) not in forward and source in known:
            card, degree = known[source]
            forward[target, source] = Link(target, card, degree, link.relation, link.evidence)
    costs: dict[str, dict[str, float]] = {}
    for (source, target), link in forward.items():
        costs.setdefault(source, {})[target] = step_cost(link, "")
    return Ways(forward, costs)


def rank(found: Ways, start: str, end: str, *, max_hops: int, k: int) -> list[tuple[float, tuple[Link, ...]]]:
    """The k cheapest paths, each as its cost and the links walked."""
    graph = {
        node: {**edges, end: step_cost(found.links[node, end], end)} if end in edges else edges
        for node, edges in found.costs.items()
    }
    ranked = []
    for cost, nodes in cheapest_paths(graph, start, end, max_hops=max_hops):
        ranked.append((round(cost, 6), tuple(found.links[pair] for pair in itertools.pairwise(nodes))))
        if len(ranked) == k:
            break
    return ranked


def fetch_sentences(links: Iterable[Link]) -> Plan[dict[str, Evidence]]:
    """The sentences behind links, by uid, in one query; none if there is nothing to fetch."""
    uids = sorted({uid for link in links for uid in link.evidence[:_SENTENCES]})
    if not uids:
        return {}
    found: dict[str, Evidence] = yield entity_queries.sentences(uids=uids)
    return found


def step_of(link: Link, source: EntityRef, sentences: Mapping[str, Evidence]) -> PathStep:
    """A link as a step of a path."""
    shown = tuple(sentences[uid] for uid in link.evidence[:_SENTENCES] if uid in sentences)
    return PathStep(source, link.entity.ref, link.relation, link.direction, shown)


def _path(
    cost: float, steps: Sequence[Link], names: Mapping[str, EntityRef], sentences: Mapping[str, Evidence]
) -> Path:
    walked = tuple(step_of(link, names[link.source], sentences) for link in steps)
    return Path((walked[0].source, *(step.target for step in walked)), walked, cost, round(1 / (1 + cost), 6))


def _best_links(links: Iterable[Link]) -> dict[tuple[str, str], Link]:
    """The surest link of each ordered pair; ties by relation uid."""
    best: dict[tuple[str, str], Link] = {}
    for link in links:
        pair = (link.source, link.entity.uid)
        if pair[0] != pair[1] and (pair not in best or _sureness(link) < _sureness(best[pair])):
            best[pair] = link
    return best


def _sureness(link: Link) -> tuple[bool, float, str]:
    return link.relation.status != "stated", -link.relation.confidence, link.relation.uid


def _is_capped(links: Sequence[Link]) -> bool:
    counts: dict[str, int] = {}
    for link in links:
        counts[link.source] = counts.get(link.source, 0) + 1
    return any(count >= _FAN_OUT for count in counts.values())
