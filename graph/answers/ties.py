"""How strongly two entities hang together: by stated relations or by a shared field or host.

    stated, direct        c of the relation (0.7 of it if only planned)
    stated, handed on     0.9 · c1 · c2, through an achievement or project that both have a stated relation with
    shared field          0.5 · w1(f) · w2(g) · similarity(f, g) · sqrt(specificity(f) · specificity(g))
    shared host           0.4 · c1 · c2 · specificity(host)

What documents state counts for more than what two have in common. c is a relation's confidence, w an entity's tie to
its field: the relation's confidence, 0.9 for a field of its record, 0.7 for a field in its name, 0.8 · c for the field of an achievement or project of its own. Similarity is that of
graph/fields.py. Specificity is an inverse document frequency (K. Sparck Jones, 1972), scaled to 0..1:
1 - ln(1 + d) / ln(1 + N) for d relations of the field or host among N entities; so sharing 人工智能 says little and
sharing 质子交换膜 much. A field that is no entity takes its specificity from the hierarchy.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from graph.answers.roles import Roles
from graph.answers.values import EntityCard, EntityRef, Via
from graph.fields import Fields, normal_form
from graph.model import normalise_name
from graph.queries.rows import Link

PLANNED = 0.7
HANDED_ON = 0.9
SHARED_FIELD = 0.5
SHARED_HOST = 0.4
FIELD_OF_RECORD = 0.9
FIELD_OF_NAME = 0.7
FIELD_OF_CARRIER = 0.8
_NEAR_FIELD = 0.5
_HUB_CARRIER = 50


@dataclass(frozen=True, slots=True)
class Tie:
    """An entity's tie to a field or host: its weight, the relation behind it, and the other end if an entity."""

    weight: float
    link: Link | None = None
    entity: EntityRef | None = None


@dataclass(slots=True)
class Candidate:
    """An entity of a stage with what ties it to others. Filled while the surroundings are read, then left alone."""

    card: EntityCard
    stage: str
    fields: dict[str, Tie] = field(default_factory=dict)
    hosts: dict[str, Tie] = field(default_factory=dict)
    carriers: dict[str, Tie] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    enablers: dict[str, Link] = field(default_factory=dict)
    text: float = 0.0


@dataclass(frozen=True, slots=True)
class Joint:
    """A link between two entities: its strength (0 to 1), how it comes about, and the relations that state it."""

    strength: float
    via: Via
    links: tuple[Link, ...] = ()

    @property
    def stated(self) -> bool:
        """Whether relations alone make it."""
        return self.via.status != "inferred"

    @property
    def support(self) -> int:
        """Documents that state the least supported of its relations; 0 without relations."""
        return min((link.relation.support for link in self.links), default=0)


def sureness(link: Link) -> float:
    """A relation's confidence, less if it is only planned."""
    return link.relation.confidence * (1.0 if link.relation.status == "stated" else PLANNED)


def specificity(degree: int, size: int) -> float:
    """How much sharing something with so many relations says, from 0 to 1 (see the module)."""
    if size < 2:
        return 1.0
    return max(0.0, 1 - math.log(1 + degree) / math.log(1 + size))


@dataclass(frozen=True, slots=True)
class Weigher:
    """Weighs links between candidates.

    Attributes:
        fields: The hierarchy.
        size: Number of entities in the graph.
        degrees: Relations of each field that is an entity, by canonical name.
        stated_only: Whether inferred links count for nothing.
    """

    fields: Fields
    size: int
    degrees: Mapping[str, int]
    stated_only: bool = False
    # By two fields: how alike they are, and the strength of sharing them; (0, 0) if they are not near.
    _shares: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict, repr=False)

    def specific(self, name: str) -> float:
        """Specificity of a field: by its relations where it is an entity, else by the hierarchy."""
        if name in self.degrees:
            return specificity(self.degrees[name], self.size)
        return self.fields.specificity(name)

    def joint(self, one: Candidate, other: Candidate) -> Joint | None:
        """The best link between two candidates: stated ones before inferred ones, then by strength; None for none."""
        stated = [*self._direct(one, other), *self._handed_on(one, other)]
        if stated:
            return max(stated, key=lambda joint: joint.strength)
        if self.stated_only:
            return None
        inferred = [*self._shared_field(one, other), *self._shared_host(one, other)]
        return max(inferred, key=lambda joint: joint.strength, default=None)

    def to_field(self, candidate: Candidate, wanted: Mapping[str, float], exact: EntityRef | None) -> Joint | None:
        """The best tie of a candidate to fields asked for; stated if it is a relation with the entity asked for."""
        best: Joint | None = None
        for name, tie in candidate.fields.items():
            for want, weight in wanted.items():
                alike = self.fields.similarity(name, want)
                if alike < _NEAR_FIELD:
                    continue
                strength = tie.weight * weight * alike
                same = tie.link is not None and exact is not None and tie.entity == exact
                if self.stated_only and not same:
                    continue
                if best is None or (same, strength) > (best.stated, best.strength):
                    best = Joint(strength, self._field_via(tie, alike, strength, same), (tie.link,) if tie.link else ())
        return best

    def _field_via(self, tie: Tie, alike: float, strength: float, same: bool) -> Via:
        if same and tie.link is not None:
            relation = tie.link.relation
            planned = relation.status != "stated"
            return Via(relation.type, "planned" if planned else "stated", round(strength, 6), None, relation.uid)
        kind = "SHARED_FIELD" if alike == 1.0 else "RELATED_FIELD"
        return Via(kind, "inferred", round(strength, 6), tie.entity)

    def _direct(self, one: Candidate, other: Candidate) -> Iterable[Joint]:
        link = one.links.get(other.card.uid) or other.links.get(one.card.uid)
        if link is not None:
            strength = sureness(link)
            planned = link.relation.status != "stated"
            via = Via(
                link.relation.type, "planned" if planned else "stated", round(strength, 6), None, link.relation.uid
            )
            yield Joint(strength, via, (link,))

    def _handed_on(self, one: Candidate, other: Candidate) -> Iterable[Joint]:
        for uid in one.carriers.keys() & other.carriers.keys():
            first, second = one.carriers[uid], other.carriers[uid]
            if first.link is None or second.link is None or second.link.degree > _HUB_CARRIER:
                continue
            strength = HANDED_ON * first.weight * second.weight
            relations = (first.link.relation, second.link.relation)
            planned = any(relation.status != "stated" for relation in relations)
            via = Via(
                relations[1].type,
                "planned" if planned else "stated",
                round(strength, 6),
                second.entity,
                relations[1].uid,
            )
            yield Joint(strength, via, (first.link, second.link))

    def _shared_field(self, one: Candidate, other: Candidate) -> Iterable[Joint]:
        for name, twin in self._field_pairs(one, other):
            share = self._shares.get((name, twin))
            if share is None:
                share = self._shares[name, twin] = self._share(name, twin)
            first, second = one.fields[name], other.fields[twin]
            alike, strength = share
            strength *= first.weight * second.weight
            if strength > 0:
                kind = "SHARED_FIELD" if alike == 1.0 else "RELATED_FIELD"
                via = Via(kind, "inferred", round(strength, 6), second.entity or first.entity)
                yield Joint(strength, via, tuple(t.link for t in (second, first) if t.link is not None))

    def _field_pairs(self, one: Candidate, other: Candidate) -> Iterable[tuple[str, str]]:
        """Pairs of fields that may be near: all of the hierarchy's, and those outside of it that are the same."""
        (known, strange), (known_too, strange_too) = self._split(one), self._split(other)
        yield from itertools.product(known, known_too)
        for key in sorted(strange.keys() & strange_too.keys()):
            yield strange[key], strange_too[key]

    def _split(self, candidate: Candidate) -> tuple[list[str], dict[str, str]]:
        """The candidate's fields that the hierarchy knows, and the others by their normal form."""
        known: list[str] = []
        strange: dict[str, str] = {}
        for name in candidate.fields:
            if self.fields.code(name) is None:
                strange[normal_form(name)] = name
            else:
                known.append(name)
        return known, strange

    def _share(self, name: str, twin: str) -> tuple[float, float]:
        alike = 1.0 if name == twin else self.fields.similarity(name, twin)
        if alike < _NEAR_FIELD:
            return 0.0, 0.0
        return alike, SHARED_FIELD * alike * math.sqrt(self.specific(name) * self.specific(twin))

    def _shared_host(self, one: Candidate, other: Candidate) -> Iterable[Joint]:
        for uid in one.hosts.keys() & other.hosts.keys():
            first, second = one.hosts[uid], other.hosts[uid]
            degree = second.link.degree if second.link else 0
            strength = SHARED_HOST * first.weight * second.weight * specificity(degree, self.size)
            if strength > 0:
                via = Via("SHARED_HOST", "inferred", round(strength, 6), second.entity)
                yield Joint(strength, via, tuple(t.link for t in (second, first) if t.link is not None))


def add_link(candidate: Candidate, link: Link, roles: Roles, fields: Fields) -> None:
    """Notes what a relation of a candidate ties it to."""
    other, kind = link.entity, link.relation.type
    weight = sureness(link)
    tie = Tie(weight, link, other.ref)
    if other.type in roles.field_types and kind in roles.field_relations:
        _keep(candidate.fields, fields.canonical(other.name), tie)
    if kind in roles.host_relations and other.type not in roles.carriers:
        _keep(candidate.hosts, other.uid, tie)
    if other.type in roles.carriers:
        _keep(candidate.carriers, other.uid, tie)
        for name in (*map(fields.canonical, other.fields), *fields.find(other.name)):
            _keep(candidate.fields, name, Tie(FIELD_OF_CARRIER * weight, link, other.ref))
    if kind in roles.joins:
        known = candidate.links.get(other.uid)
        if known is None or sureness(known) < weight:
            candidate.links[other.uid] = link
    if other.type in roles.enablers:
        candidate.enablers.setdefault(other.uid, link)


def add_own_fields(candidate: Candidate, fields: Fields, wanted: Iterable[str] = ()) -> None:
    """Notes the fields of a candidate's record and of its name; ``wanted`` may be new to the hierarchy."""
    for name in candidate.card.fields:
        _keep(candidate.fields, fields.canonical(name), Tie(FIELD_OF_RECORD))
    for name in fields.find(candidate.card.name):
        _keep(candidate.fields, name, Tie(FIELD_OF_NAME))
    for name in wanted:
        if normalise_name(name) in normalise_name(candidate.card.name):
            _keep(candidate.fields, name, Tie(FIELD_OF_NAME))


def _keep(ties: dict[str, Tie], key: str, tie: Tie) -> None:
    known = ties.get(key)
    # A relation beats a bare property of the same weight or more: it has sentences.
    if known is None or (tie.link is not None, tie.weight) > (known.link is not None, known.weight):
        ties[key] = tie
