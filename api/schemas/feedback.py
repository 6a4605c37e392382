"""Verdicts on recommendations and what they taught."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, StrictBool, StringConstraints

from api.schemas.common import Answer, Request, Score
from api.schemas.recommend import Mode
from graph.answers.limits import MAX_TEXT


class VerdictRequest(Request):
    """Whether a candidate that was recommended was taken."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"start": "质子交换膜", "candidate": "唐山氢能中试基地", "accepted": True}]}
    )

    start: Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT)] = Field(
        description="What it was recommended for: uid or name of an entity, a field, a region, or a text.",
    )
    candidate: Annotated[str, StringConstraints(min_length=1, max_length=300)] = Field(
        description="uid or name of the entity recommended."
    )
    accepted: StrictBool
    mode: Mode = "next_step"


class Verdict(Answer):
    """What was kept of a verdict."""

    start: str
    candidate: str
    mode: Mode
    accepted: bool
    shares: dict[str, Score] = Field(description="How much of its weight each part of the score had, from 0 to 1.")


class Learned(Answer):
    """What the verdicts of a mode taught."""

    mode: Mode
    verdicts: int
    accepted: int
    weights: dict[str, Score] = Field(description="Of the parts of the score, summing to 1.")
    loss_usual: Score = Field(description="Cross-validated logarithmic loss of the usual weights; lower is better.")
    loss: Score = Field(description="The same of the learnt weights.")
    auc_usual: Score = Field(description="How often an accepted candidate stands before a rejected one, usual weights.")
    auc: Score = Field(description="The same by the learnt weights.")


class Feedback(Answer):
    """What was learnt, and whether it counts."""

    active: bool = Field(description="Whether recommendations are weighed by it (INNOGRAPH_FEEDBACK).")
    learned: list[Learned]


class Forgotten(Answer):
    """What was deleted."""

    deleted: int = Field(description="Verdicts.")
