"""Reads texts with the spaCy pipeline and gives plain values."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import spacy
from spacy.language import Language

from etl.nlp import components
from etl.nlp.extraction import Extraction
from etl.nlp.language_model import LanguageModelReader
from graph.ontology import load_ontology
from graph.settings import Settings


def create_nlp(
    reader: str = "best",
    *,
    lexicon: Path | None = None,
    ontology: Path | None = None,
    models: Path | None = None,
) -> Language:
    """The whole spaCy pipeline: LAC tokenizer, reader, mentions, relations.

    Raises:
        ConfigError: The weights, the lexicon or the ontology cannot be used.
    """
    nlp = spacy.blank("zh", config={"nlp": {"tokenizer": {"@tokenizers": "innograph.LacTokenizer.v1"}}})
    nlp.max_length = 10_000_000
    config = {"lexicon": str(lexicon) if lexicon else None, "models": str(models) if models else None}
    nlp.add_pipe("innograph_reader", config={"setting": reader, **config})
    nlp.add_pipe("innograph_mentions")
    nlp.add_pipe("innograph_relations", config={"ontology": str(ontology) if ontology else None})
    return nlp


class Extractor:
    """Turns a cleaned text into an :class:`Extraction`. Long texts are fine; memory grows with the text."""

    def __init__(self, nlp: Language) -> None:
        self._nlp = nlp

    def __call__(self, text: str) -> Extraction:
        """Reads one text; an empty one says nothing."""
        if not text.strip():
            return Extraction(text, (), {}, (), ())
        doc = self._nlp(text)
        view = doc._.view
        return Extraction(text, doc._.mentions, dict(doc._.aliases), doc._.relations, tuple(view.sentence_spans))


@functools.lru_cache(maxsize=2)
def _extractor(reader: str, lexicon: Path | None, ontology: Path | None, models: Path | None) -> Extractor:
    return Extractor(create_nlp(reader, lexicon=lexicon, ontology=ontology, models=models))


def load_extractor(settings: Settings) -> Callable[[str], Extraction]:
    """The extractor that the settings name; the trained ones are made once a process.

    Raises:
        ConfigError: The weights, the lexicon, the ontology or the endpoint cannot be used.
    """
    if settings.reader == "llm":
        return LanguageModelReader(settings, load_ontology(settings.ontology))
    return _extractor(settings.reader, settings.lexicon, settings.ontology, settings.models)


__all__ = ["Extractor", "components", "create_nlp", "load_extractor"]
