"""Known names: universities, institutes, laboratories, parks, platforms, firms, regions and fields, found in text.

A match is a hint, not a mention: 东大 fits several universities and 太阳 is not only a firm. The reader gets all matches as
features of characters; the rules of :mod:`etl.nlp.rules` take only the certain ones.
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import ahocorasick
import numpy as np
from numpy.typing import NDArray

from graph.errors import ConfigError
from graph.ontology import load_ontology

CATEGORIES = ("region", "university", "institute", "lab", "park", "platform", "firm", "short", "field", "head")
FEATURE_WIDTH = 3 * len(CATEGORIES)
_CATEGORY_OF = {
    "Region": "region",
    "University": "university",
    "ResearchInstitute": "institute",
    "NationalLab": "lab",
    "Laboratory": "lab",
    "Park": "park",
    "Firm": "firm",
    "Technology": "field",
    "Product": "field",
}
_COLUMNS = ("type", "name", "aliases", "region", "host", "authority", "source")


@dataclass(frozen=True, slots=True)
class KnownName:
    """A name of the lexicon.

    Attributes:
        type: Entity type.
        name: The full name.
        region: Where it is (name of a city or province), or ``""``.
        authority: ``moe:…`` for universities, ``exchange:code`` for listed firms, or ``""``.
    """

    type: str
    name: str
    aliases: tuple[str, ...] = ()
    region: str = ""
    host: str = ""
    authority: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A known name in a text; ``full`` tells a full name from a short form, ``unique`` that only one entity bears it."""

    start: int
    end: int
    category: str
    full: bool
    unique: bool
    known: tuple[KnownName, ...]


class Gazetteer:
    """Finds known names in text with one Aho-Corasick automaton."""

    def __init__(self, names: list[KnownName]) -> None:
        by_surface: dict[str, list[tuple[KnownName, bool]]] = {}
        for known in names:
            for surface, full in ((known.name, True), *((alias, False) for alias in known.aliases)):
                if len(surface) > 1:
                    by_surface.setdefault(surface, []).append((known, full))
        self._automaton = ahocorasick.Automaton()
        self._by_surface = by_surface
        for surface, entries in by_surface.items():
            self._automaton.add_word(surface, (len(surface), entries))
        for entity_type in load_ontology().entity_types.values():
            for head in entity_type.heads:
                if head not in by_surface:
                    self._automaton.add_word(head, (len(head), []))
        self._automaton.make_automaton()

    def lookup(self, surface: str) -> tuple[KnownName, ...]:
        """Names written exactly so, full names before short forms."""
        entries = sorted(self._by_surface.get(surface, ()), key=lambda entry: not entry[1])
        return tuple(known for known, _ in entries)

    def unique(self, surface: str, entity_type: str) -> KnownName | None:
        """The one known entity of the type that goes by this name, or None if none or several do."""
        found = {known.name: known for known in self.lookup(surface) if known.type == entity_type}
        exact = [known for name, known in found.items() if name == surface]
        if exact:
            return exact[0]
        return next(iter(found.values())) if len(found) == 1 else None

    def matches(self, text: str) -> Iterator[Match]:
        """All matches, overlapping ones included. A Latin-letter name counts only as whole words."""
        for last, (size, entries) in self._automaton.iter(text):
            start, end = last + 1 - size, last + 1
            if text[start].isascii() and not _whole_word(text, start, end):
                continue
            if not entries:
                yield Match(start, end, "head", False, False, ())
                continue
            known = tuple(known for known, _ in entries)
            full = any(flag for _, flag in entries)
            category = _CATEGORY_OF.get(known[0].type, "platform")
            if category == "firm" and not full:
                category = "short"
            yield Match(start, end, category, full, len({k.name for k in known}) == 1, known)

    def features(self, text: str) -> NDArray[np.float32]:
        """n x 30: for each category whether the longest matches begin at, run through, or end at the character."""
        bits = np.zeros((len(text), len(CATEGORIES), 3), np.float32)
        longest: dict[tuple[str, int], int] = {}
        for match in self.matches(text):
            key = match.category, match.start
            longest[key] = max(longest.get(key, 0), match.end)
        reach: dict[str, int] = {}
        for (category, start), end in sorted(longest.items(), key=lambda item: (item[0][1], -item[1])):
            if end <= reach.get(category, 0):
                continue
            reach[category] = end
            column = CATEGORIES.index(category)
            bits[start, column, 0] = 1
            bits[start:end, column, 1] = 1
            bits[end - 1, column, 2] = 1
        return bits.reshape(len(text), FEATURE_WIDTH)


def _whole_word(text: str, start: int, end: int) -> bool:
    before = start > 0 and text[start - 1].isascii() and text[start - 1].isalnum()
    after = end < len(text) and text[end].isascii() and text[end].isalnum()
    return not before and not after


@functools.lru_cache(maxsize=4)
def load_gazetteer(lexicon: Path | None = None) -> Gazetteer:
    """The built-in names and, if given, those of a user's folder of CSV files (columns type, name, aliases, …).

    Raises:
        ConfigError: A file of the folder cannot be read, or names an unknown type.
    """
    names = list(_read(resources.files("etl").joinpath("lexicon/names.csv").read_text("utf-8"), "names.csv"))
    names += _regions() + _fields()
    if lexicon is not None:
        paths = sorted(lexicon.glob("*.csv")) if lexicon.is_dir() else []
        if not paths:
            raise ConfigError(f"INNOGRAPH_LEXICON names {lexicon}, which is no folder with .csv files.")
        for path in paths:
            try:
                names += _read(path.read_text("utf-8-sig"), str(path))
            except (OSError, UnicodeDecodeError) as error:
                raise ConfigError(f"Cannot read the lexicon {path}: {error}. Save it as UTF-8 CSV.") from error
    return Gazetteer(names)


def _read(content: str, name: str) -> Iterator[KnownName]:
    types = load_ontology().entity_types
    reader = csv.DictReader(content.splitlines())
    if not {"type", "name"} <= set(reader.fieldnames or ()):
        raise ConfigError(
            f"The lexicon {name} needs the columns type and name; known columns are {', '.join(_COLUMNS)}."
        )
    for number, row in enumerate(reader, 2):
        if row["type"] not in types:
            raise ConfigError(f"Line {number} of the lexicon {name} has the unknown type {row['type']!r}.")
        yield KnownName(
            row["type"],
            row["name"].strip(),
            tuple(filter(None, (alias.strip() for alias in (row.get("aliases") or "").split("|")))),
            row.get("region") or "",
            row.get("host") or "",
            row.get("authority") or "",
        )


def _regions() -> list[KnownName]:
    content = resources.files("graph").joinpath("data/regions.csv").read_text("utf-8")
    return [
        KnownName("Region", row["name"], tuple(filter(None, row["short"].split("|"))), row["parent"], "", row["code"])
        for row in csv.DictReader(content.splitlines())
    ]


def _fields() -> list[KnownName]:
    content = resources.files("graph").joinpath("data/fields.csv").read_text("utf-8")
    return [
        KnownName("Technology", row["name"], tuple(filter(None, row["synonyms"].split("|"))))
        for row in csv.DictReader(content.splitlines())
        if row["scheme"] == "技术领域"
    ]
