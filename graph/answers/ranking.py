"""Rankings in a small weighted graph: the k cheapest simple paths, exactly, and personalised PageRank."""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Iterator, Mapping
from typing import Any, TypeVar

Node = TypeVar("Node", bound=Hashable)
Graph = Mapping[Node, Mapping[Node, float]]


def cheapest_paths(
    graph: Graph[Node], start: Node, end: Node, *, max_hops: int, budget: int = 50_000
) -> Iterator[tuple[float, tuple[Node, ...]]]:
    """Yields (cost, nodes) of simple paths, cheapest first; ties in an order that is always the same.

    Best-first search (A*, P. Hart, N. Nilsson, B. Raphael, 1968) over prefixes of paths. The estimate of what remains
    is the exact cheapest cost within the hops left, paths that repeat a node included, so it never overestimates and
    the paths come out in order of cost.

    Args:
        graph: Costs (not negative) of the edges from each node; nodes must be orderable.
        start: First node.
        end: Last node, other than the first.
        max_hops: Most edges of a path.
        budget: Most prefixes to look at; when it is used up the search ends.
    """
    remaining = _remaining(graph, end, max_hops)
    if start == end or start not in remaining[max_hops]:
        return
    queue: list[Any] = [(remaining[max_hops][start], (start,), 0.0)]
    while queue and budget > 0:
        budget -= 1
        _, nodes, cost = heapq.heappop(queue)
        last = nodes[-1]
        if last == end:
            yield cost, nodes
            continue
        left = max_hops - len(nodes)
        if left < 0:
            continue
        for node, step in graph.get(last, {}).items():
            if node in nodes:
                continue
            rest = 0.0 if node == end else remaining[left].get(node)
            if rest is not None:
                heapq.heappush(queue, (cost + step + rest, (*nodes, node), cost + step))


def _remaining(graph: Graph[Node], end: Node, max_hops: int) -> list[dict[Node, float]]:
    """For each number of hops, the cheapest cost from each node to the end within it (Bellman and Ford)."""
    layers: list[dict[Node, float]] = [{end: 0.0}]
    for _ in range(max_hops):
        below = layers[-1]
        layer = dict(below)
        for node, edges in graph.items():
            best = min((step + below[other] for other, step in edges.items() if other in below), default=None)
            if best is not None and best < layer.get(node, float("inf")):
                layer[node] = best
        layers.append(layer)
    return layers


def personalised_pagerank(
    graph: Graph[Node], seeds: Mapping[Node, float], *, damping: float = 0.85, rounds: int = 40
) -> dict[Node, float]:
    """How often a walk that keeps returning to the seeds stands at each node; sums to 1.

    L. Page and others (1999), with restarts at the seeds (T. Haveliwala, Topic-sensitive PageRank, 2002). What is left
    after the given rounds of power iteration is below damping ** rounds.

    Args:
        graph: Weights (positive) of the edges from each node.
        seeds: Where walks start, with positive weights; at least one.
        damping: Probability of walking on.
        rounds: Rounds of power iteration.
    """
    total = sum(seeds.values())
    restart = {node: weight / total for node, weight in seeds.items()}
    outgoing = {node: sum(edges.values()) for node, edges in graph.items() if edges}
    rank = dict(restart)
    for _ in range(rounds):
        lost = sum(share for node, share in rank.items() if node not in outgoing)
        after = {node: (1 - damping + damping * lost) * share for node, share in restart.items()}
        for node, share in rank.items():
            for other, weight in graph.get(node, {}).items():
                after[other] = after.get(other, 0.0) + damping * share * weight / outgoing[node]
        rank = after
    return rank
