"""Cheapest paths and PageRank against slower, plainer ways to the same numbers."""

from __future__ import annotations

import itertools

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.answers.ranking import cheapest_paths, personalised_pagerank

NODES = "abcdef"
graphs = st.dictionaries(
    st.sampled_from(NODES),
    st.dictionaries(st.sampled_from(NODES), st.integers(1, 9).map(float), max_size=6),
    max_size=6,
)


def all_paths(graph: dict[str, dict[str, float]], max_hops: int) -> list[tuple[float, tuple[str, ...]]]:
    """Every simple path from a to f, by trying all orders of nodes."""
    found = []
    for length in range(max_hops):
        for inner in itertools.permutations("bcde", length):
            nodes = ("a", *inner, "f")
            pairs = list(itertools.pairwise(nodes))
            if all(other in graph.get(one, {}) for one, other in pairs):
                found.append((sum(graph[one][other] for one, other in pairs), nodes))
    return sorted(found)


@settings(max_examples=300, deadline=None)
@given(graphs, st.integers(1, 6))
def test_paths_are_those_of_brute_force_in_the_same_order(graph: dict[str, dict[str, float]], max_hops: int) -> None:
    expected = all_paths(graph, min(max_hops, 5))
    found = list(cheapest_paths(graph, "a", "f", max_hops=max_hops))
    assert sorted(found) == expected
    assert [cost for cost, _ in found] == [cost for cost, _ in expected]


def test_the_budget_ends_the_search() -> None:
    complete = {one: {other: 1.0 for other in NODES if other != one} for one in NODES}
    assert len(list(cheapest_paths(complete, "a", "f", max_hops=5, budget=10))) < 20
    assert len(list(cheapest_paths(complete, "a", "f", max_hops=5))) == 65


def test_there_is_no_path_from_a_node_to_itself() -> None:
    assert list(cheapest_paths({"a": {"a": 1.0}}, "a", "a", max_hops=3)) == []


@settings(max_examples=100, deadline=None)
@given(graphs)
def test_pagerank_agrees_with_networkx(graph: dict[str, dict[str, float]]) -> None:
    network = nx.DiGraph()
    network.add_nodes_from(NODES)
    for one, edges in graph.items():
        for other, weight in edges.items():
            network.add_edge(one, other, weight=weight)
    expected = nx.pagerank(
        network, alpha=0.85, personalization={"a": 1, "b": 2}, dangling={"a": 1, "b": 2}, tol=1e-12, max_iter=500
    )
    found = personalised_pagerank(graph, {"a": 1.0, "b": 2.0}, rounds=200)
    assert sum(found.values()) == pytest.approx(1.0)
    for node in NODES:
        assert found.get(node, 0.0) == pytest.approx(expected[node], abs=1e-6)
