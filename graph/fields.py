"""Fields of technology and industry: names, synonyms, a hierarchy, and how near two fields are to each other.

Nearness is Lin's similarity, 2·IC(shared) / (IC(a) + IC(b)), over the most specific ancestor that both share (D. Lin,
An information-theoretic definition of similarity, ICML 1998). The information content of a field comes from the
hierarchy alone: IC(f) = 1 - log(1 + descendants(f)) / log(number of fields) (N. Seco, T. Veale, J. Hayes, An intrinsic
information content metric for semantic similarity in WordNet, ECAI 2004). So two fields below
质子交换膜燃料电池 are near, two that share only 新能源 hardly are.
"""

from __future__ import annotations

import csv
import functools
import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources

from graph.model import normalise_name

_LATIN = re.compile(r"[0-9a-z]")
# A field's name with one of these after it still names the field.
_ENDINGS = ("产业链", "产业集群", "产业", "领域", "技术", "行业", "制造业", "装备", "industry", "technology")


@dataclass(frozen=True, slots=True)
class Field:
    """A field; ``names`` holds the canonical name first, then synonyms; ``parents`` are codes."""

    code: str
    names: tuple[str, ...]
    parents: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The canonical name."""
        return self.names[0]


@dataclass(frozen=True, slots=True)
class Fields:
    """Every field by code and by name. Immutable; ``Fields.load()`` gives the built-in ones."""

    fields: Mapping[str, Field]
    by_name: Mapping[str, str]
    ancestors: Mapping[str, frozenset[str]]
    information: Mapping[str, float]
    longest_from: Mapping[str, int]

    @staticmethod
    def load() -> Fields:
        """The fields of graph/data/fields.csv, read once a process."""
        return _load()

    def code(self, name: str) -> str | None:
        """Code of the field of that name or synonym, with or without an ending such as 产业 or 技术; else None."""
        return _code(self, name)

    def canonical(self, name: str) -> str:
        """The canonical name of a field (PEM gives 质子交换膜); an unknown name comes back as it is."""
        code = self.code(name)
        return self.fields[code].name if code else name

    def synonyms(self, name: str) -> tuple[str, ...]:
        """All names of the field, the canonical one first; an unknown name alone."""
        code = self.code(name)
        return self.fields[code].names if code else (name,)

    def find(self, text: str) -> tuple[str, ...]:
        """Canonical names of the fields that stand in a text, in order of appearance; the longest name wins.

        Names in Latin letters count only where no other letter or digit touches them.
        """
        return _find(self, text)

    def similarity(self, one: str, other: str) -> float:
        """Lin's similarity of two field names, from 0 to 1; names unknown to the hierarchy are alike only if equal."""
        a, b = self.code(one), self.code(other)
        if a is None or b is None:
            return 1.0 if a is b and normal_form(one) == normal_form(other) else 0.0
        return _lin(self, a, b)

    def related(self, name: str, floor: float = 0.5) -> dict[str, float]:
        """Canonical names of fields at least this similar, and how similar, the nearest first."""
        code = self.code(name)
        if code is None:
            return {name: 1.0}
        return dict(_related(self, code, floor))

    def narrower(self, name: str) -> tuple[str, ...]:
        """Canonical names of a field and of all fields below it, the field first; an unknown name alone."""
        code = self.code(name)
        if code is None:
            return (name,)
        below = sorted(other for other, above in self.ancestors.items() if code in above and other != code)
        return (self.fields[code].name, *(self.fields[other].name for other in below))

    def specificity(self, name: str) -> float:
        """Information content, from 0 (everything) to 1 (a leaf); unknown names count as leaves."""
        code = self.code(name)
        return self.information[code] if code else 1.0

    def fit(self, wanted: Iterable[str], offered: Iterable[str]) -> float:
        """How well fields offered meet fields wanted: the mean over the wanted of the best similarity, from 0 to 1."""
        have = tuple(offered)
        best = [max((self.similarity(want, name) for name in have), default=0.0) for want in wanted]
        return sum(best) / len(best) if best else 0.0

    def __hash__(self) -> int:
        return id(self)


@functools.lru_cache(maxsize=65536)
def _code(fields: Fields, name: str) -> str | None:
    key = normalise_name(name)
    if key in fields.by_name:
        return fields.by_name[key]
    for ending in _ENDINGS:
        stem = key.removesuffix(ending)
        if stem != key and stem in fields.by_name:
            return fields.by_name[stem]
    return None


# Asked for every pair of candidates of a chain.
normal_form = functools.lru_cache(maxsize=65536)(normalise_name)


@functools.lru_cache(maxsize=65536)
def _lin(fields: Fields, a: str, b: str) -> float:
    if a == b:
        return 1.0
    shared = fields.ancestors[a] & fields.ancestors[b]
    total = fields.information[a] + fields.information[b]
    if not shared or not total:
        return 0.0
    return 2 * max(fields.information[code] for code in shared) / total


@functools.lru_cache(maxsize=16384)
def _find(fields: Fields, text: str) -> tuple[str, ...]:
    key = unicodedata.normalize("NFKC", text).casefold()
    found: dict[str, None] = {}
    at = 0
    while at < len(key):
        longest = min(fields.longest_from.get(key[at], 0), len(key) - at)
        for length in range(longest, 1, -1):
            piece = key[at : at + length]
            code = fields.by_name.get(piece if piece.isalnum() else normalise_name(piece))
            if code and not piece[-1].isspace() and _stands_alone(key, at, at + length):
                found.setdefault(fields.fields[code].name)
                at += length
                break
        else:
            at += 1
    return tuple(found)


def _stands_alone(text: str, start: int, end: int) -> bool:
    before = start > 0 and _LATIN.match(text[start]) and _LATIN.match(text[start - 1])
    after = end < len(text) and _LATIN.match(text[end - 1]) and _LATIN.match(text[end])
    return not before and not after


@functools.lru_cache(maxsize=4096)
def _related(fields: Fields, code: str, floor: float) -> tuple[tuple[str, float], ...]:
    pairs = ((fields.fields[other].name, _lin(fields, code, other)) for other in fields.fields)
    return tuple(sorted((p for p in pairs if p[1] >= floor), key=lambda p: (-p[1], p[0])))


@functools.cache
def _load() -> Fields:
    text = (resources.files("graph") / "data" / "fields.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    fields = {}
    by_name: dict[str, str] = {}
    for row in rows:
        names = (row["name"], *filter(None, row["synonyms"].split("|")))
        fields[row["code"]] = Field(row["code"], names, tuple(filter(None, row["parents"].split("|"))))
        for name in names:
            by_name.setdefault(normalise_name(name), row["code"])
    ancestors = {code: frozenset(_ancestors(fields, code)) for code in fields}
    below: dict[str, int] = defaultdict(int)
    for code, above in ancestors.items():
        for ancestor in above - {code}:
            below[ancestor] += 1
    information = {code: 1 - math.log(1 + below[code]) / math.log(len(fields)) for code in fields}
    longest: dict[str, int] = defaultdict(int)
    for name in (name.casefold() for field in fields.values() for name in field.names):
        longest[name[0]] = max(longest[name[0]], len(name))
    return Fields(fields, by_name, ancestors, information, dict(longest))


def _ancestors(fields: Mapping[str, Field], code: str) -> set[str]:
    found = {code}
    for parent in fields[code].parents:
        found |= _ancestors(fields, parent)
    return found
