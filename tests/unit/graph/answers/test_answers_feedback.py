"""Weights learnt from verdicts: drawn to the usual ones, moved by many verdicts, never below 0."""

import numpy as np
import pytest

from graph.answers.feedback import _auc, _learn
from graph.answers.recommend import PARTS, WEIGHTS

USUAL = np.array([WEIGHTS["next_step"][name] for name in PARTS])


def verdicts(count: int, weights: np.ndarray, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Verdicts of somebody who judges by these weights, with some chance."""
    rng = np.random.default_rng(seed)
    shares = rng.random((count, len(PARTS)))
    scores = 14 * (shares @ weights - 0.5 * weights.sum())
    return shares, (rng.random(count) < 1 / (1 + np.exp(-scores))).astype(float)


def test_many_verdicts_teach_what_they_were_made_by() -> None:
    wanted = np.array([0.0, 0.0, 0.1, 0.7, 0.2, 0.0])
    found = _learn("next_step", *verdicts(1500, wanted))
    assert sum(found.weights.values()) == pytest.approx(1, abs=1e-3)
    assert min(found.weights.values()) >= 0
    assert found.weights["region"] == max(found.weights.values())
    assert found.weights["region"] > 0.5
    assert found.auc > found.auc_usual + 0.1
    assert found.loss < found.loss_usual


def test_few_verdicts_change_little() -> None:
    found = _learn("next_step", *verdicts(24, USUAL, seed=5))
    assert max(abs(found.weights[name] - WEIGHTS["next_step"][name]) for name in PARTS) < 0.15


def test_verdicts_without_a_pattern_leave_the_usual_weights() -> None:
    rng = np.random.default_rng(2)
    found = _learn("next_step", rng.random((40, len(PARTS))), (rng.random(40) < 0.5).astype(float))
    assert sum(found.weights.values()) == pytest.approx(1, abs=1e-3)
    assert all(np.isfinite([found.loss, found.loss_usual, found.auc, found.auc_usual]))


def test_the_same_verdicts_teach_the_same() -> None:
    assert _learn("supplement", *verdicts(60, USUAL)) == _learn("supplement", *verdicts(60, USUAL))


def test_order_counts_ties_half() -> None:
    assert _auc(np.array([1.0, 1.0]), np.array([1.0, 0.0])) == 0.5
    assert _auc(np.array([2.0, 1.0, 3.0]), np.array([1.0, 0.0, 1.0])) == 1.0
