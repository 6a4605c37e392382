"""Sentence vectors from a model of the package sentence-transformers, which is no dependency: install it to use it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from graph.answers.embedding import Kind, Vectors
from graph.errors import ConfigError, EmbedderError


class TransformersEmbedder:
    """A model by name or folder, loaded at the first use. Models that name prompts for queries and passages get them."""

    def __init__(self, model: str, *, batch: int = 32) -> None:
        """Imports the package; the model is not loaded yet.

        Raises:
            ConfigError: The package is missing, or no model is named.
        """
        if not model:
            raise ConfigError(
                "INNOGRAPH_EMBEDDER=sentence-transformers needs a model's name or folder in INNOGRAPH_EMBEDDER_MODEL."
            )
        try:
            import sentence_transformers
        except ImportError as error:
            raise ConfigError(
                f"INNOGRAPH_EMBEDDER=sentence-transformers needs the package of that name, which cannot be imported "
                f"({error}). Install it, or choose another embedder."
            ) from error
        self.name = f"sentence-transformers/{model}"
        self._make: Any = sentence_transformers.SentenceTransformer
        self._name, self._batch = model, batch
        self._model: Any = None
        self._lock = threading.Lock()

    def embed(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """Vectors of the texts.

        Raises:
            EmbedderError: The model cannot be loaded.
        """
        with self._lock:  # one batch at a time: the model takes all processors
            if self._model is None:
                try:
                    self._model = self._make(self._name)
                except (OSError, ValueError, RuntimeError) as error:
                    raise EmbedderError(
                        f"The model {self._name} of INNOGRAPH_EMBEDDER_MODEL cannot be loaded: {str(error)[:200]}"
                    ) from error
            if not texts:
                return np.zeros((0, int(self._model.get_sentence_embedding_dimension() or 0)), np.float32)
            known = getattr(self._model, "prompts", None) or {}
            vectors = self._model.encode(
                list(texts),
                batch_size=self._batch,
                prompt_name=kind if known.get(kind) else None,
                prompt=f"{kind}: " if not known.get(kind) and "e5" in self._name.casefold() else None,
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
        return np.asarray(vectors, dtype=np.float32)
