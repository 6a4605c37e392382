"""One document's way: clean, read, resolve. No store: :mod:`etl.load` takes what comes out."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from etl.clean import Cleaned, clean
from etl.clean.duplicates import fingerprint
from etl.clean.pipeline import too_damaged
from etl.nlp.extraction import Extraction
from etl.nlp.extractor import load_extractor
from etl.nlp.gazetteer import load_gazetteer
from etl.records import record_facts
from etl.resolve import Resolver, content_hash, document_uid
from etl.sources import RawDocument, RawRecord
from graph.errors import InnoGraphError, InvalidInput, StageError
from graph.geography import Geography
from graph.model import Document as GraphDocument
from graph.model import DocumentFacts
from graph.ontology import Ontology, load_ontology
from graph.settings import Settings


@dataclass(frozen=True, slots=True)
class Processed:
    """A document with its facts and the seconds that each stage took."""

    facts: DocumentFacts
    seconds: Mapping[str, float] = field(default_factory=dict)
    characters: int = 0
    repairs: int = 0
    usage: Mapping[str, float] = field(default_factory=dict)


class Pipeline:
    """Turns raw documents and records into facts. One a process; it holds the models (about 300 MB with ``best``)."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.ontology: Ontology = load_ontology(settings.ontology)
        self._extractor = load_extractor(settings)
        self._resolver = Resolver(self.ontology, load_gazetteer(settings.lexicon), Geography.load())

    def extract(self, text: str) -> Extraction:
        """Reads a text as it is, without cleaning."""
        self._check_length(text)
        return self._extractor(text)

    def clean(self, text: str) -> Cleaned:
        """Cleans a text."""
        self._check_length(text)
        return clean(text)

    def read_text(self, text: str, id: str = "", title: str = "", date: str = "", source: str = "") -> DocumentFacts:
        """Cleans and reads one text.

        Raises:
            InvalidInput: It is empty or too long.
            StageError: It is too damaged to be read, or a stage failed.
        """
        raw = RawDocument(id or document_uid(content_hash(text)), text, title, date, source)
        return self.process(raw).facts

    def uid_of(self, entity_type: str, name: str, document: str) -> str:
        """The uid that an entity of a document (by its id) has in the store."""
        return self._resolver.entity(entity_type, name, (), document_uid(document)).uid

    def process(self, item: RawDocument | RawRecord) -> Processed:
        """Takes a raw item through cleaning, reading and resolution.

        Raises:
            StageError: A stage failed, or the text is damaged beyond use; carries the stage and the document's uid.
        """
        uid, stage = document_uid(item.id), "clean"
        clock, seconds = time.perf_counter(), {}

        def lap(name: str) -> None:
            nonlocal clock
            now = time.perf_counter()
            seconds[name] = now - clock
            clock = now

        try:
            if isinstance(item, RawRecord):
                stage = "resolve"
                facts = record_facts(item, self.ontology, self._resolver)
                lap(stage)
                return Processed(facts, seconds, len(facts.document.text))
            cleaned = self.clean(item.text)
            if not cleaned.text.strip():
                raise InvalidInput("The document has no text. Check the file; a scanned page needs OCR first.")
            if reason := too_damaged(cleaned):
                raise InvalidInput(f"{reason}. Get it again from its source in UTF-8.")
            lap(stage)
            stage = "extract"
            extraction = self._extractor(cleaned.text)
            lap(stage)
            stage = "resolve"
            flags = tuple(f"{flag.kind}@{flag.start}-{flag.end}" for flag in cleaned.flags)
            document = GraphDocument(
                uid,
                content_hash(item.text, title=item.title, date=item.date),
                cleaned.text,
                item.title,
                item.source,
                item.date,
                flags=flags,
                fingerprint=fingerprint(cleaned.text),
            )
            facts = self._resolver.facts(document, extraction)
            lap(stage)
            return Processed(facts, seconds, len(cleaned.text), len(cleaned.repairs), extraction.usage)
        except StageError:
            raise
        except InnoGraphError as error:
            raise StageError(str(error), stage=stage, document=uid) from error
        except (ValueError, KeyError, IndexError, ArithmeticError, RuntimeError, MemoryError) as error:
            raise StageError(f"{type(error).__name__}: {error}", stage=stage, document=uid) from error

    def _check_length(self, text: str) -> None:
        longest = self._settings.max_text_chars
        if len(text) > longest:
            raise InvalidInput(
                f"The text has {len(text):,} characters, more than {longest:,}. Split it, or raise INNOGRAPH_MAX_TEXT_CHARS."
            )
