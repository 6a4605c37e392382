"""Verdicts on recommendations."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import JSON_BODY, ServicesDep
from api.schemas.feedback import Feedback, Forgotten, Learned, Verdict, VerdictRequest
from api.schemas.recommend import Mode
from graph.answers import feedback as answers

router = APIRouter(prefix="/v1", tags=["answers"])


@router.post(
    "/feedback", summary="Say whether a recommendation was taken", dependencies=[JSON_BODY], responses={404: {}}
)
async def give_feedback(given: VerdictRequest, services: ServicesDep) -> Verdict:
    """Keeps the verdict with the parts that the candidate's score had; a later one on the same takes its place."""
    plan = answers.give(
        given.start,
        given.candidate,
        given.accepted,
        mode=given.mode,
        embedder=services.embedder,
        reference=services.reference,
    )
    return Verdict.model_validate(await services.thinking.answer(plan))


@router.get("/feedback", summary="What verdicts taught")
async def get_feedback(services: ServicesDep) -> Feedback:
    """The weights learnt for each mode, and how well they foresee verdicts that they were not learnt from."""
    found = await services.database.answer(answers.learned())
    return Feedback(
        active=services.settings.feedback, learned=[Learned.model_validate(value) for value in found.values()]
    )


@router.post("/feedback/learn", summary="Learn from verdicts")
async def learn_from_feedback(
    services: ServicesDep, mode: Annotated[Mode, Query(description="Of which recommendations.")] = "next_step"
) -> Learned:
    """Learns weights of the parts from the verdicts of a mode; 20 are needed, five of either kind."""
    return Learned.model_validate(await services.thinking.answer(answers.learn(mode)))


@router.delete("/feedback", summary="Forget verdicts")
async def reset_feedback(services: ServicesDep) -> Forgotten:
    """Deletes all verdicts and what was learnt from them."""
    return Forgotten(deleted=await services.database.answer(answers.reset()))
