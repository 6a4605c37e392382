"""Plans driven by hand, without a store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from graph.answers import chains, entities, gaps, match, paths, recommend, search
from graph.answers.values import EntityCard, MatchQuery
from graph.errors import InvalidInput, NotFound
from graph.store.plans import drive
from graph.store.query import Plan, Query

FIRM = EntityCard("Firm-1", "Firm", "国氢科技有限公司", degree=3)


def answer(plan: Plan[Any], results: Mapping[str, Any]) -> tuple[Any, list[str]]:
    """Runs a plan with given results by name of query; returns what it gives and the queries it asked."""
    asked: list[str] = []

    def run(query: Query[Any]) -> Any:
        asked.append(query.name)
        found = results[query.name]
        return found(query.parameters) if callable(found) else found

    return drive(plan, run), asked


def test_resolve_asks_for_a_uid_only_if_it_can_be_one() -> None:
    results = {"entities/by_uid": FIRM, "entities/by_name": (FIRM,)}
    assert answer(entities.resolve("Firm-1"), results)[1] == ["entities/by_uid"]
    found, asked = answer(entities.resolve("国氢"), results)
    assert asked == ["entities/by_name"]
    assert found.stage == "industrialization"


def test_redirects_in_a_ring_end() -> None:
    ring: Callable[[Mapping[str, Any]], str] = lambda given: "b" if given["uid"] == "a" else "a"  # noqa: E731
    with pytest.raises(NotFound):
        answer(entities.entity("a"), {"entities/by_uid": None, "entities/redirect": ring})


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (lambda: entities.neighbours("a", limit=101), "limit is 101"),
        (lambda: entities.neighbours("a", types=["Planet"]), "Planet"),
        (lambda: entities.neighbours("a", relations=["LIKES"]), "LIKES"),
        (lambda: entities.neighbours("a", direction="up"), "direction"),  # type: ignore[arg-type]
        (lambda: entities.evidence(), "head, type and tail"),
        (lambda: search.search("  "), "text is empty"),
        (lambda: search.search("a", region="亚特兰蒂斯"), "亚特兰蒂斯"),
        (lambda: search.search("a", cursor="!"), "cursor"),
        (lambda: paths.paths("a", "b", max_hops=7), "max_hops is 7"),
        (lambda: paths.paths("a", "b", k=51), "k is 51"),
        (lambda: paths.paths("a", "b", since="yesterday"), "since"),
        (lambda: chains.chains("a", limit=51), "limit is 51"),
        (lambda: chains.chains("a", direction="up"), "direction"),
        (lambda: chains.chains("a", min_confidence=2), "min_confidence"),
        (lambda: chains.chains("长" * 5001), "5001"),
        (lambda: gaps.gaps("a", "亚特兰蒂斯"), "亚特兰蒂斯"),
        (lambda: gaps.gap_matrix(["a"] * 51), "51"),
        (lambda: recommend.recommend("a", mode="wild"), "mode"),
        (lambda: recommend.recommend("a", diversity=-1), "diversity"),
        (lambda: match.match(MatchQuery("q", "a"), targets=[]), "target"),
        (lambda: match.match(MatchQuery("q", "a"), targets=["Planet"]), "Planet"),
    ],
)
def test_bad_input_is_refused_before_any_query(plan: Callable[[], Plan[Any]], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        answer(plan(), {})


def test_a_page_asks_for_one_more_and_says_where_it_ends() -> None:
    def rows(given: Mapping[str, Any]) -> tuple[Any, ...]:
        assert given["limit"] == 3
        return ()

    page, _ = answer(entities.neighbours("Firm-1", limit=2), {"entities/by_uid": FIRM, "entities/neighbours": rows})
    assert page.items == ()
    assert page.cursor is None
