"""Requests made from the OpenAPI description by schemathesis, sent to a real server over a real Neo4j."""

from __future__ import annotations

from datetime import timedelta

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from api.app import create_app
from graph.settings import Settings

pytestmark = pytest.mark.integration

DESCRIPTION = schemathesis.openapi.from_dict(create_app(Settings()).openapi())


@DESCRIPTION.parametrize()
@settings(
    max_examples=15,
    derandomize=True,
    database=None,
    deadline=timedelta(seconds=20),
    suppress_health_check=list(HealthCheck),
)
def test_the_server_does_what_it_says(case: schemathesis.Case, address: str) -> None:
    # What fits the description may still be refused: a region that is none, Cypher that is not Cypher.
    case.call_and_validate(base_url=address, timeout=30, excluded_checks=[positive_data_acceptance])
