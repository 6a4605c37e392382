"""The analysis on a real store: measures on the entities, the same answer from every door."""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from typer.testing import CliRunner

from graph.answers import analytics
from graph.answers.roles import roles_of
from graph.answers.values import plain
from graph.errors import NotFound
from graph.exports.tables import write_tables
from graph.ontology import load_ontology
from graph.settings import Settings
from graph.store.database import Database
from graph.store.query import Plan
from innograph.cli import app
from tests.integration.answers.conftest import ENTITIES, RELATIONS, Inline, _clear, fill, write

pytestmark = pytest.mark.integration
ROLES = roles_of(load_ontology())


@pytest.fixture
def analysed(session_database: Database) -> Iterator[Database]:
    _clear(session_database)
    fill(session_database)
    yield session_database
    _clear(session_database)


def expected_graph() -> nx.Graph:
    graph = nx.Graph()
    graph.add_nodes_from(key for key, (kind, *_) in ENTITIES.items() if kind not in ROLES.without)
    for head, kind, tail, *_ in RELATIONS:
        if kind in ROLES.walked and head in graph and tail in graph:
            graph.add_edge(head, tail)
    return graph


def stage_of(uid: str) -> str:
    kind, _, own = ENTITIES[uid]
    stage = own.get("stage") or ROLES.stages.get(kind, "")
    return "" if kind in ROLES.wishes else stage


def test_nothing_is_told_before_an_analysis(analysed: Database) -> None:
    with pytest.raises(NotFound, match="innograph analyse"):
        analysed.answer(analytics.analytics())


def test_measures_are_those_of_a_plain_count(analysed: Database) -> None:
    steps: list[str] = []
    found = analysed.answer(analytics.analyse(progress=steps.append))
    graph = expected_graph()
    assert found.entities == len(graph)
    assert len(steps) == 4
    rows: dict[str, dict[str, Any]] = {}
    for uid in graph:
        rows[uid] = analysed.answer(_own(uid))
    between = nx.betweenness_centrality(graph)
    for uid in graph:
        around = [other for other in graph[uid] if stage_of(other)]
        pairs = sum(
            stage_of(a) != stage_of(b) and not graph.has_edge(a, b) for a, b in itertools.combinations(around, 2)
        )
        assert rows[uid]["brokerage"] == pairs, uid
        assert rows[uid]["betweenness"] == pytest.approx(between[uid], abs=1e-6)
    assert sum(row["pagerank"] for row in rows.values()) == pytest.approx(1, abs=1e-4)
    sizes = [community.size for community in found.communities]
    assert sizes == sorted(sizes, reverse=True)


def _own(uid: str) -> Plan[dict[str, Any]]:
    text = "MATCH (e:Entity {uid: $uid}) RETURN properties(e) AS own"
    rows: list[dict[str, Any]] = yield Inline(
        "tests/inline", lambda found: [dict(row["own"]) for row in found], {"uid": uid}, inline=text  # type: ignore[arg-type, return-value]
    )  # fmt: skip
    return rows[0]


def test_flows_lead_from_province_to_province(analysed: Database) -> None:
    ends = [{"head": "ysu", "tail": "thu"}, {"head": "ysu", "tail": "firm"}, {"head": "shfirm", "tail": "thu"}]
    write(
        analysed,
        "UNWIND $rows AS row MATCH (h:Entity {uid: row.head}) MATCH (t:Entity {uid: row.tail}) "
        "CREATE (h)-[:COOPERATES_WITH {uid: row.head + row.tail, confidence: 0.9, status: 'stated'}]->(t)",
        ends,
    )
    found = analysed.answer(analytics.analyse(again=True))
    assert [(f.source, f.target, f.relation, f.count) for f in found.flows] == [
        ("河北省", "北京市", "COOPERATES_WITH", 2),
        ("上海市", "北京市", "COOPERATES_WITH", 1),
    ]


def test_it_is_made_once_for_a_version(analysed: Database) -> None:
    first = analysed.answer(analytics.analyse())
    steps: list[str] = []
    assert analysed.answer(analytics.analyse(progress=steps.append)) == first
    assert steps == []
    assert analysed.answer(analytics.analyse(again=True)) == first
    write(analysed, "MERGE (m:Meta {name: 'graph_version'}) SET m.value = coalesce(m.value, 0) + 1", [])
    assert not analysed.answer(analytics.analytics(limit=100)).current


def test_every_door_gives_the_same(
    analysed: Database, store_settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    whole = analysed.answer(analytics.analyse())
    for name, value in {
        "HOME": store_settings.home, "NEO4J_LINE": store_settings.neo4j_line, "NEO4J_JARS": store_settings.neo4j_jars,
    }.items():  # fmt: skip
        monkeypatch.setenv(f"INNOGRAPH_{name}", str(value))
    result = CliRunner().invoke(app, ["analyse", "--limit", "2", "--json", "--export", str(tmp_path / "a")])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == plain(analysed.answer(analytics.analytics(limit=2)))
    with (tmp_path / "a" / "leaders.csv").open(encoding="utf-8-sig") as file:
        assert [row["name"] for row in csv.DictReader(file)] == [leader.entity.name for leader in whole.leaders]
    assert json.loads((tmp_path / "a" / "analytics.json").read_text("utf-8"))["entities"] == whole.entities


def test_tables_that_cannot_be_written_name_the_folder(analysed: Database, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(Exception, match="taken"):
        write_tables(analysed.answer(analytics.analyse()), tmp_path / "taken")
