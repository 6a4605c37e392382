"""Reads who stands around a start at each stage of the chain, in a bounded number of bounded queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from graph.answers.reference import Reference
from graph.answers.roles import Roles, roles_of
from graph.answers.search import words_of
from graph.answers.starts import Understood, with_fields
from graph.answers.ties import Candidate, add_link, add_own_fields
from graph.answers.values import EntityCard
from graph.geography import accepts
from graph.model import normalise_name
from graph.queries import chains as queries
from graph.queries import match as match_queries
from graph.queries import paths as path_queries
from graph.queries.rows import Link
from graph.store.query import Plan

# Bounds of the queries. A chain needs a few good candidates a stage, not all of them.
ANCHORS = 12
KEYS = 300
CAP = 12
NAMED_SCAN = 400
SCAN = 20_000
FAN_OUT = 24
HUB = 2000
FRESH = 4
RELATED = 0.6
PER_STAGE = 10
OUTSIDE = 8
NEAR = 40
NEAR_SCAN = 200


@dataclass(frozen=True, slots=True)
class Filters:
    """What counts.

    Attributes:
        members: Prefixes of region codes; empty for anywhere.
        stated_only: Only relations that are stated, no inferred links.
        min_confidence: Smallest confidence of a relation.
        since: Smallest ``last_seen``, or ``""``.
        until: Largest ``first_seen``, or ``""``.
        extra: Entity types outside the chain that are collected too, each under its own name as a stage.
    """

    members: frozenset[str] = frozenset()
    stated_only: bool = False
    min_confidence: float = 0.0
    since: str = ""
    until: str = ""
    extra: tuple[str, ...] = ()

    def passes(self, link: Link) -> bool:
        """Whether a relation counts."""
        relation = link.relation
        return (
            relation.confidence >= self.min_confidence
            and (not self.stated_only or relation.status == "stated")
            and (not self.since or relation.last_seen >= self.since)
            and (not self.until or relation.first_seen <= self.until)
        )


@dataclass(frozen=True, slots=True)
class Nearest:
    """A vector by a model; entities whose stored vectors are near to it are candidates too."""

    model: str
    vector: Sequence[float]


@dataclass(slots=True)
class Surroundings:
    """What was read. ``inside`` and ``outside`` (of the region asked for) hold candidates by uid.

    Attributes:
        start: The start as understood, with the fields that its relations add.
        origin: The start itself as a candidate, where it is an entity.
        degrees: Relations of each field that is an entity, by canonical name.
        size: Number of entities in the graph.
        truncated: Whether a bound left something out.
        links: Every relation read.
        extra: As in Filters.
    """

    start: Understood
    roles: Roles
    origin: Candidate | None = None
    inside: dict[str, Candidate] = field(default_factory=dict)
    outside: dict[str, Candidate] = field(default_factory=dict)
    degrees: dict[str, int] = field(default_factory=dict)
    size: int = 0
    truncated: bool = False
    links: list[Link] = field(default_factory=list)
    extra: tuple[str, ...] = ()

    @property
    def stages(self) -> dict[str, str]:
        """Stage of each entity type that is collected."""
        return self.roles.stages | {name: name for name in self.extra}

    def stage(self, name: str) -> list[Candidate]:
        """Candidates of a stage inside the region."""
        return [candidate for candidate in self.inside.values() if candidate.stage == name]


def read(
    start: Understood,
    filters: Filters,
    reference: Reference,
    nearest: Nearest | None = None,
    *,
    own_fields: bool = True,
) -> Plan[Surroundings]:
    """Who stands around a start: at most eight queries.

    Args:
        start: What the question starts from.
        filters: Who counts.
        reference: Ontology, regions and fields.
        nearest: A vector whose nearest entities count too.
        own_fields: Whether the fields that an entity states count beside those of the start.
    """
    roles = roles_of(reference.ontology)
    found = Surroundings(start, roles, extra=filters.extra)
    found.size = yield queries.size()
    if start.card is not None and start.start.kind == "entity":
        found.origin = Candidate(start.card, _own_stage(start, roles))
        add_own_fields(found.origin, reference.fields)
        links = yield from _expand([start.card.uid], filters, roles, fan_out=FAN_OUT * 3)
        found.links += links
        for link in links:
            add_link(found.origin, link, roles, reference.fields)
        if own_fields:
            found.start = with_fields(start, _fields_of(found.origin, start))
        _collect(found, (link.entity for link in links), filters, reference)
    wanted = found.start.fields or {}
    if wanted:
        yield from _around_fields(found, wanted, filters, reference)
    elif start.start.kind == "region":
        rows: tuple[queries.Weighted, ...] = yield queries.in_region(
            members=sorted(filters.members), stages=found.stages, cap=PER_STAGE
        )
        _collect(found, (row.entity for row in rows), filters, reference)
    if words := _words(found.start, reference):
        named: tuple[queries.Weighted, ...] = yield queries.named_like(
            words=words, stages=found.stages, members=sorted(filters.members), scan=NAMED_SCAN, cap=CAP
        )
        most = max((row.score for row in named), default=0.0) or 1.0
        for row in named:
            candidate = _add(found, row.entity, filters, reference)
            if candidate is not None:
                candidate.text = max(candidate.text, row.score / most)
    if nearest is not None:
        close: tuple[queries.Weighted, ...] = yield match_queries.nearest(
            vector=nearest.vector, model=nearest.model, types=list(found.stages), scan=NEAR_SCAN, limit=NEAR
        )
        for at, row in enumerate(close):
            candidate = _add(found, row.entity, filters, reference)
            if candidate is not None:
                candidate.text = max(candidate.text, 1 - at / NEAR)
    _trim(found, reference)
    known = set(found.inside)
    links = yield from _expand(sorted(known), filters, roles)
    fresh = _note(found, links, reference)
    _collect(found, fresh, filters, reference)
    added = _newest(found, known)
    if added:
        links = yield from _expand(added, filters, roles)
        _note(found, links, reference)
    return found


def _around_fields(
    found: Surroundings, wanted: Mapping[str, float], filters: Filters, reference: Reference
) -> Plan[None]:
    """Adds the candidates that state a relation with one of the fields or of their near relatives."""
    fields, roles = reference.fields, found.roles
    near: dict[str, float] = {}
    for name, weight in wanted.items():
        for other, alike in fields.related(name, RELATED).items():
            near[other] = max(near.get(other, 0.0), alike * weight)
    names = sorted(near, key=lambda name: (-near[name], name))
    keys = dict.fromkeys(normalise_name(synonym) for name in names for synonym in fields.synonyms(name))
    rows: tuple[queries.Weighted, ...] = yield queries.field_entities(
        keys=list(keys)[:KEYS], types=roles.field_types, limit=ANCHORS * 5
    )
    anchors: dict[str, EntityCard] = {}
    start = found.start.card
    if start is not None and found.start.start.kind == "field":
        anchors[start.uid] = start
        name = next(iter(wanted))
        found.degrees[name] = found.degrees.get(name, 0) + start.degree
    ranked = sorted(
        rows, key=lambda row: (-near.get(fields.canonical(row.matched), 0.0), -row.entity.degree, row.entity.uid)
    )
    for row in ranked:
        if row.entity.uid not in anchors:
            anchors[row.entity.uid] = row.entity
            name = fields.canonical(row.entity.name)
            found.degrees[name] = found.degrees.get(name, 0) + row.entity.degree
    chosen = list(anchors)[:ANCHORS]
    found.truncated |= len(anchors) > ANCHORS
    _collect(found, (anchors[uid] for uid in chosen), filters, reference)
    if not chosen:
        return
    links: tuple[Link, ...] = yield queries.around(
        uids=chosen,
        relations=roles.field_relations,
        stages=found.stages,
        members=sorted(filters.members),
        min_confidence=filters.min_confidence,
        stated_only=filters.stated_only,
        since=filters.since,
        until=filters.until,
        scan=SCAN,
        cap=CAP,
    )
    found.links += links
    for link in links:
        candidate = _add(found, link.entity, filters, reference)
        if candidate is not None:
            anchor = anchors[link.source]
            back = Link(link.entity.uid, anchor, anchor.degree, link.relation, link.evidence)
            add_link(candidate, back, roles, fields)


def _expand(uids: Sequence[str], filters: Filters, roles: Roles, fan_out: int = FAN_OUT) -> Plan[tuple[Link, ...]]:
    if not uids:
        return ()
    links: tuple[Link, ...] = yield path_queries.expand(
        uids=uids,
        ends=uids if len(uids) == 1 else [],
        relations=roles.walked,
        types=[],
        without=roles.without,
        min_confidence=filters.min_confidence,
        stated_only=filters.stated_only,
        since=filters.since,
        hub=HUB,
        fan_out=fan_out,
    )
    return tuple(link for link in links if filters.passes(link))


def _collect(found: Surroundings, cards: Iterable[EntityCard], filters: Filters, reference: Reference) -> None:
    for card in cards:
        _add(found, card, filters, reference)


def _add(found: Surroundings, card: EntityCard, filters: Filters, reference: Reference) -> Candidate | None:
    """The candidate of an entity, made if new; None for the start itself and for entities of no stage."""
    known = found.inside.get(card.uid) or found.outside.get(card.uid)
    if known is not None:
        return known
    if found.origin is not None and card.uid == found.origin.card.uid:
        return None
    stage = card.type if card.type in found.extra else card.stage or found.roles.stages.get(card.type, "")
    if stage not in (*found.roles.order, *found.extra) or card.type in found.roles.wishes - set(found.extra):
        return None
    place = card.place or _named_place(card.name, reference)
    candidate = Candidate(replace(card, place=place), stage)
    add_own_fields(candidate, reference.fields, found.start.fields or {})
    target = found.inside if _is_inside(candidate, filters.members, found.roles) else found.outside
    target[card.uid] = candidate
    return candidate


def _own_stage(start: Understood, roles: Roles) -> str:
    """The stage at which the start stands in a chain: none for a demand; a result without one is at the first."""
    if start.card is None or start.card.type in roles.wishes:
        return ""
    return start.stage or (roles.order[0] if start.card.type in roles.own_stage else "")


def _is_inside(candidate: Candidate, members: frozenset[str], roles: Roles) -> bool:
    """Whether a candidate counts as in the region; an industrial chain without a place is everywhere."""
    if not members:
        return True
    if candidate.card.place:
        return accepts(members, candidate.card.place)
    return candidate.stage == roles.order[-1]


def _named_place(name: str, reference: Reference) -> tuple[str, ...]:
    places = reference.geography.mentioned(name)
    return reference.geography.path(places[0].code) if places else ()


def _note(found: Surroundings, links: Iterable[Link], reference: Reference) -> list[EntityCard]:
    """Adds relations to the candidates they belong to; returns the entities that they lead to."""
    cards = []
    for link in links:
        found.links.append(link)
        candidate = found.inside.get(link.source) or found.outside.get(link.source)
        if candidate is None:
            continue
        add_link(candidate, link, found.roles, reference.fields)
        if link.entity.type in found.roles.field_types:
            found.degrees.setdefault(reference.fields.canonical(link.entity.name), link.degree)
        if link.relation.type in found.roles.place_relations and link.direction == "out" and not candidate.card.place:
            place = link.entity.place or reference.geography.codes(link.entity.name)
            candidate.card = replace(candidate.card, place=place)
        cards.append(link.entity)
    return cards


def _newest(found: Surroundings, known: set[str]) -> list[str]:
    """The candidates added since, at most a few a stage; the others are dropped again."""
    kept: list[str] = []
    counts: dict[str, int] = {}
    for uid in sorted(set(found.inside) - known):
        stage = found.inside[uid].stage
        counts[stage] = counts.get(stage, 0) + 1
        if counts[stage] <= FRESH:
            kept.append(uid)
        else:
            del found.inside[uid]
            found.truncated = True
    return kept


def _trim(found: Surroundings, reference: Reference) -> None:
    """Keeps the best candidates of each stage on each side of the border, by field fit, then text, then uid."""
    wanted = found.start.fields or {}
    for side, cap in ((found.inside, PER_STAGE), (found.outside, OUTSIDE)):
        for stage in (*found.roles.order, *found.extra):
            candidates = [candidate for candidate in side.values() if candidate.stage == stage]
            candidates.sort(key=lambda c: (-fit(c, wanted, reference), -c.text, c.card.uid))
            for candidate in candidates[cap:]:
                del side[candidate.card.uid]
                found.truncated = True


def fit(candidate: Candidate, wanted: Mapping[str, float], reference: Reference) -> float:
    """How well a candidate's fields meet the fields wanted, from 0 to 1; 1 where none are wanted."""
    if not wanted:
        return 1.0
    best = 0.0
    for name, tie in candidate.fields.items():
        for want, weight in wanted.items():
            best = max(best, tie.weight * weight * reference.fields.similarity(name, want))
    return min(best, 1.0)


def _fields_of(origin: Candidate, start: Understood) -> dict[str, float]:
    fields = dict(start.fields or {})
    for name, tie in sorted(origin.fields.items(), key=lambda item: (-item[1].weight, item[0])):
        fields[name] = max(fields.get(name, 0.0), tie.weight)
    best = sorted(fields, key=lambda name: (-fields[name], name))[:12]
    return {name: fields[name] for name in best}


def _words(start: Understood, reference: Reference) -> str:
    """A full-text query: the names of the fields as phrases, or the words of a text."""
    names = [synonym for name in start.fields or {} for synonym in reference.fields.synonyms(name)[:4]]
    phrases = [f'"{words}"' for name in names[:24] if len(words := words_of(name)) > 1]
    if phrases:
        return " OR ".join(phrases)
    if start.start.kind == "region":
        return ""
    text = start.start.text if start.card is None else f"{start.card.name} {start.card.description}"
    return words_of(text[:200])
