"""Plain Python values of what the driver returns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neo4j.graph import Node, Path, Relationship
from neo4j.time import Date, DateTime, Duration, Time

_PLAIN = (str, int, float, bool, type(None))


def plain(value: Any) -> Any:
    """A value without driver types: nodes and relationships as their properties, times as ISO text, the rest as it is.

    A path becomes the list of its nodes' and relationships' properties in turn.
    """
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, Node | Relationship):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, Path):
        return [plain(item) for pair in zip(value.nodes, [*value.relationships, None], strict=True) for item in pair][
            :-1
        ]
    return _scalar(value)


def described(value: Any) -> Any:
    """Like :func:`plain`, but keeps labels, types and ends, for people who write their own Cypher."""
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, list):
        return [described(item) for item in value]
    if isinstance(value, Node):
        return {"id": value.element_id, "labels": sorted(value.labels), "properties": plain(value)}
    if isinstance(value, Relationship):
        ends = [node.element_id if node is not None else None for node in (value.start_node, value.end_node)]
        return {
            "id": value.element_id,
            "type": value.type,
            "start": ends[0],
            "end": ends[1],
            "properties": plain(value),
        }
    if isinstance(value, Path):
        return {
            "nodes": [described(node) for node in value.nodes],
            "relationships": [described(relationship) for relationship in value.relationships],
        }
    if isinstance(value, Mapping):
        return {key: described(item) for key, item in value.items()}
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, Date | DateTime | Time | Duration):
        return value.iso_format()
    if isinstance(value, bytes | bytearray):
        return value.hex()
    if isinstance(value, tuple):  # a point, which the driver makes a tuple of coordinates
        return list(value)
    return str(value)
