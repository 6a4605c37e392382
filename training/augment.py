"""Copies of annotated documents with other names in them, so that a reader learns from what stands around a name.

Each entity of a type that has proper names or interchangeable members gets, by chance, the names of an entity of the same type
from another document: full name for full name, short form for short form. Dates, figures, sums and whatever is worded for its
own sentence stay.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from training.corpus import Annotated

# Worded for the sentence they stand in.
_KEPT = frozenset({"Date", "Money", "Target", "Demand", "Achievement", "Project", "Policy"})
_SHARE = 0.8
_TRIES = 8

# Names of an entity, the longest first, by type and whether the document is English.
Pool = Mapping[tuple[str, bool], Sequence[Sequence[str]]]


def pool_of(documents: Sequence[Annotated]) -> Pool:
    """The names of all entities that may stand for one another."""
    pool: dict[tuple[str, bool], list[Sequence[str]]] = {}
    for document in documents:
        for (_, entity_type), names in _entities(document).items():
            if entity_type not in _KEPT:
                pool.setdefault((entity_type, _english(document)), []).append(names)
    return pool


def renamed(document: Annotated, pool: Pool, rng: random.Random) -> Annotated:
    """A copy with about four fifths of its entities renamed; spans, aliases and relations follow."""
    names = _new_names(document, pool, rng)
    text, at = "", 0
    spans: list[tuple[int, int, str]] = []
    for start, end, entity_type in document.spans:
        text += document.text[at:start]
        name = names.get((document.text[start:end], entity_type), document.text[start:end])
        spans.append((len(text), len(text) + len(name), entity_type))
        text += name
        at = end
    text += document.text[at:]
    by_name: dict[str, str] = {}
    for (old, _), new in names.items():
        by_name.setdefault(old, new)
    full = {
        document.canonical(document.text[start:end]): entity_type
        for start, end, entity_type in reversed(document.spans)
    }

    def now(name: str) -> str:
        canonical = document.canonical(name)
        return names.get((canonical, full.get(canonical, "")), by_name.get(canonical, canonical))

    aliases = {by_name.get(short, short): by_name.get(long, long) for short, long in document.aliases.items()}
    return Annotated(
        f"{document.id}-renamed",
        document.kind,
        text,
        tuple(spans),
        {short: long for short, long in aliases.items() if short != long},
        tuple((now(head), relation, now(tail)) for head, relation, tail in document.relations),
    )


def _new_names(document: Annotated, pool: Pool, rng: random.Random) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    used = {name for names in _entities(document).values() for name in names}
    for (_, entity_type), names in _entities(document).items():
        choices = pool.get((entity_type, _english(document)), ())
        if entity_type in _KEPT or not choices or rng.random() > _SHARE:
            continue
        for _ in range(_TRIES):
            other = rng.choice(choices)
            if len(other) < len(names) or used & set(other):
                continue
            chosen = [other[0], *rng.sample(other[1:], len(names) - 1)]
            used.update(chosen)
            found.update(((old, entity_type), new) for old, new in zip(names, chosen, strict=True))
            break
    return found


def _entities(document: Annotated) -> dict[tuple[str, str], list[str]]:
    """The names of each entity (canonical name, type) as they stand in the text, the longest first."""
    found: dict[tuple[str, str], set[str]] = {}
    for start, end, entity_type in document.spans:
        name = document.text[start:end]
        found.setdefault((document.canonical(name), entity_type), set()).add(name)
    return {entity: sorted(names, key=lambda name: (-len(name), name)) for entity, names in found.items()}


def _english(document: Annotated) -> bool:
    return document.kind == "english"
