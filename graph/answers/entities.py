"""One entity, relation, document or sentence, and what stands around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from graph.answers.conflicts import conflicts
from graph.answers.limits import (
    MAX_LIMIT,
    check_choice,
    check_range,
    check_relations,
    check_text,
    check_types,
    cursor_of,
    key_of,
)
from graph.answers.reference import Reference
from graph.answers.values import (
    Direction,
    DocumentView,
    EntityCard,
    MentionView,
    Neighbour,
    Page,
    RelationEvidence,
    SentenceView,
)
from graph.errors import InvalidInput, NotFound
from graph.model import normalise_name
from graph.ontology import Ontology
from graph.queries import entities as queries
from graph.queries import search as search_queries
from graph.store.query import Plan

_REDIRECTS = 5
_READINGS = 10
_NEAREST = 5


def stage_of(ontology: Ontology, card_type: str, own: str = "") -> str:
    """The stage that an entity fills: its own, else its type's, else ``""``."""
    known = ontology.entity_types.get(card_type)
    return own or (known.stage if known else "")


def entity(uid: str, *, reference: Reference | None = None) -> Plan[EntityCard]:
    """The entity of a uid, or the one it was merged into (``redirected_from`` says so). At most 11 queries.

    Raises:
        NotFound: No such uid.
    """
    ontology = (reference or Reference.load()).ontology
    wanted = check_text("uid", uid)
    found: EntityCard | None = yield from _follow(wanted)
    if found is None:
        raise NotFound(f"There is no entity {wanted!r}. Search for its name to find its uid.")
    moved = wanted if found.uid != wanted else ""
    return replace(found, stage=stage_of(ontology, found.type, found.stage), redirected_from=moved)


def resolve(name: str, *, types: Sequence[str] = (), reference: Reference | None = None) -> Plan[EntityCard]:
    """The entity that a uid or a name means.

    A uid (or a merged one) comes first, then a name or alias, compared under normalise_name. Of several entities the
    best supported is taken (most mentions, then most relations); ``others`` lists the rest.

    Raises:
        NotFound: Nothing goes by it; the message names the nearest names.
    """
    ontology = (reference or Reference.load()).ontology
    wanted = check_text("name", name)
    kinds = check_types(ontology, types)
    if wanted.isascii():
        found = yield from _follow(wanted)
        if found is not None and (not kinds or found.type in kinds):
            moved = wanted if found.uid != wanted else ""
            return replace(found, stage=stage_of(ontology, found.type, found.stage), redirected_from=moved)
    key = normalise_name(wanted)
    cards: tuple[EntityCard, ...] = yield queries.by_name(key=key, types=kinds, limit=_READINGS)
    if not cards:  # a number of one document goes by no name, but may be asked for as it is written
        cards = yield queries.by_own_name(name=wanted, types=kinds, limit=_READINGS)
    if not cards:
        nearest = yield from _nearest(key, kinds)
        hint = f" The nearest names are {', '.join(nearest)}." if nearest else " Search for a part of the name."
        raise NotFound(f"Nothing is called {wanted!r}.{hint}")
    best, others = cards[0], tuple(other.ref for other in cards[1:])
    return replace(best, stage=stage_of(ontology, best.type, best.stage), others=others)


def neighbours(
    uid: str,
    *,
    types: Sequence[str] = (),
    relations: Sequence[str] = (),
    direction: Direction = "both",
    limit: int = 50,
    cursor: str | None = None,
    reference: Reference | None = None,
) -> Plan[Page[Neighbour]]:
    """A page of neighbours, the best supported relations first.

    Raises:
        NotFound: No such entity.
        InvalidInput: An unknown type, relation or direction, a limit over 100, or a foreign cursor.
    """
    ontology = (reference or Reference.load()).ontology
    check_range("limit", limit, MAX_LIMIT)
    check_choice("direction", direction, ("out", "in", "both"))
    kinds, wanted = check_types(ontology, types), check_relations(ontology, relations)
    after = key_of(cursor, int, str) or (None, None)
    found = yield from entity(uid, reference=reference)
    rows = yield queries.neighbours(
        uid=found.uid,
        relations=wanted,
        types=kinds,
        direction=direction,
        after_support=cast("int | None", after[0]),
        after_uid=cast("str | None", after[1]),
        limit=limit + 1,
    )
    last = rows[:limit][-1].relation if len(rows) > limit else None
    return Page(rows[:limit], cursor_of(last.support, last.uid) if last else None)


def mentions(
    uid: str, *, limit: int = 50, cursor: str | None = None, reference: Reference | None = None
) -> Plan[Page[MentionView]]:
    """A page of an entity's mentions, the newest document first.

    Raises:
        NotFound: No such entity.
        InvalidInput: A limit over 100 or a foreign cursor.
    """
    check_range("limit", limit, MAX_LIMIT)
    after = key_of(cursor, str, str, int) or (None, None, None)
    found = yield from entity(uid, reference=reference)
    rows = yield queries.mentions(
        uid=found.uid,
        after_date=cast("str | None", after[0]),
        after_sentence=cast("str | None", after[1]),
        after_start=cast("int | None", after[2]),
        limit=limit + 1,
    )
    last = rows[:limit][-1] if len(rows) > limit else None
    return Page(rows[:limit], cursor_of(last.published, last.sentence, last.start) if last else None)


def evidence(
    relation: str = "",
    *,
    head: str = "",
    type: str = "",
    tail: str = "",
    limit: int = 50,
    cursor: str | None = None,
    reference: Reference | None = None,
) -> Plan[RelationEvidence]:
    """A page of the sentences that state a relation, the newest first.

    Args:
        relation: uid of the relation; or give ``head``, ``type`` and ``tail``.
        head: uid of the head.
        type: Relation type.
        tail: uid of the tail.
        limit: Sentences a page, at most 100.
        cursor: Of the last page.
        reference: Ontology, regions and fields; the built-in ones by default.

    Raises:
        NotFound: No such relation.
        InvalidInput: Neither a uid nor all three parts, an unknown type, or a foreign cursor.
    """
    ontology = (reference or Reference.load()).ontology
    check_range("limit", limit, MAX_LIMIT)
    after = key_of(cursor, str, str) or (None, None)
    if relation:
        kind = relation.rpartition("-")[0]
        if kind not in ontology.relation_types:
            raise NotFound(f"There is no relation {relation!r}. Its uid begins with its type, as in DEVELOPS-….")
        found = yield queries.relation_by_uid(uid=relation, relation_type=kind)
    elif head and type and tail:
        kind = ontology.check_relation_type(type)
        symmetric = ontology.relation_types[kind].symmetric
        found = yield queries.relation_by_ends(head=head, tail=tail, symmetric=symmetric, relation_type=kind)
    else:
        raise InvalidInput("Give the relation's uid, or its head, type and tail.")
    if found is None:
        raise NotFound(f"There is no relation {relation or f'{head} {type} {tail}'!r}.")
    rows = yield queries.relation_evidence(
        head=found.head.uid,
        uid=found.relation.uid,
        after_date=cast("str | None", after[0]),
        after_sentence=cast("str | None", after[1]),
        limit=limit + 1,
        relation_type=kind,
    )
    page = rows[:limit]
    more = cursor_of(page[-1][0], page[-1][1].sentence) if len(rows) > limit else None
    return RelationEvidence(found.relation, found.head, found.tail, tuple(item for _, item in page), more)


def document(uid: str, *, reference: Reference | None = None) -> Plan[DocumentView]:
    """A document with its versions and where they contradict one another.

    Raises:
        NotFound: No such document.
    """
    found: DocumentView | None = yield queries.document(uid=check_text("uid", uid))
    if found is None:
        raise NotFound(f"There is no document {uid!r}.")
    if not (found.primary or found.versions):
        return found
    return replace(found, conflicts=(yield from conflicts(uid, reference=reference)))


def sentence(uid: str) -> Plan[SentenceView]:
    """A sentence in its document.

    Raises:
        NotFound: No such sentence.
    """
    wanted = check_text("uid", uid)
    found = yield queries.sentences(uids=[wanted])
    if wanted not in found:
        raise NotFound(f"There is no sentence {uid!r}. Its uid is that of its document, a slash and a number.")
    seen = found[wanted]
    mentioned = yield queries.sentence_mentions(uid=wanted)
    return SentenceView(
        uid=wanted,
        text=seen.text,
        document=seen.document,
        start=seen.start,
        end=seen.end,
        title=seen.title,
        source=seen.source,
        published=seen.published,
        mentions=mentioned,
    )


def _follow(uid: str) -> Plan[EntityCard | None]:
    """The entity of a uid, through as many redirects as there may be, or None."""
    for _ in range(_REDIRECTS):
        found: EntityCard | None = yield queries.by_uid(uid=uid)
        if found is not None:
            return found
        target: str | None = yield queries.redirect(uid=uid)
        if target is None:
            return None
        uid = target
    return None


def _nearest(key: str, types: Sequence[str]) -> Plan[list[str]]:
    """Names that begin most like the key: its longest half, then its first two characters."""
    names: dict[str, None] = {}
    for length in dict.fromkeys((max(2, (len(key) + 1) // 2), 2)):
        found = yield search_queries.prefix(key=key[:length], types=types, members=[], names_limit=50, limit=_NEAREST)
        names.update(dict.fromkeys(item.matched for item in found))
    return list(names)[:_NEAREST]
