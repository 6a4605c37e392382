"""Verdicts on a real store: kept, replaced, learnt from, forgotten; off unless asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from graph.answers import feedback, recommend
from graph.answers.embedding import Kind, Vectors
from graph.answers.recommend import PARTS, WEIGHTS
from graph.errors import InvalidInput, NotFound
from graph.queries import feedback as queries
from graph.store.database import Database

pytestmark = pytest.mark.integration


@pytest.fixture
def judged(small_graph: Database) -> Iterator[Database]:
    small_graph.answer(feedback.reset())
    yield small_graph
    small_graph.answer(feedback.reset())


def test_a_verdict_is_kept_with_its_shares_and_replaced_by_the_next(judged: Database) -> None:
    first = judged.answer(feedback.give("result", "base", True))
    assert (first.start, first.candidate, first.accepted) == ("result", "base", True)
    assert set(first.shares) == set(PARTS)
    assert all(0 <= share <= 1 for share in first.shares.values())
    judged.answer(feedback.give("result", "张家口可再生能源中试基地", False))
    ((shares, accepted),) = judged.run(queries.given(mode="next_step"))
    assert accepted is False
    assert shares == tuple(first.shares[name] for name in PARTS)


class Words:
    """Vectors that say whether a text speaks of a whole machine."""

    name = "words"

    def embed(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """Unit vectors."""
        rows = np.array([[0.1, float("整机" in text)] for text in texts], np.float32)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def test_a_verdict_holds_the_shares_of_the_recommendation_that_it_judges(judged: Database) -> None:
    text = "整机考核需要氢能中试条件"
    shown = judged.answer(recommend.recommend(text, targets=("PilotBase",), embedder=Words()))
    item = next(item for item in shown.items if item.entity.uid == "base")
    kept = judged.answer(feedback.give(text, "base", True, embedder=Words()))
    usual = WEIGHTS["next_step"]
    assert kept.shares == pytest.approx({name: item.parts[name] / usual[name] for name in PARTS}, abs=1e-4)
    assert kept.shares["text"] != judged.answer(feedback.give(text, "base", True)).shares["text"]


def test_what_was_not_recommended_teaches_nothing(judged: Database) -> None:
    with pytest.raises(NotFound, match="not among"):
        judged.answer(feedback.give("result", "高温质子交换膜", True))
    with pytest.raises(InvalidInput, match="mode"):
        judged.answer(feedback.give("result", "base", True, mode="guess"))
    assert judged.run(queries.given(mode="next_step")) == ()


def test_learning_needs_verdicts_and_counts_only_where_asked_for(judged: Database) -> None:
    with pytest.raises(InvalidInput, match="too few"):
        judged.answer(feedback.learn())
    for at in range(40):
        near = at % 2 == 0
        judged.run(
            queries.give(
                uid=f"Feedback-{at}", start="x", candidate="y", mode="next_step", accepted=near,
                shares=[0.5, at / 40, 0.5, float(near), 0.1, 0.2],
            )
        )  # fmt: skip
    found = judged.answer(feedback.learn())
    assert found.verdicts == 40
    assert found.weights["region"] > WEIGHTS["next_step"]["region"]
    assert judged.answer(feedback.learned()) == {"next_step": found}
    assert judged.answer(feedback.learned_weights("complement")) == WEIGHTS["complement"]
    usual = judged.answer(recommend.recommend("result", targets=("PilotBase",)))
    weights = judged.answer(feedback.learned_weights("next_step"))
    learnt = judged.answer(recommend.recommend("result", targets=("PilotBase",), weights=weights))
    for item in learnt.items:
        assert item.parts["region"] <= weights["region"] + 1e-6
    assert [i.parts for i in usual.items] != [i.parts for i in learnt.items]
    assert judged.answer(feedback.reset()) == 40
    assert judged.answer(feedback.learned()) == {}
