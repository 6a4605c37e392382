"""An ingest run: many sources through the pipeline into the store, with a report.

A document that fails is set aside with its reason and the run goes on; a store that fails ends the run. Ingesting again
what was set aside, or everything, is safe: what the store holds already is left alone.
"""

from __future__ import annotations

import itertools
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol, TypeVar

from etl.load import LoadOutcome, load_document
from etl.pipeline import Pipeline, Processed
from etl.sources import RawDocument, RawRecord, SourceFailure, read_source
from etl.workers import each
from graph.answers.embedding import Embedder
from graph.answers.reference import Reference
from graph.answers.vectors import VectorReport, store_vectors
from graph.errors import EmbedderError, InnoGraphError, StageError, StoreError
from graph.ontology import load_ontology
from graph.queries.load import NO_CHANGE, Change, bump_version
from graph.settings import Settings
from graph.store.query import Plan, Query

T = TypeVar("T")
_log = logging.getLogger(__name__)


class Store(Protocol):
    """What a run needs of a database."""

    def run(self, query: Query[T]) -> T: ...

    def transaction(self, make_plan: Callable[[], Plan[T]]) -> T: ...


@dataclass(frozen=True, slots=True)
class Failure:
    """A source, document or record that was set aside."""

    source: str
    stage: str
    reason: str
    remedy: str = ""


@dataclass(slots=True)
class RunReport:
    """What a run did. ``documents`` counts new, changed, unchanged and failed; seconds are of work, not of waiting.

    ``versions`` counts those of the documents that repeat another one and so count with it; ``reader`` sums what a language
    model's reading cost.
    """

    documents: Counter[str] = field(default_factory=Counter)
    versions: int = 0
    entities: Change = NO_CHANGE
    relations: Change = NO_CHANGE
    characters: int = 0
    repairs: int = 0
    flagged: int = 0
    seconds: Counter[str] = field(default_factory=Counter)
    elapsed: float = 0.0
    failures: list[Failure] = field(default_factory=list)
    graph_version: int | None = None
    vectors: int = 0
    vectors_problem: str = ""
    reader: Counter[str] = field(default_factory=Counter)

    @property
    def changed_anything(self) -> bool:
        """Whether the graph is another than before."""
        return bool(self.documents["new"] or self.documents["changed"])

    def as_json(self) -> dict[str, Any]:
        """The report as plain JSON values."""
        done = sum(self.documents.values())
        return {
            "documents": {name: self.documents[name] for name in ("new", "changed", "unchanged", "failed")},
            "versions": self.versions,
            "entities": asdict(self.entities),
            "relations": asdict(self.relations),
            "characters": self.characters,
            "repairs": self.repairs,
            "documents_flagged": self.flagged,
            "seconds": {name: round(value, 3) for name, value in self.seconds.items()},
            "elapsed": round(self.elapsed, 3),
            "rate": {
                "characters_per_second": round(self.characters / self.elapsed, 1) if self.elapsed else None,
                "documents_per_second": round(done / self.elapsed, 2) if self.elapsed else None,
            },
            "failures": [asdict(failure) for failure in self.failures],
            "graph_version": self.graph_version,
            "vectors": self.vectors,
            "vectors_problem": self.vectors_problem or None,
            "reader": {name: round(value, 6) for name, value in self.reader.items()},
        }


def ingest(
    sources: Iterable[str],
    store: Store,
    settings: Settings,
    *,
    workers: int = 1,
    embedder: Embedder | None = None,
    progress: Callable[[RunReport], None] | None = None,
) -> RunReport:
    """Reads, cleans, extracts, resolves and loads; then makes the vectors of what changed.

    An embedder that fails does not end the run: what is loaded stays, and ``innograph embed`` makes the rest later.

    Args:
        sources: Paths, folders, addresses, or ``-`` for standard input.
        workers: Processes that clean and extract; loading stays in this one.
        embedder: Source of the vectors of entities; None makes none.
        progress: Called after each document and each batch of vectors.

    Raises:
        StoreError: The store failed; what was loaded before stays.
    """
    report, ontology = RunReport(), load_ontology(settings.ontology)
    began = time.perf_counter()
    loaded: list[str] = []
    try:
        items = itertools.chain.from_iterable(read_source(source, settings=settings) for source in sources)
        for item, result in each(items, _attempt, settings, workers):
            if isinstance(result, Failure):
                report.documents["failed"] += 1
                report.failures.append(result)
            elif not isinstance(item, SourceFailure):
                loaded += _load(item, result, store, ontology, report)
            report.elapsed = time.perf_counter() - began
            if progress:
                progress(report)
    finally:
        report.elapsed = time.perf_counter() - began
    if report.changed_anything:
        report.graph_version = store.run(bump_version())
    if embedder is not None and loaded:
        _embed(store, embedder, settings, loaded, report, progress)
        report.elapsed = time.perf_counter() - began
    return report


def _embed(
    store: Store,
    embedder: Embedder,
    settings: Settings,
    loaded: Sequence[str],
    report: RunReport,
    progress: Callable[[RunReport], None] | None,
) -> None:
    def note(vectors: VectorReport) -> None:
        report.vectors = vectors.made
        report.seconds["vectors"] = vectors.seconds  # type: ignore[assignment]
        if progress:
            progress(report)

    try:
        note(store_vectors(store, embedder, Reference.load(settings.ontology), documents=loaded, progress=note))
    except EmbedderError as error:
        report.vectors_problem = f"{error} `innograph embed` makes the vectors that are missing."
        _log.warning("vectors are missing: %s", error)


def _load(
    item: RawDocument | RawRecord, result: Processed, store: Store, ontology: Any, report: RunReport
) -> list[str]:
    """Loads what was read; the uid of the document if that changed anything."""
    clock = time.perf_counter()
    try:
        outcome: LoadOutcome = store.transaction(lambda: load_document(result.facts, ontology))
    except StoreError:
        raise
    except InnoGraphError as error:
        report.documents["failed"] += 1
        report.failures.append(Failure(item.source or item.id, "load", str(error)))
        return []
    report.documents[outcome.status] += 1
    report.versions += bool(outcome.version_of)
    report.entities += outcome.entities
    report.relations += outcome.relations
    report.characters += result.characters
    report.repairs += result.repairs
    report.reader.update(result.usage)
    report.flagged += bool(result.facts.document.flags)
    report.seconds.update(result.seconds)
    report.seconds["load"] += time.perf_counter() - clock  # type: ignore[assignment]
    return [outcome.document] if outcome.status in ("new", "changed") else []


def _attempt(pipeline: Pipeline, item: RawDocument | RawRecord | SourceFailure) -> Processed | Failure:
    if isinstance(item, SourceFailure):
        return Failure(item.source, "read", item.reason, item.remedy)
    try:
        return pipeline.process(item)
    except StageError as error:
        return Failure(item.source or item.id, error.stage, str(error))
