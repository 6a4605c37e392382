"""Driver values become plain ones."""

from __future__ import annotations

import json
from datetime import date

from neo4j.graph import Graph, Node
from neo4j.spatial import CartesianPoint
from neo4j.time import Date, DateTime, Duration

from graph.store.values import described, plain


def node(name: str) -> Node:
    """A node as the driver builds it from a row."""
    return Node(Graph(), f"4:{name}", 1, ["Firm", "Entity"], {"name": name, "seen": Date(2026, 1, 2)})


def test_plain_values_stay() -> None:
    for value in ("x", 1, 1.5, True, None, [1, ["a"]], {"a": {"b": [None]}}):
        assert plain(value) == value
        assert described(value) == value


def test_times_become_iso_text() -> None:
    assert plain(Date(2026, 1, 2)) == "2026-01-02"
    assert plain(DateTime(2026, 1, 2, 3, 4, 5)) == "2026-01-02T03:04:05.000000000"
    assert plain([Duration(days=1)]) == ["P1D"]


def test_points_and_bytes_become_json() -> None:
    assert plain({"at": CartesianPoint((1.0, 2.0))}) == {"at": [1.0, 2.0]}
    assert plain(b"\x01\xff") == "01ff"


def test_nodes_become_their_properties() -> None:
    assert plain({"n": node("华联")}) == {"n": {"name": "华联", "seen": "2026-01-02"}}


def test_described_nodes_keep_labels() -> None:
    assert described(node("华联")) == {
        "id": "4:华联",
        "labels": ["Entity", "Firm"],
        "properties": {"name": "华联", "seen": "2026-01-02"},
    }


def test_everything_described_can_be_written_as_json() -> None:
    values = [
        node("a"),
        Date(2026, 1, 1),
        CartesianPoint((1.0, 2.0)),
        b"x",
        {"d": [Duration(months=1)]},
        date(2026, 1, 1),
    ]
    assert json.loads(json.dumps(described(values)))[1] == "2026-01-01"
