"""Queries and plans as values, free of input and output.

A :class:`Query` is one Cypher file, its parameters and the parser of its rows. A plan is a generator that yields queries
and receives their parsed results; it holds the logic of an answer that needs more than one query. ``Database`` and
``AsyncDatabase`` run both, so each answer is written once.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any, Generic, TypeVar

from graph.errors import InvalidInput

T = TypeVar("T")
Row = Mapping[str, Any]
Plan = Generator["Query[Any]", Any, T]

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


@functools.cache
def cypher_text(name: str) -> str:
    """The text of ``cypher/<name>.cypher``; ``name`` is ``<topic>/<query>``."""
    return resources.files("cypher").joinpath(f"{name}.cypher").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Query(Generic[T]):
    """One Cypher query with all that is needed to run it.

    Attributes:
        name: ``<topic>/<query>``, the file under cypher/ without its ending.
        parse: Turns the rows (plain dicts of plain values) into the result.
        parameters: Values for the ``$names`` of the text.
        write: Whether it needs a write transaction.
        timeout: Seconds; None takes the database's.
        names: Labels or relation types for the back-ticked placeholders of the text (``RELATION_TYPE``), which cannot
            be parameters. Give only names checked against the ontology.
    """

    name: str
    parse: Callable[[Sequence[Row]], T]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    write: bool = False
    timeout: float | None = None
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The Cypher text with placeholders filled."""
        text = cypher_text(self.name)
        for placeholder, name in self.names.items():
            if not _NAME.fullmatch(name):
                raise InvalidInput(f"{name!r} cannot be used as a label or relation type in {self.name}.")
            text = text.replace(f"`{placeholder}`", f"`{name}`")
        return text
