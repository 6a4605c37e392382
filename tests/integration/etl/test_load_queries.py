"""Every query of cypher/load and cypher/exports on a small graph, one after the other, with the rows it should give."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

import cypher
from graph.answers.values import DocumentView
from graph.errors import InvalidInput
from graph.exports.files import export
from graph.queries import entities, exports, load
from graph.queries.load import NO_CHANGE, Change, DocumentState, Primary
from graph.store.database import Database
from graph.store.query import Query

pytestmark = pytest.mark.integration
STAGES = ["research", "pilot"]


def entity(uid: str, kind: str, name: str, **own: Any) -> dict[str, Any]:
    empty = {
        "aliases": [],
        "place": [],
        "fields": [],
        "stage": None,
        "description": None,
        "record_id": None,
        "authority": None,
    }
    return {"uid": uid, "type": kind, "name": name} | empty | own


def relation(uid: str, evidence: list[str], *, date: str = "", status: str = "stated") -> dict[str, Any]:
    return {
        "uid": uid,
        "type": "DEVELOPS",
        "head": "u",
        "tail": "a",
        "evidence": evidence,
        "confidence": 0.5,
        "status": status,
        "date": date,
        "method": "m",
    }


def exported(*, support: int) -> dict[str, Any]:
    """The relation of the steps as it is exported."""
    return {
        "uid": "DEVELOPS-1",
        "type": "DEVELOPS",
        "head": "u",
        "tail": "a",
        "status": "stated",
        "confidence": 0.5,
        "support": support,
        "first_seen": "2024",
        "last_seen": "2025",
        "method": "m",
        "evidence": ["d1/0", "d2/0"],
    }


def steps() -> list[tuple[Query[Any], Any]]:
    """Queries in the order of a load, each with its result."""
    rows = [
        entity("u", "University", "海南大学", aliases=["海大"], place=["460000"]),
        entity("a", "Achievement", "椰岛工艺", stage="research", fields=["材料"]),
    ]
    return [
        (load.state("d1"), DocumentState(False, "", (), (), ())),
        (load.lock_document("d1"), None),
        (load.merge_entities(rows, STAGES), Change(added=2)),
        (load.merge_entities([entity("a", "Achievement", "椰岛工艺", stage="pilot")], STAGES), Change(changed=1)),
        (load.merge_entities([entity("a", "Achievement", "椰岛工艺", stage="research")], STAGES), NO_CHANGE),
        (load.write_vectors([{"uid": uid, "vector": [1.0, 0.5], "key": "m#1"} for uid in ("a", "gone")]), 1),
        (load.merge_names([{"key": "海大", "text": "海大", "initials": "hd", "entity": "u"}]), None),
        (load.write_sentences("d1", [{"uid": "d1/0", "text": "海大研发椰岛工艺。", "start": 0, "end": 9}]), None),
        (
            load.write_mentions(
                [
                    {
                        "sentence": "d1/0",
                        "entity": uid,
                        "start": 0,
                        "end": 2,
                        "surface": "x",
                        "confidence": 0.9,
                        "method": "m",
                    }
                    for uid in ("u", "a")
                ]
            ),
            None,
        ),
        (load.merge_relations("d1", "d1", [relation("DEVELOPS-1", ["d1/0"], date="2024")]), Change(added=1)),
        (
            load.merge_relations("d2", "d2", [relation("DEVELOPS-1", ["d2/0"], date="2025", status="planned")]),
            Change(changed=1),
        ),
        (
            load.merge_relations("d2", "d1", [relation("DEVELOPS-1", ["d2/0"], date="2025", status="planned")]),
            NO_CHANGE,
        ),
        (exports.relations(heads=["u"]), [exported(support=1)]),
        (
            load.merge_relations("d2", "d2", [relation("DEVELOPS-1", ["d2/0"], date="2025", status="planned")]),
            NO_CHANGE,
        ),
        (load.write_document("d1", {"content_hash": "h", "relations": ["DEVELOPS-1"], "sources": ["one"]}), None),
        (load.add_source("d1", "two"), None),
        (load.add_source("d1", "two"), None),
        (load.state("d1"), DocumentState(True, "h", ("DEVELOPS-1",), ("one", "two"), ("a", "u"))),
        (load.join_bands("d1", ["00-a", "01-b"]), None),
        (load.lock_document("d3"), None),
        (load.join_bands("d3", ["00-a", "01-c"]), None),
        (
            load.write_document("d3", {"fingerprint": "f3", "held_facts": "packed", "own_sources": ["two", "three"]}),
            None,
        ),
        (load.candidates("d1", ["00-a", "01-b"]), (("d3", "f3"),)),
        (load.lock_primary("d1"), Primary("d1", ("海大研发椰岛工艺。",))),
        (load.lock_primary("nobody"), None),
        (load.state("nobody"), DocumentState(False, "", (), (), ())),
        (load.join_primary("d3", "d1"), None),
        (load.lock_primary("d3"), None),
        (load.candidates("d1", ["00-a", "01-b"]), ()),
        (load.held_facts("d3"), "packed"),
        (load.renew_sources("d1"), None),
        (entities.document(uid="d1"), ("one", "two", "three")),
        (load.state("d3"), DocumentState(True, "", (), ("two", "three"), (), primary="d1")),
        (
            load.state("d1"),
            DocumentState(True, "h", ("DEVELOPS-1",), ("one", "two"), ("a", "u"), versions=("d3",)),
        ),
        (load.leave("d3"), None),
        (load.candidates("d1", ["00-a", "01-c"]), ()),
        (load.delete_document("d3"), 1),
        (load.leave("d1"), None),
        (load.bump_version(), 1),
        (load.bump_version(), 2),
        (exports.relations(heads=["u"]), [exported(support=2)]),
        (
            exports.entities(after="a", limit=5),
            [
                {
                    "uid": "u",
                    "type": "University",
                    "name": "海南大学",
                    "aliases": ["海大"],
                    "place": ["460000"],
                    "fields": None,
                    "stage": None,
                    "description": None,
                    "record_id": None,
                    "authority": None,
                }
            ],
        ),
        (load.withdraw_relations("DEVELOPS", "d2", ["DEVELOPS-1"]), Change(changed=1)),
        (load.withdraw_relations("DEVELOPS", "d1", ["DEVELOPS-1"]), Change(withdrawn=1)),
        (load.delete_orphans(["u", "a"]), NO_CHANGE),
        (load.delete_sentences("d1"), None),
        (load.delete_orphans(["u", "a"]), Change(withdrawn=2)),
        (load.delete_document("d1"), 1),
        (load.delete_document("d1"), 0),
        (load.state("d1"), DocumentState(False, "", (), (), ())),
    ]


def test_each_step_of_a_load_does_what_it_should(database: Database) -> None:
    for number, (query, expected) in enumerate(steps()):
        found = database.run(query)
        if isinstance(found, DocumentState):
            found = replace(found, entities=tuple(sorted(found.entities)))
        if isinstance(found, DocumentView):
            found = found.sources
        assert found == expected, f"step {number}: {query.name}"
    assert database.read_only_cypher("MATCH (b:Band) RETURN count(b) AS n").rows == ({"n": 0},)


def test_every_query_file_of_loading_and_exporting_is_run() -> None:
    root = Path(cypher.__file__).parent
    files = {f"{topic}/{path.stem}" for topic in ("load", "exports") for path in (root / topic).glob("*.cypher")}
    assert files == {query.name for query, _ in steps()} - {"entities/document"}


def test_exports_hold_the_whole_graph(database: Database, tmp_path: Path) -> None:
    for query, _ in steps()[:12]:
        database.run(query)
    assert export(database, tmp_path / "graph.jsonl", "jsonl") == (2, 1)
    rows = [json.loads(line) for line in (tmp_path / "graph.jsonl").read_text("utf-8").splitlines()]
    assert [row["kind"] for row in rows] == ["entity", "entity", "relation"]
    assert export(database, tmp_path / "graph.csv", "csv") == (2, 1)
    assert (
        (tmp_path / "graph-relations.csv")
        .read_text("utf-8")
        .splitlines()[1]
        .startswith("DEVELOPS-1,DEVELOPS,u,a,stated")
    )
    export(database, tmp_path / "graph.graphml", "graphml")
    graph = nx.read_graphml(tmp_path / "graph.graphml")
    assert set(graph) == {"a", "u"}
    assert graph.number_of_edges() == 1


def test_an_export_that_fails_leaves_the_old_file(database: Database, tmp_path: Path) -> None:
    (tmp_path / "graph.jsonl").write_text("old", "utf-8")
    with pytest.raises(InvalidInput, match="Unknown format 'docx'"):
        export(database, tmp_path / "graph.jsonl", "docx")
    with pytest.raises(InvalidInput, match="Cannot write"):
        export(database, tmp_path / "no" / "graph.jsonl", "jsonl")
    assert (tmp_path / "graph.jsonl").read_text("utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["graph.jsonl"]
