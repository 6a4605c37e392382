"""The best chains over a few candidates a stage, exactly, by dynamic programming.

A chain picks at most one candidate a stage and touches the start at one of them, its centre. With n stages its score is

    ( sum of the values of its candidates
      + sum over neighbours in the chain of link(a, b) · 0.8 ^ (stages skipped between them)
      + touch(centre) ) / n

so a missing stage adds nothing and weakens the link across it. Two candidates may be neighbours only if their link is
positive, and a centre must be touched. Values, links and touches share one unit: their weights are applied before.

Chains after the first are chosen for difference, like maximal marginal relevance (J. Carbonell, J. Goldstein, SIGIR
1998): each maximises its score less a penalty for every candidate already shown, and one that shares more than half of
its candidates with an earlier one is left out.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

SKIP = 0.8
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Pick:
    """A chain: the uid picked at each stage (None where missing), the index of its centre, and its score."""

    score: float
    uids: tuple[str | None, ...]
    centre: int


@dataclass(frozen=True, slots=True)
class Board:
    """What chains are made of.

    Attributes:
        stages: Candidates of each stage with their values.
        link: Strength of the link between two candidates, the one of the earlier stage first; 0 for none.
        touch: Strength of the start's tie to each candidate that can be a centre.
        forced: Candidate that a stage must have, by index of the stage.
    """

    stages: Sequence[Mapping[str, float]]
    link: Callable[[str, str], float]
    touch: Mapping[str, float]
    forced: Mapping[int, str]


# What remains of a chain while it grows: its sum so far, what it picked, and its centre (-1 while it has none).
_State = tuple[float, tuple[str | None, ...], int]


def score_of(board: Board, uids: Sequence[str | None]) -> tuple[float, int] | None:
    """Score and centre of a chain; None if two neighbours have no link or nothing in it is touched."""
    present = [(at, uid) for at, uid in enumerate(uids) if uid is not None]
    total = sum(board.stages[at][uid] for at, uid in present)
    for (before, one), (at, other) in itertools.pairwise(present):
        step = _reach(board, before, one, at, other)
        if step is None:
            return None
        total += step
    centres = [(-board.touch[uid], at) for at, uid in present if board.touch.get(uid, 0.0) > 0]
    if not centres:
        return None
    touch, centre = min(centres)
    return (total - touch) / len(board.stages), centre


def best_chain(board: Board, penalty: Mapping[str, float] | None = None) -> Pick | None:
    """The chain with the highest score less penalties (its score is given without them), or None if there is none.

    Ties go to the uids that come first in order, so the result does not depend on the order of the candidates.
    """
    penalty = penalty or {}
    layers: list[dict[tuple[str, bool], _State]] = []
    finished: list[_State] = []
    count = len(board.stages)
    for at, stage in enumerate(board.stages):
        layer: dict[tuple[str, bool], _State] = {}
        for uid in [board.forced[at]] if at in board.forced else sorted(stage):
            value = stage[uid] - penalty.get(uid, 0.0)
            options: dict[bool, list[_State]] = {False: [], True: []}
            if not any(earlier < at for earlier in board.forced):
                options[False].append((0.0, (None,) * at, -1))
            for before in range(at - 1, -1, -1):
                for (other, touched), (total, uids, centre) in layers[before].items():
                    step = _reach(board, before, other, at, uid)
                    if step is not None:
                        options[touched].append((total + step, uids + (None,) * (at - before - 1), centre))
                if before in board.forced:
                    break
            touch = board.touch.get(uid, 0.0)
            if touch > 0:
                options[True] += [(total + touch, uids, at) for total, uids, _ in options[False]]
            for touched, states in options.items():
                if states:
                    total, uids, centre = min(states, key=_rank)
                    layer[uid, touched] = (total + value, (*uids, uid), centre)
        layers.append(layer)
        if not any(later > at for later in board.forced):
            for (_, touched), (total, uids, centre) in layer.items():
                if touched:
                    finished.append((total, uids + (None,) * (count - at - 1), centre))
    if not finished:
        return None
    _, uids, _ = min(finished, key=_rank)
    scored = score_of(board, uids)
    return None if scored is None else Pick(scored[0], uids, scored[1])


def best_chains(board: Board, *, k: int, penalty: float) -> list[Pick]:
    """At most k chains, different from one another, best first (see the module).

    Args:
        board: Candidates and links.
        k: Most chains.
        penalty: For each candidate already shown, in the unit of the values.
    """
    found: list[Pick] = []
    fixed = set(board.forced.values())
    shown: dict[str, float] = {}
    banned: dict[str, float] = {}
    attempts = _ATTEMPTS
    while len(found) < k:
        pick = best_chain(board, shown | banned)
        if pick is None:
            break
        picked = {uid for uid in pick.uids if uid is not None} - fixed
        if not picked:
            if not found:
                found.append(pick)
            break
        if any(uid in banned for uid in picked):
            break
        if any(_too_alike(picked, {u for u in other.uids if u is not None} - fixed) for other in found):
            attempts -= 1
            if not attempts:
                break
            fresh = {uid for uid in picked if uid in shown}
            banned |= dict.fromkeys(fresh or picked, float(len(board.stages)) * 10)
            continue
        found.append(pick)
        for uid in picked:
            shown[uid] = shown.get(uid, 0.0) + penalty
    return sorted(found, key=lambda pick: (-pick.score, _order(pick.uids)))


def _rank(state: _State) -> tuple[float, tuple[str, ...]]:
    """Order of states: the larger sum first, then the uids, so that rounding does not decide between equals."""
    return -round(state[0], 9), _order(state[1])


def _reach(board: Board, before: int, one: str, at: int, other: str) -> float | None:
    strength = board.link(one, other)
    return strength * SKIP ** (at - before - 1) if strength > 0 else None


def _too_alike(one: set[str], other: set[str]) -> bool:
    return len(one & other) > 0.5 * min(len(one), len(other))


def _order(uids: Sequence[str | None]) -> tuple[str, ...]:
    return tuple(uid or "" for uid in uids)
