"""Turns the maps that queries return into values. Absent properties become empty ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from graph.answers.values import EntityCard, EntityRef, Evidence, RelationCard
from graph.store.query import Row


@dataclass(frozen=True, slots=True)
class Link:
    """A relation seen from one of its ends, as the neighbourhood queries return it.

    Attributes:
        source: uid of the end that was asked about.
        entity: The other end; ``place``, ``fields`` and ``stage`` are its own.
        degree: Number of relations of the other end.
        evidence: uids of at most three sentences.
    """

    source: str
    entity: EntityCard
    degree: int
    relation: RelationCard
    evidence: tuple[str, ...] = ()

    @property
    def direction(self) -> Literal["out", "in"]:
        """``out`` where the relation leads away from the source."""
        return "out" if self.relation.head == self.source else "in"


def ref(value: Mapping[str, Any]) -> EntityRef:
    """An entity's identity."""
    return EntityRef(value["uid"], value["type"], value["name"])


def card(value: Mapping[str, Any], degree: int = 0) -> EntityCard:
    """An entity's own facts."""
    return EntityCard(
        uid=value["uid"],
        type=value["type"],
        name=value["name"],
        aliases=texts(value.get("aliases")),
        place=texts(value.get("place")),
        fields=texts(value.get("fields")),
        stage=value.get("stage") or "",
        description=value.get("description") or "",
        record_id=str(value.get("record_id") or ""),
        authority=value.get("authority") or "",
        updated_at=str(value.get("updated_at") or ""),
        degree=degree,
    )


def relation(value: Mapping[str, Any]) -> RelationCard:
    """A relation without its sentences."""
    return RelationCard(
        uid=value["uid"],
        type=value["type"],
        head=value["head"],
        tail=value["tail"],
        status=value.get("status") or "stated",
        confidence=float(value.get("confidence") or 0.0),
        support=int(value.get("support") or 0),
        first_seen=value.get("first_seen") or "",
        last_seen=value.get("last_seen") or "",
    )


def link(row: Row) -> Link:
    """A row of a neighbourhood query."""
    return Link(
        source=row["source"],
        entity=card(row["entity"]),
        degree=int(row["degree"]),
        relation=relation(row["relation"]),
        evidence=texts(row["relation"].get("evidence")),
    )


def links(rows: Sequence[Row]) -> tuple[Link, ...]:
    """The rows of a neighbourhood query."""
    return tuple(map(link, rows))


def evidence(row: Row) -> Evidence:
    """A sentence with its document."""
    return Evidence(
        text=row["text"],
        document=row["document"],
        start=row["start"],
        end=row["end"],
        sentence=row["sentence"],
        title=row.get("title") or "",
        source=row.get("source") or "",
        published=row.get("published") or "",
        confidence=float(row.get("confidence") or 1.0),
        status=row.get("status") or "stated",
    )


def texts(value: Any) -> tuple[str, ...]:
    """A list property as a tuple; an absent one is empty, a single text is one."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)
