"""Entities, search, neighbours, mentions, evidence of a relation, sentences."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field

from api.schemas.common import Answer, EntityRef, EntityTypeName, Evidence, PageOf, Relation, Score, StageName
from graph.answers import values


class Entity(Answer):
    """An entity with its own facts."""

    uid: str = Field(description="Identity; stable, derived from type and canonical name.")
    type: EntityTypeName
    name: str = Field(description="Canonical name.")
    aliases: list[str] = Field(description="Other names it goes by.")
    place: list[str] = Field(description="Region codes, province first; empty where unknown.")
    fields: list[str] = Field(description="Names of its technology fields.")
    stage: StageName | Literal[""] = Field(description="Stage it fills, or empty.")
    description: str = Field(description="Short description from a record, or empty.")
    record_id: str = Field(description="Its id in the table it came from, or empty.")
    authority: str = Field(description="Register that names it (for example a ROR id), or empty.")
    updated_at: str = Field(description="ISO time of the last load that changed it, or empty.")
    degree: int = Field(description="Number of its relations.", ge=0)
    others: list[EntityRef] = Field(description="Other entities that the name asked for could mean; empty for a uid.")


class Hit(Answer):
    """One search result."""

    entity: EntityRef
    how: Literal["exact", "prefix", "initials", "text"] = Field(
        description="How it matched: whole name, beginning of a name, pinyin initials, or words of it."
    )
    score: Score = Field(description="Larger is better; comparable within one answer only.")
    matched: str = Field(description="The name or alias that fits.")
    place: list[str] = Field(description="Region codes, province first.")
    stage: StageName | Literal[""] = Field(description="Stage it fills, or empty.")


class Hits(PageOf):
    """A page of search results, best first."""

    items: list[Hit]


class Neighbour(Answer):
    """An entity beside the one asked for, and the relation between them."""

    entity: EntityRef
    relation: Relation
    direction: Literal["out", "in"] = Field(description="`out` where the relation leads to the neighbour.")


class Neighbours(PageOf):
    """A page of neighbours."""

    items: list[Neighbour]


class Mention(Answer):
    """One occurrence of the entity in a sentence."""

    sentence: str = Field(description="uid of the sentence.")
    text: str = Field(description="The sentence.")
    document: str = Field(description="uid of the document.")
    start: int = Field(description="First character of the mention in the document's cleaned text.", ge=0)
    end: int = Field(description="Character after its last.", ge=0)
    surface: str = Field(description="The mention as written.")
    confidence: Score = Field(description="From 0 to 1.")
    title: str = Field(description="Title of the document, or empty.")
    source: str = Field(description="Where the document came from, or empty.")
    published: str = Field(description="ISO date of the document, or empty.")


class Mentions(PageOf):
    """A page of mentions, newest document first."""

    items: list[Mention]


class RelationEvidence(PageOf):
    """A relation, its ends, and a page of the sentences that state it."""

    relation: Relation
    head: EntityRef
    tail: EntityRef
    evidence: list[Evidence] = Field(description="Sentences, newest document first.")

    @classmethod
    def of(cls, found: values.RelationEvidence, next_page: str | None) -> Self:
        """The shape of a page of evidence."""
        return cls(
            relation=Relation.model_validate(found.relation),
            head=EntityRef.model_validate(found.head),
            tail=EntityRef.model_validate(found.tail),
            evidence=[Evidence.model_validate(item) for item in found.evidence],
            next=next_page,
        )


class Span(Answer):
    """An entity within a sentence."""

    entity: EntityRef
    start: int = Field(description="First character in the document's cleaned text.", ge=0)
    end: int = Field(description="Character after its last.", ge=0)


class Sentence(Answer):
    """A sentence, where it stands, and the entities in it."""

    uid: str
    text: str
    document: str = Field(description="uid of the document.")
    start: int = Field(description="First character in the document's cleaned text.", ge=0)
    end: int = Field(description="Character after its last.", ge=0)
    title: str = Field(description="Title of the document, or empty.")
    source: str = Field(description="Where the document came from, or empty.")
    published: str = Field(description="ISO date of the document, or empty.")
    mentions: list[Span] = Field(description="Entities in it, in order.")

    @classmethod
    def of(cls, view: values.SentenceView) -> Self:
        """The shape of a sentence."""
        spans = [Span(entity=EntityRef.model_validate(ref), start=start, end=end) for ref, start, end in view.mentions]
        return cls(
            uid=view.uid,
            text=view.text,
            document=view.document,
            start=view.start,
            end=view.end,
            title=view.title,
            source=view.source,
            published=view.published,
            mentions=spans,
        )
