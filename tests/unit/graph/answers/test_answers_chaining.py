"""The best chains against an enumeration of every chain."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.answers.chaining import SKIP, Board, best_chain, best_chains, score_of

VALUES = st.integers(0, 20).map(lambda n: n / 20)


@st.composite
def boards(draw: st.DrawFn) -> Board:
    """Small boards: up to four stages of up to three candidates."""
    sizes = draw(st.lists(st.integers(0, 3), min_size=1, max_size=4))
    stages = [{f"{at}{n}": draw(VALUES) for n in range(size)} for at, size in enumerate(sizes)]
    uids = [uid for stage in stages for uid in stage]
    links = {pair: draw(st.one_of(st.just(0.0), VALUES)) for pair in itertools.combinations(uids, 2)}
    touch = {uid: draw(VALUES) for uid in uids}
    forced = {}
    if draw(st.booleans()):
        filled = [at for at, stage in enumerate(stages) if stage]
        if filled:
            at = draw(st.sampled_from(filled))
            forced[at] = draw(st.sampled_from(sorted(stages[at])))
    return Board(stages, lambda one, other: links[one, other], touch, forced)


def score_by_hand(board: Board, uids: Sequence[str | None]) -> float | None:
    """The score of the module's description, spelled out."""
    present = [(at, uid) for at, uid in enumerate(uids) if uid]
    if not present:
        return None
    total = sum(board.stages[at][uid] for at, uid in present)
    for (at, one), (after, other) in itertools.pairwise(present):
        strength = board.link(one, other)
        if strength <= 0:
            return None
        total += strength * SKIP ** (after - at - 1)
    touch = max(board.touch[uid] for _, uid in present)
    return (total + touch) / len(board.stages) if touch > 0 else None


def every_chain(board: Board) -> dict[tuple[str | None, ...], float]:
    """All chains with their scores."""
    choices = [[board.forced[at]] if at in board.forced else [None, *stage] for at, stage in enumerate(board.stages)]
    scored = {uids: score_by_hand(board, uids) for uids in itertools.product(*choices)}
    return {uids: score for uids, score in scored.items() if score is not None}


@settings(max_examples=400, deadline=None)
@given(boards())
def test_the_best_chain_is_the_best_of_all(board: Board) -> None:
    chains = every_chain(board)
    found = best_chain(board)
    if found is None:
        assert not chains
        return
    assert found.score == pytest.approx(max(chains.values()))
    assert found.score == pytest.approx(chains[found.uids])
    ties = [uids for uids, score in chains.items() if score == pytest.approx(found.score, abs=1e-12)]
    assert found.uids in ties
    for uid in found.uids:
        assert uid is None or board.touch[uid] <= board.touch[found.uids[found.centre] or ""]


@settings(max_examples=200, deadline=None)
@given(boards(), st.data())
def test_penalties_choose_but_do_not_score(board: Board, data: st.DataObject) -> None:
    penalty = {uid: data.draw(VALUES) for stage in board.stages for uid in stage}
    found = best_chain(board, penalty)
    chains = every_chain(board)
    if found is None:
        assert not chains
        return
    assert found.score == pytest.approx(chains[found.uids])
    count = len(board.stages)
    net = {uids: score - sum(penalty[uid] for uid in uids if uid) / count for uids, score in chains.items()}
    assert net[found.uids] == pytest.approx(max(net.values()))


@settings(max_examples=200, deadline=None)
@given(boards(), st.integers(1, 5))
def test_chains_differ_and_come_best_first(board: Board, k: int) -> None:
    found = best_chains(board, k=k, penalty=0.4)
    assert len(found) <= k
    assert bool(found) == bool(every_chain(board))
    assert [pick.score for pick in found] == sorted((pick.score for pick in found), reverse=True)
    fixed = set(board.forced.values())
    for one, other in itertools.combinations(found, 2):
        mine, theirs = ({uid for uid in pick.uids if uid} - fixed for pick in (one, other))
        assert len(mine & theirs) <= 0.5 * min(len(mine), len(theirs))


@settings(deadline=None)
@given(boards())
def test_score_of_agrees_with_the_description(board: Board) -> None:
    for uids, score in every_chain(board).items():
        scored = score_of(board, uids)
        assert scored is not None
        assert scored[0] == pytest.approx(score)
