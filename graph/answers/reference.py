"""What the answers look things up in besides the graph: ontology, regions and fields."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from graph.fields import Fields
from graph.geography import Geography
from graph.ontology import Ontology, load_ontology


@dataclass(frozen=True, slots=True)
class Reference:
    """Ontology, regions and fields, passed to every answer. ``Reference.load()`` gives the built-in ones."""

    ontology: Ontology
    geography: Geography
    fields: Fields

    @staticmethod
    def load(ontology: Path | None = None) -> Reference:
        """Reads the reference data once a process; ``ontology`` is the user's own file, if any."""
        return _load(ontology)


@functools.lru_cache(maxsize=8)
def _load(ontology: Path | None) -> Reference:
    return Reference(load_ontology(ontology), Geography.load(), Fields.load())
