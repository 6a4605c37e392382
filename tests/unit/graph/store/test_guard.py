"""What of a caller's Cypher is let through, judged by the type and plan that EXPLAIN gave."""

from __future__ import annotations

from typing import Any

import pytest

from graph.errors import InvalidInput
from graph.store.guard import check_explained, explained


def plan(*operators: tuple[str, str]) -> dict[str, Any]:
    """A chain of operators, each the child of the one before."""
    node: dict[str, Any] = {}
    for operator, details in reversed(operators):
        node = {"operatorType": f"{operator}@neo4j", "args": {"Details": details}, "children": [node] if node else []}
    return node


def test_reading_passes() -> None:
    check_explained("r", plan(("ProduceResults", "n"), ("NodeByLabelScan", "n:Entity")))


@pytest.mark.parametrize("call", ["db.labels() :: (label)", "`db`.`labels`() :: (label)", " DB.LABELS() :: (label)"])
def test_listed_procedures_pass(call: str) -> None:
    check_explained("r", plan(("ProduceResults", "label"), ("ProcedureCall", call)))


@pytest.mark.parametrize("query_type", ["rw", "w", "s", "", None])
def test_other_types_are_refused(query_type: str | None) -> None:
    with pytest.raises(InvalidInput, match="Only reading"):
        check_explained(query_type, plan(("ProduceResults", "n")))


def test_no_plan_is_refused() -> None:
    with pytest.raises(InvalidInput):
        check_explained("r", None)


@pytest.mark.parametrize(
    "operator",
    [
        ("ShowTransactions", ""),
        ("ShowSettings", ""),
        ("TerminateTransactions", ""),
        ("LoadCSV", "line"),
        ("AdministrationCommand", ""),
        ("ProcedureCall", "dbms.killConnection($id) :: (x)"),
        ("ProcedureCall", "db.labels.evil() :: (x)"),
        ("ProcedureCall", "apoc.load.json(url)"),
        ("ProcedureCall", "no parenthesis"),
    ],
)
def test_commands_and_other_procedures_are_refused_however_deep(operator: tuple[str, str]) -> None:
    with pytest.raises(InvalidInput):
        check_explained("r", plan(("ProduceResults", "x"), ("Apply", ""), operator))


@pytest.mark.parametrize("text", ["", "  \n", "// only a comment", "/* a */ // b"])
def test_an_empty_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="empty"):
        explained(text)


@pytest.mark.parametrize("text", ["EXPLAIN RETURN 1", " profile RETURN 1", "/* x */ // y\nPROFILE RETURN 1"])
def test_explain_and_profile_of_the_caller_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="EXPLAIN and PROFILE"):
        explained(text)


def test_the_text_stays_as_it_is() -> None:
    assert explained("// c\nMATCH (profile) RETURN profile") == "EXPLAIN // c\nMATCH (profile) RETURN profile"


@pytest.mark.parametrize("opening", ["(", "[", "{"])
def test_deeply_nested_brackets_are_refused_before_the_server_sees_them(opening: str) -> None:
    with pytest.raises(InvalidInput, match="100 deep"):
        explained("RETURN " + opening * 101)
    assert explained("RETURN " + opening * 100).startswith("EXPLAIN")
