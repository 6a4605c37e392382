"""Recommendations and matching."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from starlette.responses import Response, StreamingResponse

from api.deps import Services, ServicesDep, stage
from api.errors import as_problem
from api.schemas.recommend import (
    MatchRequest,
    MatchResult,
    MatchResults,
    RecommendationRequest,
    Recommendations,
)
from graph.answers import match as match_answers
from graph.answers import recommend as answers
from graph.answers.values import MatchQuery

router = APIRouter(tags=["answers"])
