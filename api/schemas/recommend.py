"""Recommendations and matching."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from api.errors import ProblemDocument
from api.schemas.common import Answer, EntityRef, EntityTypeName, Evidence, PathStep, Request, Score, StageName, Start
from graph.answers.limits import MAX_TEXT

MAX_TYPES = 30
MAX_QUERIES = 1_000
MAX_RESULTS = 50

Text = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT)]
ShortName = Annotated[str, StringConstraints(max_length=200)]
Mode = Literal["next_step", "complement", "supplement"]


class RecommendationRequest(Request):
    """What to find candidates for: an entity or a text, not both."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "text": "质子交换膜制氢装置已完成样机，寻找中试条件",
                    "targets": ["PilotBase"],
                    "region": "京津冀",
                    "limit": 5,
                },
                {"entity": "清华大学", "targets": ["PilotBase", "Firm"], "mode": "next_step"},
            ]
        }
    )

    entity: ShortName = Field(default="", description="uid or name of an entity.")
    text: Annotated[str, StringConstraints(max_length=MAX_TEXT)] = Field(default="", description="Free text instead.")
    targets: list[EntityTypeName] = Field(
        default_factory=list, max_length=MAX_TYPES, description="Types wanted; empty takes those the mode suggests."
    )
    mode: Mode = Field(
        default="next_step",
        description="`next_step`: who takes it on; `complement`: who has what it lacks; `supplement`: who is alike.",
    )
    region: ShortName = Field(default="", description="Region to prefer, by name or code.")
    diversity: float = Field(
        default=0.0,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="From 0, the best scores, to 1, as different as can be.",
    )
    limit: int = Field(default=10, ge=1, le=MAX_RESULTS, description="Candidates.")

    @model_validator(mode="after")
    def _one_start(self) -> Self:
        if bool(self.entity) == bool(self.text):
            raise ValueError("give either entity or text")
        return self


class Change(Answer):
    """The smallest change that would put an item first."""

    part: str = Field(description="Part of the score that would have to change.")
    needed: Score = Field(description="By how much.")
    text: str = Field(description="The same in words.")


class Recommendation(Answer):
    """A candidate."""

    entity: EntityRef
    score: Score = Field(description="The sum of parts.")
    parts: dict[str, Score] = Field(description="Named parts of the score, already weighted.")
    path: list[PathStep] = Field(description="The best path to it; empty where none is known.")
    evidence: list[Evidence]
    change: Change | None = Field(description="What would put it first; null for the first.")


class Recommendations(Answer):
    """Candidates, best first."""

    start: Start
    mode: str
    items: list[Recommendation]


class MatchQuery(Request):
    """One demand to match."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(
        description="Yours; comes back with the results."
    )
    text: Text = Field(description="What is wanted, in words.")
    region: ShortName = Field(default="", description="Region to prefer, by name or code.")
    fields: list[ShortName] = Field(default_factory=list, max_length=20, description="Fields it belongs to.")
    stage: StageName | Literal[""] = Field(default="", description="Stage wanted.")


class MatchRequest(Request):
    """Many demands at once."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "queries": [
                        {"id": "D1", "text": "寻求百千瓦级电解水制氢中试平台", "region": "河北", "fields": ["氢能"]}
                    ],
                    "targets": ["PilotBase"],
                    "limit": 5,
                }
            ]
        }
    )

    queries: list[MatchQuery] = Field(min_length=1, max_length=MAX_QUERIES, description="Their ids must differ.")
    targets: list[EntityTypeName] = Field(min_length=1, max_length=MAX_TYPES, description="Types wanted.")
    limit: int = Field(default=10, ge=1, le=MAX_RESULTS, description="Results a query.")

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        if len({query.id for query in self.queries}) < len(self.queries):
            raise ValueError("the ids of the queries must differ")
        return self


class MatchItem(Answer):
    """One match."""

    uid: str
    id: str = Field(description="The record's own id, or empty.")
    type: EntityTypeName
    name: str
    score: Score = Field(description="The sum of parts.")
    parts: dict[str, Score] = Field(description="Named parts of the score, already weighted.")
    path: list[PathStep]
    evidence: list[Evidence]


class MatchResult(Answer):
    """The matches of one query, best first; in a stream, one line."""

    id: str = Field(description="The query's id.")
    results: list[MatchItem]


class MatchFailure(Answer):
    """Stands in for the matches of a query that could not be answered."""

    id: str = Field(description="The query's id.")
    problem: ProblemDocument = Field(description="Why not.")


class MatchResults(Answer):
    """The answers to all queries, in the order of the queries."""

    items: list[MatchResult | MatchFailure]
