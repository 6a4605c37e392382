"""A function, the command line and the API give one and the same answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from graph.answers import analytics, chains, gaps, match, paths, recommend, search, statistics
from graph.answers.values import MatchQuery, plain
from graph.ontology import Ontology
from graph.settings import Settings
from graph.store.database import Database
from graph.store.query import Plan

pytestmark = pytest.mark.integration
DEMAND = {"id": "D1", "text": "氢能装置需要中试条件", "region": "河北"}


@pytest.fixture
def command(graph: Ontology, store_settings: Settings) -> Callable[..., str]:
    """Runs the command line on the session's store."""
    own = {
        "INNOGRAPH_HOME": store_settings.home,
        "INNOGRAPH_NEO4J_LINE": store_settings.neo4j_line,
        "INNOGRAPH_NEO4J_JARS": store_settings.neo4j_jars,
        "INNOGRAPH_EMBEDDER": "none",
    }
    environment = os.environ | {name: str(value) for name, value in own.items()}

    def run(*arguments: str) -> str:
        line = [sys.executable, "-m", "innograph", *arguments]
        return subprocess.run(line, env=environment, check=True, capture_output=True, encoding="utf-8").stdout

    return run


def rounded(value: Any) -> Any:
    """What two renderings of an answer must share: everything but absent members and decimals beyond the fourth."""
    if isinstance(value, dict):
        if value.keys() == {"entity", "strength"}:  # a pair by itself
            return rounded(list(value.values()))
        return {key: rounded(member) for key, member in value.items() if member not in (None, "", [], {}, False)}
    if isinstance(value, list | tuple):
        return [rounded(member) for member in value]
    return round(value, 4) if isinstance(value, float) else value


def within(part: Any, whole: Any) -> bool:
    """Whether all that one rendering says is said by the other, in the same order."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(key in whole and within(part[key], whole[key]) for key in part)
    if isinstance(part, list):
        return isinstance(whole, list) and len(part) == len(whole) and all(map(within, part, whole))
    return bool(part == whole)


CASES: list[tuple[str, Callable[[], Plan[Any]], list[str], str, dict[str, Any]]] = [
    ("path", lambda: paths.paths("唐山氢能中试基地", "氢能", k=2), ["path", "唐山氢能中试基地", "氢能", "--limit", "2"], "/v1/paths",
     {"start": "唐山氢能中试基地", "end": "氢能", "k": 2}),
    ("chain", lambda: chains.chains("氢能", region="京津冀", limit=2), ["chain", "氢能", "--region", "京津冀", "--limit", "2"],
     "/v1/chains", {"start": "氢能", "region": "京津冀", "limit": 2}),
    ("gaps", lambda: gaps.gaps("氢能", "河北"), ["gaps", "氢能", "--region", "河北"], "/v1/gaps", {"field": "氢能", "region": "河北"}),
    ("matrix", lambda: gaps.gap_matrix(["氢能"], ["河北", "北京"]),
     ["gap-matrix", "--field", "氢能", "--region", "河北", "--region", "北京"], "/v1/gaps/matrix",
     {"fields": ["氢能"], "regions": ["河北", "北京"]}),
    ("search", lambda: search.search("氢能", limit=5), ["search", "氢能", "--limit", "5"], "/v1/search", {"q": "氢能", "limit": 5}),
    ("stats", lambda: statistics.statistics(), ["stats"], "/v1/stats", {}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "plan", "arguments", "route", "asked"), CASES, ids=[case[0] for case in CASES])
def test_three_doors_one_answer(
    session_database: Database,
    command: Callable[..., str],
    http: httpx.Client,
    name: str,
    plan: Callable[[], Plan[Any]],
    arguments: list[str],
    route: str,
    asked: dict[str, Any],
) -> None:
    value = rounded(plain(session_database.answer(plan())))
    assert rounded(json.loads(command(*arguments, "--json"))) == value
    answer = http.get(route, params=asked)
    assert answer.status_code == 200, answer.text
    served = rounded(answer.json())
    assert within(_shared(served, value), value), (served, value)


def _shared(served: Any, value: Any) -> Any:
    """The members of what is served that the value has under the same name."""
    if isinstance(served, dict) and isinstance(value, dict):
        shared = {key: _shared(served[key], value[key]) for key in served if key in value}
        assert shared or not served, (served, value)
        return shared
    if isinstance(served, list) and isinstance(value, list) and len(served) == len(value):
        return [_shared(one, other) for one, other in zip(served, value, strict=True)]
    return served


def test_recommendations_and_matches_are_the_same_too(
    session_database: Database, command: Callable[..., str], http: httpx.Client, tmp_path: Path
) -> None:
    plan = recommend.recommend("氢能装置寻找中试条件", targets=("PilotBase",), limit=3, diversity=0.3)
    found = rounded(plain(session_database.answer(plan)))
    line = [
        "recommend",
        "氢能装置寻找中试条件",
        "--target",
        "PilotBase",
        "--limit",
        "3",
        "--diversity",
        "0.3",
        "--json",
    ]
    assert rounded(json.loads(command(*line))) == found
    body = {"text": "氢能装置寻找中试条件", "targets": ["PilotBase"], "limit": 3, "diversity": 0.3}
    served = http.post("/v1/recommendations", json=body).json()
    assert [(item["entity"]["uid"], item["score"]) for item in served["items"]] == [
        (item["entity"]["uid"], item["score"]) for item in found["items"]
    ]
    matched = session_database.answer(match.match(MatchQuery(**DEMAND), targets=("PilotBase",), limit=3))  # type: ignore[arg-type]
    file = tmp_path / "demands.jsonl"
    file.write_text(json.dumps(DEMAND, ensure_ascii=False), "utf-8")
    (row,) = map(
        json.loads, command("match", str(file), "--targets", "PilotBase", "--limit", "3", "--json").splitlines()
    )
    asked = {"queries": [DEMAND], "targets": ["PilotBase"], "limit": 3}
    (answer,) = http.post("/v1/match", json=asked).json()["items"]
    ids = [item.uid for item in matched.results]
    assert ids
    assert [item["uid"] for item in row["results"]] == ids
    assert [item["uid"] for item in answer["results"]] == ids


def test_the_analysis_is_the_same_from_the_api(session_database: Database, graph: Ontology, http: httpx.Client) -> None:
    session_database.answer(analytics.analyse())
    found = rounded(plain(session_database.answer(analytics.analytics(limit=3))))
    assert rounded(http.get("/v1/analytics", params={"limit": 3}).json()) == found
