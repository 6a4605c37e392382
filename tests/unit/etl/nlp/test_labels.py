import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from etl.nlp import labels
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
    path = viterbi(scores, transitions, first)
    assert path[0] != 2
    assert not (path[1] == 4 and path[0] not in (3, 4))


def test_viterbi_finds_what_brute_force_finds() -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        scores, transitions = rng.normal(size=(4, 3)).astype(np.float32), rng.normal(size=(3, 3)).astype(np.float32)
        best = max(
            np.ndindex(3, 3, 3, 3),
            key=lambda p: sum(scores[i, p[i]] for i in range(4)) + sum(transitions[p[i], p[i + 1]] for i in range(3)),
        )
        assert viterbi(scores, transitions).tolist() == list(best)
