"""Likeness by whole vectors and piece by piece."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from graph.answers import likeness
from graph.answers.describing import LONGEST_PASSAGE, passage_key, passage_text
from graph.answers.embedding import Encoded, Kind, Vectors
from graph.answers.likeness import CAP, Likeness, PassageCache, late_interaction, scaled, vectors_of


class Letters:
    """A vector a character: its own direction for each of a few, with a call counted."""

    name = "letters"

    def __init__(self) -> None:
        self.calls: list[int] = []

    def encode(self, texts: Sequence[str], kind: Kind) -> list[Encoded]:
        """One piece a character."""
        self.calls.append(len(texts))
        eye = np.eye(8, dtype=np.float32)
        pieces = [np.stack([eye[ord(ch) % 8] for ch in text]) if text else eye[:0] for text in texts]
        return [
            Encoded(p.mean(axis=0) if len(p) else eye[0], p, np.arange(1, len(p) + 1, dtype=np.float32)) for p in pieces
        ]

    def embed(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """Means of the pieces."""
        return np.stack([one.vector for one in self.encode(texts, kind)])


def test_late_interaction_is_the_weighted_mean_of_the_capped_best() -> None:
    query = Encoded(np.ones(2), np.array([[1.0, 0.0], [0.0, 1.0]], np.float32), np.array([3.0, 1.0], np.float32))
    both = np.array([[1.0, 0.0], [0.1, 0.3]], np.float32)
    one = np.array([[0.2, 0.0]], np.float32)
    found = late_interaction(query, [both, one[:0], one])
    assert found == pytest.approx([(3 * CAP + 0.3) / 4, 0.0, 0.6 / 4])
    assert late_interaction(query, [one[:0]]).tolist() == [0.0]
    silent = Encoded(query.vector, query.pieces, np.zeros(2, np.float32))
    assert late_interaction(silent, [both])[0] == pytest.approx((CAP + 0.3) / 2)


def test_shares_run_from_worst_to_best() -> None:
    assert scaled(np.array([2.0, 4.0, 3.0])).tolist() == [0.0, 1.0, 0.5]
    assert scaled(np.array([2.0, 2.0])).tolist() == [0.0, 0.0]
    embedder = Letters()
    texts = ["ab", "ah", "hh"]
    shares = Likeness(embedder, "ab").shares(texts, vectors_of(embedder, texts))
    assert shares[0] == 1.0 > shares[1] > shares[2] == 0.0


def test_only_the_shortlist_is_compared_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(likeness, "SHORTLIST", 2)
    embedder = Letters()
    texts = ["xa", "ab", "bb"]
    shares = Likeness(embedder, "ab").shares(texts, vectors_of(embedder, texts))
    assert shares[1] == 1.0
    assert sorted(shares)[:2] == [0.0, 0.0]


def test_passages_are_encoded_once_and_dropped_when_there_are_too_many() -> None:
    embedder, cache = Letters(), PassageCache(most_bytes=200)
    first = cache.passages(embedder, ["ab", "cd", "ab"])
    assert first[0] is first[2]
    cache.passages(embedder, ["cd", "ab"])
    assert embedder.calls == [2]
    cache.passages(embedder, ["efgh", "cd"])  # 200 bytes hold three passages of two letters
    cache.passages(embedder, ["ab"])
    assert embedder.calls == [2, 1, 1]


def test_a_passage_says_fields_first_and_has_a_key_of_its_model() -> None:
    assert passage_text("膜", "很薄", ("氢能", "新材料")) == "氢能、新材料：膜。很薄"
    assert passage_text("膜", "", ()) == "膜"
    assert len(passage_text("膜", "厚" * 1000, ())) == LONGEST_PASSAGE
    assert passage_key("m", "a").startswith("m#")
    assert len({passage_key("m", "a"), passage_key("n", "a"), passage_key("m", "b")}) == 3
