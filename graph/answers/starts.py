"""Understands what a question starts from: an entity, a field, a region or a free text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from graph.answers.entities import resolve, stage_of
from graph.answers.limits import check_text
from graph.answers.reference import Reference
from graph.answers.roles import roles_of
from graph.answers.values import EntityCard, Start
from graph.errors import NotFound
from graph.store.query import Plan

_LONGEST_NAME = 60
_LONGEST_UNKNOWN = 12


@dataclass(frozen=True, slots=True)
class Understood:
    """A start with what is known of it.

    Attributes:
        start: What to show.
        card: The entity, where it is one.
        stage: The stage that the entity fills, else ``""``.
        fields: Canonical names of the fields that it stands for, each with a weight from 0 to 1.
        place: Its region codes, province first.
        region: Name of the region that the start itself is, else ``""``.
    """

    start: Start
    card: EntityCard | None = None
    stage: str = ""
    fields: Mapping[str, float] | None = None
    place: tuple[str, ...] = ()
    region: str = ""


def understand(text: str, *, reference: Reference) -> Plan[Understood]:
    """What the text means, in this order: a uid, a region's name, a field's name, an entity's name, a free text.

    A field known to the graph as an entity, too, keeps that entity. At most 15 queries.

    Raises:
        NotFound: A short text that names nothing and no field; the message names the nearest names.
        InvalidInput: It is empty or too long.
    """
    wanted = check_text("start", text)
    card, problem = (yield from _try_resolve(wanted, reference)) if len(wanted) <= _LONGEST_NAME else (None, None)
    roles = roles_of(reference.ontology)
    if card is None or card.type == roles.region_type:
        place = reference.geography.find(wanted) or (reference.geography.find(card.name) if card else None)
        if place is not None:
            start = Start(wanted, "region", card.ref if card else None, (), place.name)
            return Understood(start, card, "", {}, reference.geography.path(place.code), place.name)
    if card is not None and card.type not in roles.field_types:
        return _of_entity(wanted, card, reference)
    if card is not None:
        names = _unique((card.name, *card.aliases), reference)[:1] or (card.name,)
        stage = stage_of(reference.ontology, card.type, card.stage)
        if not stage:
            return Understood(Start(wanted, "field", card.ref, names), card, "", dict.fromkeys(names, 1.0), card.place)
        names = tuple(dict.fromkeys((*names, *card.fields, *reference.fields.find(card.name))))
        return Understood(Start(wanted, "entity", card.ref, names), card, stage, dict.fromkeys(names, 1.0), card.place)
    if reference.fields.code(wanted):
        names = (reference.fields.canonical(wanted),)
        return Understood(Start(wanted, "field", None, names), None, "", {names[0]: 1.0})
    return _of_text(wanted, reference, problem)


def with_fields(understood: Understood, fields: Mapping[str, float]) -> Understood:
    """The same start with these fields."""
    return replace(understood, fields=dict(fields), start=replace(understood.start, fields=tuple(fields)))


def _try_resolve(text: str, reference: Reference) -> Plan[tuple[EntityCard | None, NotFound | None]]:
    try:
        card = yield from resolve(text, reference=reference)
    except NotFound as problem:
        return None, problem
    return card, None


def _of_entity(text: str, card: EntityCard, reference: Reference) -> Understood:
    named = reference.fields.find(f"{card.name} {card.description}")
    fields = {reference.fields.canonical(name): 1.0 for name in card.fields}
    for name in named:
        fields.setdefault(name, 0.7)
    place = card.place or tuple(
        code for p in reference.geography.mentioned(card.name)[:1] for code in _path(p.code, reference)
    )
    return Understood(Start(text, "entity", card.ref, tuple(fields)), card, card.stage, fields, place)


def _of_text(text: str, reference: Reference, problem: NotFound | None) -> Understood:
    names = reference.fields.find(text)
    if not names and problem is not None and _is_name(text, reference):
        raise problem
    places = reference.geography.mentioned(text)
    place = reference.geography.path(places[0].code) if places else ()
    region = places[0].name if places else ""
    return Understood(Start(text, "text", None, names, region), None, "", dict.fromkeys(names, 1.0), place)


def _is_name(text: str, reference: Reference) -> bool:
    """Whether a text that names nothing was meant as a name: it is short, or ends like the name of an organisation."""
    heads = {head for known in reference.ontology.entity_types.values() for head in known.heads}
    return len(text) <= _LONGEST_UNKNOWN or text.endswith(tuple(heads))


def _unique(names: tuple[str, ...], reference: Reference) -> tuple[str, ...]:
    known = [reference.fields.canonical(name) for name in names if reference.fields.code(name)]
    return tuple(dict.fromkeys(known))


def _path(code: str, reference: Reference) -> tuple[str, ...]:
    return reference.geography.path(code)
