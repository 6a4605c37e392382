"""Which Cypher a caller may write: reading, no administration, no way out of the graph. No input or output.

A READ session refuses writes, but lets commands through that show or end other people's transactions, and LOAD CSV,
which reads files and addresses. What a text would do is asked of the server itself: EXPLAIN gives its type and its
plan.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graph.errors import InvalidInput

# Procedures that only read the graph or its schema.
ALLOWED_PROCEDURES = frozenset(
    {
        "db.index.fulltext.queryNodes",
        "db.index.fulltext.queryRelationships",
        "db.index.vector.queryNodes",
        "db.index.vector.queryRelationships",
        "db.labels",
        "db.propertyKeys",
        "db.relationshipTypes",
        "db.schema.nodeTypeProperties",
        "db.schema.relTypeProperties",
        "db.schema.visualization",
    }
)
_ALLOWED = {name.casefold() for name in ALLOWED_PROCEDURES}
_PROCEDURE = re.compile(r"\s*([A-Za-z0-9_.`]+)\s*\(")
_LEADING = re.compile(r"(?:\s+|//[^\n]*(?:\n|$)|/\*.*?\*/)*", re.DOTALL)
# Neo4j's parser recurses: some hundreds of nested brackets overflow its stack and the connection never answers.
MAX_NESTING = 100
_MODE = re.compile(r"(?:EXPLAIN|PROFILE)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a caller's own query.

    Attributes:
        columns: Names, in order.
        rows: Plain values by column; nodes as ``{id, labels, properties}``, relationships as ``{id, type, start, end,
            properties}``.
        truncated: Whether there are more rows than the cap.
    """

    columns: tuple[str, ...]
    rows: tuple[dict[str, Any], ...]
    truncated: bool


def explained(text: str) -> str:
    """The text with EXPLAIN before it.

    Raises:
        InvalidInput: There is nothing to run, brackets are nested more than 100 deep, or the text asks for EXPLAIN or
            PROFILE itself.
    """
    depth = 0
    for ch in text:
        depth += (ch in "([{") - (ch in ")]}")
        if depth > MAX_NESTING:
            raise InvalidInput(f"Brackets are nested more than {MAX_NESTING} deep. Simplify the query.")
    match = _LEADING.match(text)
    body = text[match.end() :] if match else text
    if not body.strip():
        raise InvalidInput("The Cypher is empty. Write a query such as MATCH (e:Entity) RETURN e.name LIMIT 10.")
    if _MODE.match(body):
        raise InvalidInput("EXPLAIN and PROFILE are not offered here. Send the query itself.")
    return f"EXPLAIN {text}"


def check_explained(query_type: str | None, plan: Mapping[str, Any] | None) -> None:
    """Lets a query pass that only reads the graph.

    Args:
        query_type: Type from the summary of EXPLAIN: ``r``, ``rw``, ``w`` or ``s``.
        plan: Plan from the same summary: ``operatorType``, ``args``, ``children``.

    Raises:
        InvalidInput: It does something else; the message says what.
    """
    if query_type != "r" or plan is None:
        raise InvalidInput(
            "Only reading is allowed here: MATCH, WHERE, RETURN and the like, no writing, no administration."
        )
    for operator, details in _operators(plan):
        if operator.startswith(("Show", "Terminate", "LoadCSV")) or "Administration" in operator:
            raise InvalidInput(f"Only reading the graph is allowed here, not {operator}.")
        if "ProcedureCall" in operator:
            match = _PROCEDURE.match(details)
            name = match.group(1).replace("`", "") if match else details
            if name.casefold() not in _ALLOWED:
                raise InvalidInput(
                    f"The procedure {name} is not allowed here. Allowed: {', '.join(sorted(ALLOWED_PROCEDURES))}."
                )


def _operators(plan: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    pending = [plan]
    while pending:
        node = pending.pop()
        # Operators carry the name of the database, as in "NodeByLabelScan@neo4j".
        yield str(node.get("operatorType", "")).split("@")[0], str(node.get("args", {}).get("Details", ""))
        pending.extend(node.get("children", ()))
