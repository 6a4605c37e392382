"""Paths, chains through the stages, gaps."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field

from api.schemas.common import Answer, EntityRef, Evidence, PathStep, RelationTypeName, Score, StageName, Start
from graph.answers import values


class Path(Answer):
    """One way between two entities."""

    entities: list[EntityRef] = Field(description="The entities passed, ends included, in order.")
    steps: list[PathStep]
    cost: Score = Field(description="Sum of the costs of its steps; hubs and unsure relations cost more.")
    score: Score = Field(description="1 / (1 + cost).")


class Paths(Answer):
    """The best paths, best first."""

    start: EntityRef
    end: EntityRef
    paths: list[Path]
    truncated: bool = Field(description="Whether a cap on the neighbourhood left something out.")


class Via(Answer):
    """How a step is reached."""

    type: str = Field(description="A relation type, or SHARED_FIELD, RELATED_FIELD, SHARED_HOST for inferred steps.")
    status: Literal["stated", "planned", "inferred"]
    confidence: Score = Field(description="Strength of the link, from 0 to 1.")
    through: EntityRef | None = Field(
        description="What stands between: the shared field or host, or the result passed on."
    )
    relation: str = Field(description="uid of the stated relation, or empty.")


class Filler(Answer):
    """An entity that could fill a missing stage."""

    entity: EntityRef
    near: Literal["region", "area", "elsewhere"] = Field(
        description="`region`: within the region asked for; `area`: in the same cooperation area."
    )
    fit: Score = Field(description="How well its fields fit, from 0 to 1.")
    place: list[str] = Field(description="Region codes, province first.")


class Enabler(Answer):
    """A fund, transfer organisation, alliance, park or government body that serves a step."""

    entity: EntityRef
    relation: RelationTypeName
    evidence: list[Evidence]


class ChainStep(Answer):
    """One stage of a chain."""

    stage: StageName
    status: Literal["stated", "inferred", "missing"]
    entity: EntityRef | None = Field(description="Who fills the stage; null where it is missing.")
    via: Via | None = Field(
        description="How it is reached from the step before; null for the first and for missing ones."
    )
    evidence: list[Evidence]
    fillers: list[Filler] = Field(description="Missing stages only: who is nearest to filling it.")
    enablers: list[Enabler]


class Chain(Answer):
    """A way along the stages."""

    score: Score = Field(description="From 0 to 1: the sum of parts.")
    parts: dict[str, Score] = Field(description="Named parts of the score.")
    steps: list[ChainStep]


class Gap(Answer):
    """A stage that nobody covers, or covers only weakly."""

    stage: StageName
    reason: str
    fillers: list[Filler] = Field(description="Who is nearest to filling it, nearest first.")


class Chains(Answer):
    """The best chains, different from one another, and the gaps they show."""

    start: Start
    chains: list[Chain]
    gaps: list[Gap]
    truncated: bool = Field(description="Whether a cap on the neighbourhood left something out.")


class Strength(Answer):
    """An entity that covers a stage, and how strongly."""

    entity: EntityRef
    strength: Score = Field(description="From 0 to 1.")


class Coverage(Answer):
    """How one stage is covered."""

    stage: StageName
    count: int = Field(description="Entities that fill it.", ge=0)
    strength: Score = Field(description="From 0 to 1.")
    entities: list[Strength] = Field(description="The strongest of them.")
    by_year: dict[str, int] = Field(description="Entities by the year they were first seen in.")

    @classmethod
    def of(cls, coverage: values.Coverage) -> Self:
        """The shape of a stage's coverage."""
        strongest = [Strength(entity=EntityRef.model_validate(ref), strength=share) for ref, share in coverage.entities]
        return cls(
            stage=coverage.stage,
            count=coverage.count,
            strength=coverage.strength,
            entities=strongest,
            by_year=dict(coverage.by_year),
        )


class Gaps(Answer):
    """What a field has in a region and what it lacks."""

    field: str
    region: str = Field(description="Region, or empty for all.")
    coverage: list[Coverage] = Field(description="One entry a stage, in the order of the chain.")
    gaps: list[Gap]

    @classmethod
    def of(cls, found: values.Gaps) -> Self:
        """The shape of the gaps of a field in a region."""
        return cls(
            field=found.field,
            region=found.region,
            coverage=[Coverage.of(coverage) for coverage in found.coverage],
            gaps=[Gap.model_validate(gap) for gap in found.gaps],
        )


class GapCell(Answer):
    """One field in one region."""

    field: str
    region: str
    counts: dict[str, int] = Field(description="Entities a stage.")
    missing: list[StageName]


class GapMatrix(Answer):
    """All fields by all regions."""

    fields: list[str]
    regions: list[str]
    cells: list[GapCell] = Field(description="Row by row: every region of the first field, then of the second.")
