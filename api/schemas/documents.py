"""Posting a text, what was read from it, and documents as stored."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints

from api.schemas.common import (
    ISO_DATE,
    Answer,
    EntityRef,
    EntityTypeName,
    Evidence,
    RelationTypeName,
    Request,
    Score,
)
from graph.model import DocumentFacts


class DocumentRequest(Request):
    """A text to read."""

    model_config = ConfigDict(
        # The text is evidence, to be kept as it came.
        str_strip_whitespace=False,
        json_schema_extra={
            "examples": [
                {
                    "id": "notice-2026-17",
                    "title": "唐山氢能中试基地投用",
                    "text": "唐山氢能中试基地由华北理工大学牵头建设，近日正式投用。基地聚焦氢能装备。",
                    "date": "2026-04-12",
                    "source": "https://example.org/notices/17",
                }
            ]
        },
    )

    text: str = Field(min_length=1, description="The text; the server caps its length (INNOGRAPH_API_MAX_TEXT).")
    id: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")] = Field(
        default="", description="Your id for it. Posting another text under the same id replaces the document."
    )
    title: Annotated[str, StringConstraints(max_length=500)] = Field(default="", description="Its title.")
    date: Annotated[str, StringConstraints(pattern=ISO_DATE)] = Field(
        default="", description="When it was published: YYYY, YYYY-MM or YYYY-MM-DD."
    )
    source: Annotated[str, StringConstraints(max_length=2_000)] = Field(default="", description="Where it came from.")


class ExtractedEntity(Answer):
    """An entity as the document knows it."""

    uid: str
    type: EntityTypeName
    name: str = Field(description="Canonical name.")
    aliases: list[str] = Field(description="Other names the document uses for it.")


class ExtractedMention(Answer):
    """One occurrence of an entity; offsets are characters of `text`."""

    entity: str = Field(description="uid of the entity.")
    sentence: str = Field(description="uid of the sentence.")
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    surface: str = Field(description="The mention as written.")
    confidence: Score


class ExtractedRelation(Answer):
    """A relation that the document states."""

    uid: str
    type: RelationTypeName
    head: str = Field(description="uid of the entity it leads from.")
    tail: str = Field(description="uid of the entity it leads to.")
    status: Literal["stated", "planned"]
    confidence: Score
    evidence: list[str] = Field(description="uids of the sentences that state it.")


class ExtractedSentence(Answer):
    """A sentence of the document; offsets are characters of `text`."""

    uid: str
    text: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)


class Counts(Answer):
    """How many things a load touched."""

    added: int = Field(description="Not there before.", ge=0)
    changed: int = Field(description="There before and different now.", ge=0)
    withdrawn: int = Field(description="Stated by the old version of the document only, and so gone.", ge=0)


class LoadReport(Answer):
    """What loading changed in the graph."""

    status: Literal["new", "changed", "unchanged"]
    entities: Counts
    relations: Counts
    version_of: str = Field(description="uid of the document that this one repeats and counts with, or empty.")


class Extraction(Answer):
    """What was read from a text and, unless it was not wanted, what loading it changed."""

    uid: str = Field(description="uid of the document.")
    title: str
    published: str = Field(description="ISO date, or empty.")
    source: str
    text: str = Field(description="The cleaned text, to which every offset refers.")
    flags: list[str] = Field(description="Damage found and not repaired, each with its place.")
    sentences: list[ExtractedSentence]
    entities: list[ExtractedEntity]
    mentions: list[ExtractedMention]
    relations: list[ExtractedRelation]
    load: LoadReport | None = Field(description="What loading changed; null where the text was only read.")

    @classmethod
    def of(cls, facts: DocumentFacts, load: LoadReport | None) -> Self:
        """The shape of what a document says."""
        document = facts.document
        return cls(
            uid=document.uid,
            title=document.title,
            published=document.published,
            source=document.source,
            text=document.text,
            flags=list(document.flags),
            sentences=[ExtractedSentence.model_validate(sentence) for sentence in facts.sentences],
            entities=[ExtractedEntity.model_validate(entity) for entity in facts.entities],
            mentions=[ExtractedMention.model_validate(mention) for mention in facts.mentions],
            relations=[ExtractedRelation.model_validate(relation) for relation in facts.relations],
            load=load,
        )


class DocumentRef(Answer):
    """A document by its uid and where it came from."""

    uid: str
    title: str
    source: str = Field(description="Where it came from, or empty.")
    published: str = Field(description="ISO date, or empty.")


class Statement(Answer):
    """What one of two contradicting sentences says."""

    evidence: Evidence
    entities: list[EntityRef] = Field(description="What it names where the other sentence names something else.")


class Contradiction(Answer):
    """Two sentences that correspond, in a document and a version of it, and say different things."""

    type: RelationTypeName | None = Field(description="Relation type; null where only what they mention differs.")
    entity: EntityRef | None = Field(description="The end that both have in common; null without a relation.")
    differs: Literal["tail", "head", "mention"] = Field(
        description="What differs: an end of the relation, or a mention."
    )
    first: Statement
    second: Statement


class Document(Answer):
    """A document as stored."""

    uid: str
    title: str
    source: str = Field(description="Where it came from, or empty.")
    sources: list[str] = Field(description="Every place that it was found at, those of its versions included.")
    published: str = Field(description="ISO date, or empty.")
    kind: Literal["document", "record"] = Field(description="A text, or a row of a table.")
    text: str = Field(description="The cleaned text, to which every offset refers.")
    flags: list[str] = Field(description="Damage found and not repaired, each with its place.")
    ingested_at: str = Field(description="ISO time of the last load that changed it.")
    sentences: int = Field(description="Number of its sentences; of a version, those that its primary lacks.", ge=0)
    entities: list[EntityRef] = Field(description="Entities it mentions, the most often mentioned first, at most 100.")
    primary: str = Field(description="uid of the document that this one is a version of, or empty.")
    versions: list[DocumentRef] = Field(description="Documents that repeat this one and count with it, at most 100.")
    conflicts: list[Contradiction] = Field(
        description="Where it and its versions contradict one another, at most 100; nothing is decided, both are kept."
    )
