"""Recommends entities for an entity or a text, each with the parts of its score, its path, sentences and what it lacks.

A score is the sum of these parts, each a share from 0 to 1 times the weight of the mode:

    field      the nearest of the candidate's fields to those of the start (graph/fields.py)
    text       how like what they say is: sentence vectors, piece by piece for the nearest (graph/answers/likeness.py), from
               the worst to the best; without an embedder BM25 over character n-grams, relative to the best
    stage      next_step: the stage after the start's (or the one a demand or text asks for); complement: a stage at
               which the start states no partner; supplement: the start's own stage
    region     how near the candidate is to the region asked for, else to the start (graph/geography.py)
    proximity  personalised PageRank from the start over the relations read, relative to the best
    evidence   1 - 2^-(documents), less for what was last seen long ago (halved part every five years)

The weights are a choice; verdicts can teach others (graph/answers/feedback.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graph.answers.embedding import Embedder
from graph.answers.likeness import Likeness
from graph.answers.limits import MAX_LIMIT, check_choice, check_range, check_share, check_types
from graph.answers.paths import Ways, fetch_sentences, rank, step_of, ways
from graph.answers.ranking import personalised_pagerank
from graph.answers.reference import Reference
from graph.answers.roles import roles_of
from graph.answers.starts import Understood, understand
from graph.answers.surroundings import Filters, Nearest, Surroundings, fit, read
from graph.answers.textindex import TextIndex
from graph.answers.ties import Candidate, sureness
from graph.answers.values import Change, EntityRef, Evidence, PathStep, Recommendation, Recommendations
from graph.answers.vectors import current_vectors, record_of
from graph.queries import match as match_queries
from graph.queries.match import CatalogueRow
from graph.queries.rows import Link
from graph.store.query import Plan

MODES = ("next_step", "complement", "supplement")
PARTS = ("field", "text", "stage", "region", "proximity", "evidence")
WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "next_step": {"field": 0.3, "text": 0.15, "stage": 0.25, "region": 0.1, "proximity": 0.1, "evidence": 0.1},
    "complement": {"field": 0.25, "text": 0.1, "stage": 0.3, "region": 0.15, "proximity": 0.1, "evidence": 0.1},
    "supplement": {"field": 0.35, "text": 0.25, "stage": 0.15, "region": 0.05, "proximity": 0.1, "evidence": 0.1},
}
_HOPS = 4
_HALF_LIFE = 5.0
_RECENCY = 0.3
_ENABLER = 0.3
_LATER = 0.4
_SENTENCES = 4


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate with its weighted parts."""

    candidate: Candidate
    parts: Mapping[str, float]

    @property
    def score(self) -> float:
        """The sum of the parts."""
        return round(sum(self.parts.values()), 6)


def recommend(
    start: str,
    *,
    targets: Sequence[str] = (),
    mode: str = "next_step",
    region: str = "",
    limit: int = 10,
    diversity: float = 0.0,
    weights: Mapping[str, float] | None = None,
    embedder: Embedder | None = None,
    reference: Reference | None = None,
) -> Plan[Recommendations]:
    """Candidates for a start, best first. About 17 queries.

    With an embedder, candidates come from the vector index too: entities that say the like of what the start says.

    Args:
        start: uid or name of an entity, a field, a region, or a free text.
        targets: Entity types wanted; none means those that the mode suggests.
        mode: ``next_step`` (who takes me further), ``complement`` (who has what I lack), ``supplement`` (who is alike).
        region: Prefer candidates near this region rather than near the start.
        limit: Most candidates, 1 to 100.
        diversity: From 0 (best scores) to 1 (as different as can be).
        weights: Of the parts of the score, all of them; those of the mode by default.
        embedder: Source of the text part and of further candidates; None compares characters.
        reference: Ontology, regions and fields; the built-in ones by default.

    Raises:
        NotFound: The start is unknown.
        InvalidInput: A type, mode, region or number is out of range.
        EmbedderError: The embedder cannot be used now.
    """
    reference = reference or Reference.load()
    check_choice("mode", mode, MODES)
    check_range("limit", limit, MAX_LIMIT)
    check_share("diversity", diversity)
    weights = WEIGHTS[mode] if weights is None else weights
    wanted_types = check_types(reference.ontology, targets)
    place = reference.geography.path(reference.geography.place(region).code) if region else ()
    understood: Understood = yield from understand(start, reference=reference)
    extra = tuple(name for name in wanted_types if _is_extra(name, reference))
    if not wanted_types and mode == "complement":
        extra = tuple(t.name for t in reference.ontology.entity_types.values() if t.enabler)
    likeness = Likeness(embedder, _own_text(understood)) if embedder is not None else None
    nearest = Nearest(embedder.name, likeness.vector.tolist()) if embedder is not None and likeness else None
    found: Surroundings = yield from read(understood, Filters(extra=extra), reference, nearest)
    stages = _wanted_stages(found, mode, reference)
    types = wanted_types or _suggested(stages, mode, understood, reference)
    pool = [c for c in found.inside.values() if c.card.type in types and c is not found.origin]
    pool.sort(key=lambda candidate: candidate.card.uid)
    texts: list[float]
    if embedder is not None and likeness is not None:
        texts = yield from _likenesses(pool, likeness, embedder, reference)
    else:
        texts = _text_shares(pool, found)
    scored = _score(pool, found, mode, weights, stages, place, texts, reference)
    chosen = _diverse(scored, limit, diversity)
    roads = ways(found.links, (item.candidate.card for item in chosen))
    walks = {item.candidate.card.uid: _walk(found, roads, item.candidate.card.uid) for item in chosen}
    needed = [link for walk in walks.values() for link in walk]
    needed += [tie.link for item in chosen for tie in item.candidate.fields.values() if tie.link is not None]
    sentences: dict[str, Evidence] = yield from fetch_sentences(needed)
    best = scored[0] if scored else None
    items = tuple(
        _item(item, best, walks[item.candidate.card.uid], found, weights, sentences, reference) for item in chosen
    )
    return Recommendations(found.start.start, mode, items)


def _is_extra(name: str, reference: Reference) -> bool:
    """Whether a type stands outside the chain, so that its entities are collected only if asked for."""
    known = reference.ontology.entity_types[name]
    return not known.stage and (not known.own_stage or name in roles_of(reference.ontology).wishes)


def _wanted_stages(found: Surroundings, mode: str, reference: Reference) -> dict[str, float]:
    """How welcome each stage is, from 0 to 1; empty where the start says nothing about stages."""
    start, order = found.start, list(reference.ontology.stages)
    if start.card is None:
        asked = [name for name in order if reference.ontology.stages[name].zh in start.start.text]
        return dict.fromkeys(asked, 1.0)
    wishes = start.card.type in found.roles.wishes
    stage = start.stage if wishes or found.origin is None else found.origin.stage
    if stage not in order:
        return {}
    if mode == "supplement" or wishes:
        return {stage: 1.0}
    if mode == "complement":
        return {name: 1.0 for name in order if name != stage}
    at = order.index(stage)
    if start.card.type in found.roles.carriers:
        at = max([at, *(order.index(name) for name in _partner_stages(found) if name in order)])
    if at + 1 == len(order):
        return {order[at]: 1.0}
    return {order[at + 1]: 1.0} | dict.fromkeys(order[at + 2 :], _LATER)


def _suggested(stages: Mapping[str, float], mode: str, start: Understood, reference: Reference) -> list[str]:
    """Target types where none are named."""
    types = reference.ontology.entity_types.values()
    if mode == "supplement" and start.card is not None and start.start.kind == "entity":
        return [start.card.type]
    best = {name for name, welcome in stages.items() if welcome == 1.0} or set(reference.ontology.stages)
    found = [t.name for t in types if t.stage in best]
    return found + [t.name for t in types if t.enabler] if mode == "complement" else found


def _score(
    pool: Sequence[Candidate],
    found: Surroundings,
    mode: str,
    weights: Mapping[str, float],
    stages: Mapping[str, float],
    place: Sequence[str],
    texts: Sequence[float],
    reference: Reference,
) -> list[Scored]:
    wanted = found.start.fields or {}
    near = _proximity(pool, found)
    newest = max((_year(link.relation.last_seen) for link in found.links), default=0)
    partners = _partner_stages(found)
    home = place or found.start.place
    scored = []
    for candidate, text in zip(pool, texts, strict=True):
        shares = {
            "field": fit(candidate, wanted, reference) if wanted else 0.0,
            "text": text,
            "stage": _stage_share(candidate, mode, stages, partners, found),
            "region": reference.geography.nearness(home, candidate.card.place),
            "proximity": near.get(candidate.card.uid, 0.0),
            "evidence": _evidence_share(candidate, newest),
        }
        parts = {name: round(weights[name] * shares[name], 6) for name in PARTS}
        scored.append(Scored(candidate, parts))
    return sorted(scored, key=lambda item: (-item.score, item.candidate.card.uid))


def _own_text(start: Understood) -> str:
    return start.start.text if start.card is None else f"{start.card.name}。{start.card.description}"


def _likenesses(
    pool: Sequence[Candidate], likeness: Likeness, embedder: Embedder, reference: Reference
) -> Plan[list[float]]:
    """Likeness of what candidates say to the start, by stored vectors where they are up to date."""
    roles = roles_of(reference.ontology)
    rows: tuple[CatalogueRow, ...] = yield match_queries.described(
        uids=[candidate.card.uid for candidate in pool],
        field_relations=roles.field_relations,
        field_types=roles.field_types,
        model=embedder.name,
    )
    by_uid = {row.entity.uid: row for row in rows}
    known = [candidate.card.uid for candidate in pool if candidate.card.uid in by_uid]
    found = [by_uid[uid] for uid in known]
    passages = [record_of(row, reference).passage for row in found]
    if not found:
        return [0.0] * len(pool)
    shares = dict(zip(known, likeness.shares(passages, current_vectors(found, passages, embedder)), strict=True))
    return [float(shares.get(candidate.card.uid, 0.0)) for candidate in pool]


def _text_shares(pool: Sequence[Candidate], found: Surroundings) -> list[float]:
    query = f"{_own_text(found.start)}。{'、'.join(found.start.fields or {})}"
    texts = [f"{c.card.name}。{c.card.description}。{'、'.join(c.fields)}" for c in pool]
    if not texts:
        return []
    ranked = TextIndex(texts).scores(query)
    best = float(ranked.max())
    return [float(score) / best if best > 0 else 0.0 for score in ranked]


def _proximity(pool: Sequence[Candidate], found: Surroundings) -> dict[str, float]:
    graph: dict[str, dict[str, float]] = {}
    for link in found.links:
        for one, other in ((link.source, link.entity.uid), (link.entity.uid, link.source)):
            edges = graph.setdefault(one, {})
            edges[other] = max(edges.get(other, 0.0), sureness(link) or 1e-6)
    seeds = {uid: 1.0 for uid in _seeds(found) if uid in graph}
    if not seeds:
        return {}
    ranks = personalised_pagerank(graph, seeds)
    best = max((ranks.get(candidate.card.uid, 0.0) for candidate in pool), default=0.0)
    return {c.card.uid: ranks.get(c.card.uid, 0.0) / best for c in pool} if best > 0 else {}


def _seeds(found: Surroundings) -> list[str]:
    """Where the start stands in the graph: itself, or the entities of its fields."""
    if found.start.card is not None:
        return [found.start.card.uid]
    names = found.start.fields or {}
    return sorted({link.source for link in found.links if link.source not in found.inside and names})


def _partner_stages(found: Surroundings) -> set[str]:
    """Stages at which the start has a stated partner, for a result the stages it has reached."""
    if found.origin is None:
        return set()
    stated = [uid for uid, link in found.origin.links.items() if link.relation.status == "stated"]
    return {c.stage for uid in stated if (c := found.inside.get(uid)) is not None}


def _stage_share(
    candidate: Candidate, mode: str, stages: Mapping[str, float], partners: set[str], found: Surroundings
) -> float:
    if candidate.card.type in found.roles.enablers:
        return _ENABLER
    share = stages.get(candidate.stage, 0.0) if stages else 0.5
    return share * 0.5 if mode == "complement" and candidate.stage in partners else share


def _evidence_share(candidate: Candidate, newest: int) -> float:
    ties = (*candidate.fields.values(), *candidate.hosts.values(), *candidate.carriers.values())
    links = [tie.link for tie in ties if tie.link is not None] + list(candidate.links.values())
    support = max((link.relation.support for link in links), default=0)
    year = max((_year(link.relation.last_seen) for link in links), default=0)
    fresh = 0.5 ** ((newest - year) / _HALF_LIFE) if year else 0.0
    return float((1 - 0.5**support) * (1 - _RECENCY + _RECENCY * fresh))


def _year(date: str) -> int:
    return int(date[:4]) if date[:4].isdigit() else 0


def _diverse(scored: Sequence[Scored], limit: int, diversity: float) -> list[Scored]:
    """Maximal marginal relevance (J. Carbonell, J. Goldstein, SIGIR 1998) over fields, hosts, places and types."""
    if not diversity:
        return list(scored[:limit])
    rest, chosen = list(scored[: limit * 5]), list[Scored]()
    traits = {item.candidate.card.uid: _traits(item.candidate) for item in rest}
    while rest and len(chosen) < limit:

        def value(item: Scored) -> float:
            mine = traits[item.candidate.card.uid]
            alike = max((_overlap(mine, traits[other.candidate.card.uid]) for other in chosen), default=0.0)
            return (1 - diversity) * item.score - diversity * alike

        best = max(rest, key=value)
        rest.remove(best)
        chosen.append(best)
    return chosen


def _traits(candidate: Candidate) -> frozenset[str]:
    return frozenset((*candidate.fields, *candidate.hosts, *candidate.card.place, candidate.card.type))


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 0.0


def _walk(found: Surroundings, roads: Ways, uid: str) -> tuple[Link, ...]:
    """The best path from the start to a candidate over the relations read; empty where there is none."""
    best: tuple[float, tuple[Link, ...]] | None = None
    for seed in _seeds(found)[:3]:
        if seed == uid:
            continue
        for cost, steps in rank(roads, seed, uid, max_hops=_HOPS, k=1):
            if best is None or cost < best[0]:
                best = cost, steps
    return best[1] if best else ()


def _item(
    item: Scored,
    best: Scored | None,
    walk: Sequence[Link],
    found: Surroundings,
    weights: Mapping[str, float],
    sentences: Mapping[str, Evidence],
    reference: Reference,
) -> Recommendation:
    names = {c.card.uid: c.card.ref for c in found.inside.values()}
    names |= {link.entity.uid: link.entity.ref for link in found.links}
    if found.start.card is not None:
        names[found.start.card.uid] = found.start.card.ref
    path: list[PathStep] = []
    for link in walk:
        source = names.get(link.source) or EntityRef(link.source, "", link.source)
        path.append(step_of(link, source, sentences))
    shown: dict[str, Evidence] = {e.sentence: e for step in path for e in step.evidence}
    for tie in sorted(item.candidate.fields.values(), key=lambda tie: -tie.weight):
        for uid in tie.link.evidence if tie.link is not None else ():
            if uid in sentences:
                shown.setdefault(uid, sentences[uid])
    return Recommendation(
        entity=item.candidate.card.ref,
        score=item.score,
        parts=item.parts,
        path=tuple(path),
        evidence=tuple(shown.values())[:_SENTENCES],
        change=None if best is None or item is best else smallest_change(item, best, weights, found, reference),
    )


def smallest_change(
    item: Scored, best: Scored, weights: Mapping[str, float], found: Surroundings, reference: Reference
) -> Change:
    """The part that, raised the least of its own range, would lift a candidate to the first place."""
    short = round(best.score - item.score, 6)
    options = []
    for name in PARTS:
        weight = weights[name]
        room = weight - item.parts[name]
        if weight and room >= short:
            options.append((short / weight, PARTS.index(name), name))
    if not options:
        text = f"No single part can make up {short:.3f}; several must rise."
        return Change("several", short, text)
    _, _, name = min(options)
    now, weight = item.parts[name] / weights[name], weights[name]
    then = min(1.0, now + short / weight)
    return Change(name, short, f"{_advice(name, item.candidate, found, reference)} ({name} {now:.2f} to {then:.2f}).")


def _advice(name: str, candidate: Candidate, found: Surroundings, reference: Reference) -> str:
    subject = candidate.card.name
    wanted = "、".join(list(found.start.fields or {})[:3])
    home = reference.geography.display(found.start.place)
    return {
        "field": f"{subject} would have to work on {wanted or 'the field of the start'} more closely",
        "text": f"{subject} would have to describe what the start asks for in more of its words",
        "stage": f"{subject} would have to stand at the stage that is wanted",
        "region": f"{subject} would have to be nearer to {home or 'the region asked for'}",
        "proximity": f"{subject} would need a closer stated relation with the start",
        "evidence": f"{subject} would need more, and more recent, documents",
    }[name]
