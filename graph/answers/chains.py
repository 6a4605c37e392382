"""Chains: which way leads from a start through the stages, on what evidence, and where it is broken.

Candidates of each stage are read from the graph (graph/answers/surroundings.py), their links weighed
(graph/answers/ties.py) and the best chains found (graph/answers/chaining.py). A chain's score is the mean over its
stages of

    0.5 · link + 0.25 · field fit + 0.1 · region fit + 0.15 · evidence

where link is the strength of the step's link to the step before it (seen from the step that touches the start), the
evidence part is 1 - 2^-(documents), and a missing stage counts nothing. The weights are a choice: a stated link is
worth most.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from graph.answers.chaining import SKIP, Board, Pick, best_chains
from graph.answers.entities import resolve
from graph.answers.fillers import fillers
from graph.answers.limits import MAX_K, check_choice, check_date, check_range, check_share
from graph.answers.paths import fetch_sentences
from graph.answers.reference import Reference
from graph.answers.roles import roles_of
from graph.answers.starts import Understood, understand, with_fields
from graph.answers.surroundings import Filters, Surroundings, fit, read
from graph.answers.ties import Candidate, Joint, Weigher
from graph.answers.values import Chain, Chains, ChainStep, Enabler, Evidence, Filler, Gap, Via
from graph.errors import InvalidInput
from graph.geography import accepts
from graph.queries.rows import Link
from graph.store.query import Plan

WEIGHTS: Mapping[str, float] = {"link": 0.5, "field": 0.25, "region": 0.1, "evidence": 0.15}
# Showing a candidate again costs as much as a step of middling quality is worth.
_SHOWN = 0.4
_TEXT_LINK = 0.5
_REGION_LINK = 0.1
_FILLERS = 5
_ENABLERS = 3
_SENTENCES = 4
_DIRECTIONS = ("both", "forward", "backward")


@dataclass(frozen=True, slots=True)
class Table:
    """Everything that chains over one set of surroundings need."""

    found: Surroundings
    stages: tuple[str, ...]
    candidates: Mapping[str, Candidate]
    weigher: Weigher
    board: Board
    touches: Mapping[str, Joint]
    members: frozenset[str]
    around: tuple[frozenset[str], ...]
    reference: Reference

    def joint(self, one: str, other: str) -> Joint | None:
        """The link between two candidates."""
        return self.weigher.joint(self.candidates[one], self.candidates[other])


def chains(
    start: str,
    *,
    region: str = "",
    field: str = "",
    limit: int = 5,
    direction: str = "both",
    target: str = "",
    stated_only: bool = False,
    min_confidence: float = 0.0,
    since: str = "",
    until: str = "",
    reference: Reference | None = None,
) -> Plan[Chains]:
    """The best chains from a start, different from one another, with evidence, gaps and who could fill them.

    Args:
        start: uid or name of an entity, a field, a region, or a free text.
        region: Only entities in this region; the fillers of gaps may lie outside.
        field: Look at this field instead of those of the start.
        limit: Most chains, 1 to 50.
        direction: ``forward`` from the start's stage, ``backward`` to it, or ``both``; the same for starts of no stage.
        target: Stage at which the chains end, or uid or name of an entity that they must hold.
        stated_only: No inferred steps.
        min_confidence: Smallest confidence of a relation, 0 to 1.
        since: Leave out relations last seen before this ISO date.
        until: Leave out relations first seen after this ISO date.
        reference: Ontology, regions and fields; the built-in ones by default.

    Returns:
        Every step of the range of stages in order: ``stated``, ``inferred`` or ``missing``. About 15 queries.

    Raises:
        NotFound: The start, field or target is unknown.
        InvalidInput: A limit, date, region or direction is out of range.
    """
    reference = reference or Reference.load()
    check_range("limit", limit, MAX_K)
    check_choice("direction", direction, _DIRECTIONS)
    check_share("min_confidence", min_confidence)
    check_date("since", since)
    check_date("until", until)
    understood: Understood = yield from understand(start, reference=reference)
    if field.strip():
        name = yield from _field(field.strip(), reference)
        understood = with_fields(understood, {name: 1.0})
    named_region = region or understood.region
    members = reference.geography.members(named_region) if named_region else frozenset[str]()
    filters = Filters(members, stated_only, min_confidence, since, until)
    found: Surroundings = yield from read(understood, filters, reference, own_fields=not field.strip())
    stages, forced = yield from _range_of(found, direction, target, reference)
    table = _table(found, stages, forced, filters, named_region, reference)
    picks = _worth_showing(best_chains(table.board, k=limit, penalty=_SHOWN), found)
    needed = [link for pick in picks for link in _links(table, pick, _joints(table, pick))]
    sentences: dict[str, Evidence] = yield from fetch_sentences(needed)
    answer = tuple(_chain(table, pick, _joints(table, pick), sentences) for pick in picks)
    return Chains(found.start.start, answer, _gaps(table, picks, answer, named_region), found.truncated)


def _field(name: str, reference: Reference) -> Plan[str]:
    """The canonical name of a field of the hierarchy, or of an entity that is a field.

    Raises:
        NotFound: It is neither; the message names the nearest.
        InvalidInput: It names an entity that is no field.
    """
    if reference.fields.code(name) is not None:
        return reference.fields.canonical(name)
    card = yield from resolve(name, reference=reference)
    if card.type not in roles_of(reference.ontology).field_types:
        raise InvalidInput(f"{card.name} is a {card.type} and no field. Name a field such as 氢能, or leave it out.")
    return card.name


def _range_of(
    found: Surroundings, direction: str, target: str, reference: Reference
) -> Plan[tuple[tuple[str, ...], dict[str, str]]]:
    """The stages of the chains, and the entity that a stage must have."""
    order = found.roles.order
    first, last = 0, len(order) - 1
    forced: dict[str, str] = {}
    origin = found.origin
    if origin is not None and origin.stage in order:
        at = order.index(origin.stage)
        first, last = (at if direction == "forward" else first), (at if direction == "backward" else last)
        found.inside[origin.card.uid] = origin
        forced[origin.stage] = origin.card.uid
    if target:
        if target in order:
            last = order.index(target)
        else:
            card = yield from resolve(target, reference=reference)
            stage = card.stage or found.roles.stages.get(card.type, "")
            if stage not in order:
                raise InvalidInput(f"The target {card.name} fills no stage. Give a stage or an entity that fills one.")
            if stage in forced and forced[stage] != card.uid:
                raise InvalidInput(f"The target {card.name} stands at the stage of the start. Give one further along.")
            if card.uid not in found.inside:
                found.inside[card.uid] = found.outside.get(card.uid) or Candidate(card, stage)
            forced[stage] = card.uid
            last = max(order.index(stage), *(order.index(name) for name in forced))
        if first > last or any(order.index(name) > last for name in forced):
            raise InvalidInput(f"The target {target!r} lies before the start. Ask backward, or give a later stage.")
    return order[first : last + 1], forced


def _table(
    found: Surroundings,
    stages: tuple[str, ...],
    forced: Mapping[str, str],
    filters: Filters,
    region: str,
    reference: Reference,
) -> Table:
    wanted = found.start.fields or {}
    weigher = Weigher(reference.fields, found.size, found.degrees, filters.stated_only)
    candidates = {c.card.uid: c for c in found.inside.values() if c.stage in stages}
    values = [
        {c.card.uid: sum(_own_parts(c, found, filters.members, reference).values()) for c in found.stage(name)}
        for name in stages
    ]
    origin = found.origin if found.origin is not None and found.origin.card.uid in candidates else None
    touches: dict[str, Joint] = {}
    if origin is not None:
        touches[origin.card.uid] = Joint(1.0, Via("START", "stated", 1.0))
    else:
        for uid, candidate in candidates.items():
            joint = _touch(candidate, found, weigher, wanted)
            if joint is not None and joint.strength > 0:
                touches[uid] = joint
    touch = {uid: WEIGHTS["link"] * joint.strength for uid, joint in touches.items()}

    @functools.cache
    def link(one: str, other: str) -> float:
        joint = weigher.joint(candidates[one], candidates[other])
        return WEIGHTS["link"] * joint.strength if joint else 0.0

    board = Board(values, link, touch, {stages.index(name): uid for name, uid in forced.items() if name in stages})
    code = reference.geography.place(region).code if region else ""
    around = (
        tuple(reference.geography.members_of(area.code) for area in reference.geography.around(code)) if code else ()
    )
    return Table(found, stages, candidates, weigher, board, touches, filters.members, around, reference)


def _touch(candidate: Candidate, found: Surroundings, weigher: Weigher, wanted: Mapping[str, float]) -> Joint | None:
    """How a candidate is tied to a start that is not itself in the chain."""
    card = found.start.card
    if found.origin is not None:
        joint = weigher.joint(found.origin, candidate)
        if joint is not None:
            return joint
    if wanted:
        return weigher.to_field(candidate, wanted, card.ref if card is not None else None)
    if weigher.stated_only:
        return None
    if found.start.start.kind == "region":
        return Joint(_REGION_LINK, Via("IN_REGION", "inferred", _REGION_LINK))
    strength = round(_TEXT_LINK * candidate.text, 6)
    return Joint(strength, Via("SIMILAR_TEXT", "inferred", strength))


def _own_parts(
    candidate: Candidate, found: Surroundings, members: frozenset[str], reference: Reference
) -> dict[str, float]:
    """The weighted parts of a step that do not depend on its link."""
    if found.origin is candidate:
        shares = {"field": 1.0, "region": 1.0, "evidence": 1.0}
    else:
        place = candidate.card.place
        region = float(accepts(members, place)) if members else reference.geography.nearness(found.start.place, place)
        ties = (*candidate.fields.values(), *candidate.hosts.values(), *candidate.carriers.values())
        support = max((tie.link.relation.support for tie in ties if tie.link is not None), default=0)
        shares = {
            "field": fit(candidate, found.start.fields or {}, reference),
            "region": region,
            "evidence": 1 - 2.0**-support,
        }
    return {name: WEIGHTS[name] * share for name, share in shares.items()}


def _joints(table: Table, pick: Pick) -> list[tuple[Joint | None, float]]:
    """For each stage the link that reaches it from the centre's side, and how much of it is left across gaps."""
    present = [at for at, uid in enumerate(pick.uids) if uid is not None]
    joints: list[tuple[Joint | None, float]] = [(None, 1.0)] * len(pick.uids)
    for index, at in enumerate(present):
        if at == pick.centre:
            joints[at] = table.touches[pick.uids[at] or ""], 1.0
            continue
        beside = present[index + 1] if at < pick.centre else present[index - 1]
        one, other = sorted((at, beside))
        joint = table.joint(pick.uids[one] or "", pick.uids[other] or "")
        joints[at] = joint, SKIP ** (other - one - 1)
    return joints


def _worth_showing(picks: list[Pick], found: Surroundings) -> list[Pick]:
    """Drops chains of a single step where there are longer ones; a lone step says nothing about a way."""
    longer = [pick for pick in picks if sum(uid is not None for uid in pick.uids) > 1]
    return longer or picks[:1] if found.origin is not None else longer or picks


def _links(table: Table, pick: Pick, joints: Sequence[tuple[Joint | None, float]]) -> Iterable[Link]:
    for uid, (joint, _) in zip(pick.uids, joints, strict=True):
        if uid is not None:
            yield from (joint.links if joint else ())
            yield from list(table.candidates[uid].enablers.values())[:_ENABLERS]


def _chain(
    table: Table, pick: Pick, joints: Sequence[tuple[Joint | None, float]], sentences: Mapping[str, Evidence]
) -> Chain:
    count = len(table.stages)
    parts = dict.fromkeys(WEIGHTS, 0.0)
    steps = []
    chosen = {uid for uid in pick.uids if uid is not None}
    for stage, uid, (joint, left) in zip(table.stages, pick.uids, joints, strict=True):
        if uid is None:
            steps.append(ChainStep(stage, "missing", fillers=_fillers(table, stage, chosen)))
            continue
        candidate = table.candidates[uid]
        for name, share in _own_parts(candidate, table.found, table.members, table.reference).items():
            parts[name] += share / count
        parts["link"] += WEIGHTS["link"] * (joint.strength if joint else 0.0) * left / count
        steps.append(_step(table, candidate, joint, sentences))
    rounded = {name: round(share, 6) for name, share in parts.items()}
    return Chain(round(sum(rounded.values()), 6), rounded, tuple(steps))


def _step(table: Table, candidate: Candidate, joint: Joint | None, sentences: Mapping[str, Evidence]) -> ChainStep:
    found = table.found
    is_start = found.origin is candidate
    shown: dict[str, Evidence] = {}
    for link in joint.links if joint else ():
        for uid in link.evidence[:2]:
            if uid in sentences:
                shown.setdefault(uid, sentences[uid])
    enablers = tuple(
        Enabler(
            link.entity.ref,
            link.relation.type,
            tuple(sentences[uid] for uid in link.evidence[:1] if uid in sentences),
        )
        for link in list(candidate.enablers.values())[:_ENABLERS]
    )
    stated = is_start or (joint is not None and joint.stated)
    return ChainStep(
        stage=candidate.stage,
        status="stated" if stated else "inferred",
        entity=candidate.card.ref,
        via=joint.via if joint and not is_start else None,
        evidence=tuple(shown.values())[:_SENTENCES],
        enablers=enablers,
    )


def _fillers(table: Table, stage: str, chosen: Iterable[str]) -> tuple[Filler, ...]:
    taken = set(chosen)
    everybody = (*table.found.inside.values(), *table.found.outside.values())
    return fillers(
        (c for c in everybody if c.stage == stage and c.card.uid not in taken),
        wanted=table.found.start.fields or {},
        members=table.members,
        around=table.around,
        home=table.found.start.place,
        limit=_FILLERS,
        reference=table.reference,
    )


def _gaps(table: Table, picks: Sequence[Pick], chains: Sequence[Chain], region: str) -> tuple[Gap, ...]:
    """Stages without anybody of the field, those whose candidates are linked to nothing, and those only inferred."""
    wanted = table.found.start.fields or {}
    subject = "、".join(wanted) or table.found.start.start.text
    where = f" in {region}" if region else ""
    gaps = []
    for at, stage in enumerate(table.stages):
        zh = table.reference.ontology.stages[stage].zh
        if any(pick.uids[at] is not None for pick in picks):
            stated = sum(chain.steps[at].status == "stated" for chain in chains)
            if not stated:
                reason = f"No document states a step to {stage} ({zh}){where} for {subject}: it is only inferred."
            elif stated < len(chains):
                reason = f"Only {stated} of {len(chains)} chains reach {stage} ({zh}){where} by a stated step."
            if stated < len(chains):
                gaps.append(Gap(stage, reason, _fillers(table, stage, ())))
            continue
        present = [c for c in table.found.stage(stage) if fit(c, wanted, table.reference) > 0]
        if present:
            reason = f"{len(present)} at the stage {stage} ({zh}){where}, but none is linked to the chain of {subject}."
        else:
            reason = f"Nobody{where} is known at the stage {stage} ({zh}) for {subject}."
        gaps.append(Gap(stage, reason, _fillers(table, stage, ())))
    return tuple(gaps)
