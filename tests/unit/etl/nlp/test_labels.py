import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.nlp import labels, lac
from etl.nlp.lac import viterbi

TYPES = ["Firm", "Park", "Region"]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4), st.sampled_from(TYPES)), max_size=8))
def test_decoding_gives_back_what_was_encoded(parts: list[tuple[int, int, str]]) -> None:
    at, spans = 0, []
    for gap, length, entity_type in parts:
        spans.append((at + gap, at + gap + length, entity_type))
        at += gap + length
    assert labels.decode(labels.encode(at + 2, spans, TYPES), TYPES) == spans


def test_forbidden_transitions_keep_inside_behind_its_own_begin() -> None:
    transitions, first = labels.forbidden(TYPES)
    scores = np.zeros((3, labels.count(TYPES)), np.float32)
    scores[0, 2] = scores[1, 4] = 5  # inside Firm first, then inside Park: both impossible there
    (path,) = viterbi([scores], transitions, first)
    assert path[0] != 2
    assert not (path[1] == 4 and path[0] not in (3, 4))


@pytest.mark.parametrize("together", [64, 2])
def test_viterbi_finds_what_brute_force_finds(monkeypatch: pytest.MonkeyPatch, together: int) -> None:
    monkeypatch.setattr(lac, "_IN_STEP", together)
    rng = np.random.default_rng(3)
    transitions, first = rng.normal(size=(3, 3)).astype(np.float32), rng.normal(size=3).astype(np.float32)
    texts = [rng.normal(size=(length, 3)).astype(np.float32) for length in (4, 1, 5, 4, 2)]

    def score(path: tuple[int, ...], scores: np.ndarray) -> float:
        steps = sum(transitions[a, b] for a, b in itertools.pairwise(path))
        return float(first[path[0]] + sum(scores[at, tag] for at, tag in enumerate(path)) + steps)

    for scores, found in zip(texts, viterbi(texts, transitions, first), strict=True):
        best = max(np.ndindex(*(3,) * len(scores)), key=lambda path, scores=scores: score(path, scores))
        assert found.tolist() == list(best)
    assert viterbi([], transitions) == []
