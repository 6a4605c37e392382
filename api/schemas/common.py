"""What several shapes share: the base, ontology names, scores, entity references, relations, sentences, pages."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema, model_validator

DECIMALS = 4
# A year, a month or a day, or nothing; OpenAPI's own "date" format takes whole days only.
ISO_DATE = r"^([0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?)?$"

# A marker that api.openapi replaces by the names of the ontology in force, which is known only when the app is built.
ONTOLOGY_MARK = "x-innograph-ontology"


def _from_ontology(kind: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", ONTOLOGY_MARK: kind})


EntityTypeName = Annotated[str, _from_ontology("entity_types")]
RelationTypeName = Annotated[str, _from_ontology("relation_types")]
StageName = Annotated[str, _from_ontology("stages")]


def _rounded(value: float) -> float:
    # Adding zero turns -0.0 into 0.0.
    return round(value, DECIMALS) + 0.0


Score = Annotated[
    float,
    PlainSerializer(_rounded, return_type=float),
    Field(description=f"Rounded to {DECIMALS} decimals."),
]


class Answer(BaseModel):
    """Base of what is sent: read from the frozen values of the answers, never from dicts."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class Request(BaseModel):
    """Base of what is received: unknown members are errors, so that a misspelt one is noticed; blanks at ends go."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _whole_characters(cls, data: Any) -> Any:
        # A loop and not recursion: the nesting is the caller's.
        waiting = [data]
        while waiting:
            value = waiting.pop()
            if isinstance(value, str):
                whole_characters(value)
            elif isinstance(value, dict):
                waiting += value.keys()
                waiting += value.values()
            elif isinstance(value, list):
                waiting += value
        return data


def whole_characters(text: str) -> str:
    """The text, if UTF-8 can write it. JSON escapes can spell half of a surrogate pair, which nothing can store.

    Raises:
        ValueError: It holds such a half.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"character {error.start} is half of a surrogate pair; send whole characters") from error
    return text


class EntityRef(Answer):
    """An entity by its identity and what to call it."""

    uid: str = Field(description="Identity; stable, derived from type and canonical name.")
    type: EntityTypeName = Field(description="Entity type of the ontology.")
    name: str = Field(description="Canonical name.")


class Evidence(Answer):
    """A sentence that states something, and where it stands."""

    text: str = Field(description="The sentence.")
    document: str = Field(description="uid of the document.")
    start: int = Field(description="First character of the sentence in the document's cleaned text.", ge=0)
    end: int = Field(description="Character after its last.", ge=0)
    sentence: str = Field(description="uid of the sentence.")
    title: str = Field(description="Title of the document, or empty.")
    source: str = Field(description="Where the document came from, or empty.")
    published: str = Field(description="ISO date of the document, or empty.")
    confidence: Score = Field(description="Confidence of this reading, from 0 to 1.")
    status: str = Field(description="`stated`, or `planned` where the sentence announces it.")


class Relation(Answer):
    """A relation between two entities, without its sentences."""

    uid: str = Field(description="Identity; GET /v1/relations/{uid}/evidence gives its sentences.")
    type: RelationTypeName = Field(description="Relation type of the ontology.")
    head: str = Field(description="uid of the entity it leads from.")
    tail: str = Field(description="uid of the entity it leads to.")
    status: str = Field(description="`stated` if any sentence states it, else `planned`.")
    confidence: Score = Field(description="Largest confidence among its sentences, from 0 to 1.")
    support: int = Field(description="Documents that state it.", ge=0)
    first_seen: str = Field(description="Earliest date among its documents, or empty.")
    last_seen: str = Field(description="Latest date among its documents, or empty.")


class PathStep(Answer):
    """One relation of a path, read from source to target."""

    source: EntityRef
    target: EntityRef
    relation: Relation
    direction: Literal["out", "in"] = Field(description="`out` where the relation points from source to target.")
    evidence: list[Evidence] = Field(description="Sentences that state it, the surest first.")


class Start(Answer):
    """What the question was understood to start from."""

    text: str = Field(description="What was asked for.")
    kind: Literal["entity", "field", "region", "text"]
    entity: EntityRef | None = Field(description="The entity, where it is one.")
    fields: list[str] = Field(description="Names of the fields it stands for.")
    region: str = Field(description="Name of the region, where it is one.")


class PageOf(Answer):
    """Base of a page of a list."""

    next: str | None = Field(
        default=None,
        description="Address of the next page, relative to the server's root, as in the Link header; null on the last.",
    )
