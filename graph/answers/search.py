"""Search: by exact name, beginning of a name, pinyin initials, then full text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from graph.answers.entities import stage_of
from graph.answers.limits import MAX_LIMIT, check_range, check_text, check_types, cursor_of, key_of
from graph.answers.reference import Reference
from graph.answers.values import Hit, Page
from graph.model import normalise_name
from graph.queries import search as queries
from graph.store.query import Plan

# Hits of one kind that are ranked; a search is to be narrowed, not paged through to the end.
_POOL = 200
_SCAN = 1000
_NAMES = 500
_INITIALS = re.compile(r"[a-z0-9]{2,24}")
_NOT_WORDS = re.compile(r"[^\w]+")
_ORDER: tuple[Literal["exact", "prefix", "initials", "text"], ...] = ("exact", "prefix", "initials", "text")
# A hit of a later kind never outranks one of an earlier kind: each kind scores within its own band.
_BAND = 0.25


def words_of(text: str) -> str:
    """A full-text query for a free text: its words alone, with nothing that the index's syntax gives a meaning to."""
    words = [word for word in _NOT_WORDS.split(text.replace("_", " ")) if word]
    return " ".join(word.lower() if word in ("AND", "OR", "NOT", "TO") else word for word in words[:64])


def search(
    text: str,
    *,
    types: Sequence[str] = (),
    region: str = "",
    limit: int = 20,
    cursor: str | None = None,
    reference: Reference | None = None,
) -> Plan[Page[Hit]]:
    """A page of entities that fit a text. At most four queries; at most 200 hits of each kind are ranked.

    Exact names come first, then names that begin with the text, names whose pinyin initials do, and full text; within
    a kind the order is by score and then uid, so it is the same every time.

    Raises:
        InvalidInput: An empty or too long text, an unknown type or region, a limit over 100, or a foreign cursor.
    """
    reference = reference or Reference.load()
    wanted = check_text("text", text)
    kinds = check_types(reference.ontology, types)
    check_range("limit", limit, MAX_LIMIT)
    after = key_of(cursor, int, float, str)
    members = sorted(reference.geography.members(region)) if region else []
    key = normalise_name(wanted)
    found = {"exact": (yield queries.exact(key=key, types=kinds, members=members, limit=_POOL))}
    if len(key) > 1:
        found["prefix"] = yield queries.prefix(key=key, types=kinds, members=members, names_limit=_NAMES, limit=_POOL)
    if _INITIALS.fullmatch(key):
        found["initials"] = yield queries.initials(
            initials=key, types=kinds, members=members, names_limit=_NAMES, limit=_POOL
        )
    if words := words_of(wanted):
        found["text"] = yield queries.fulltext(words=words, types=kinds, members=members, scan=_SCAN, limit=_POOL)
    ranked = sorted(
        ((_ORDER.index(hit.how), -hit.score, hit.entity.uid), hit) for hit in _merged(found, key, reference)
    )
    rest = [(place, hit) for place, hit in ranked if after is None or place > after]
    page = rest[:limit]
    more = cursor_of(*page[-1][0]) if len(rest) > limit else None
    return Page(tuple(hit for _, hit in page), more)


def _merged(found: dict[str, tuple[queries.Found, ...]], key: str, reference: Reference) -> Iterator[Hit]:
    """Each entity once, under the first kind that finds it, with a score from 0 to 1."""
    seen: set[str] = set()
    for rank, how in enumerate(_ORDER):
        items = found.get(how, ())
        most = max((item.weight for item in items), default=0.0) or 1.0
        for item in items:
            if item.entity.uid in seen:
                continue
            seen.add(item.entity.uid)
            share = item.weight / most
            if how in ("prefix", "initials"):
                share = (len(key) / max(len(item.matched), len(key)) * 9 + share) / 10
            yield Hit(
                entity=item.entity.ref,
                how=how,
                score=round(1 - _BAND * (rank + 1 - share), 6),
                matched=item.matched,
                place=item.entity.place,
                stage=stage_of(reference.ontology, item.entity.type, item.entity.stage),
            )
