"""Regions of China: divisions, cooperation areas and new areas, and which codes a filter on one of them accepts.

A division has a code of six digits: two for the province, two for the prefecture, two for the county. The codes that an
entity lies under are its *place*, province first. A filter on a region accepts a place if one of its codes begins with
one of the region's *members*, which are codes cut to the digits that count (``13`` for Hebei).
"""

from __future__ import annotations

import csv
import functools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

from graph.errors import InvalidInput
from graph.model import normalise_name

_LEVELS = {"区域": 0, "省级": 1, "地级": 2, "新区": 2, "县级": 3}
_ENDINGS = ("特别行政区", "自治区", "自治州", "地区", "省", "市", "州", "盟", "区", "县", "旗")
# Statistical thirds of the country and river basins: too wide for anybody to count as a neighbour of anybody.
_TOO_WIDE = frozenset({"东部地区", "中部地区", "西部地区", "长江经济带", "黄河流域"})
_WIDEST_PLACE = 4


@dataclass(frozen=True, slots=True)
class Place:
    """A region.

    Attributes:
        code: Six digits of a division, or ``G…`` (cooperation area) or ``N…`` (new area).
        names: Every name it goes by, the full one first.
        level: 省级, 地级, 县级, 区域 or 新区.
        parent: Code of the division above, or ``""``.
        members: Codes of the divisions that an area consists of; empty for a division.
    """

    code: str
    names: tuple[str, ...]
    level: str
    parent: str = ""
    members: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The full name."""
        return self.names[0]


def prefix_of(code: str) -> str:
    """The digits of a code that count: ``130000`` gives ``13``, ``130600`` gives ``1306``; other codes stay whole."""
    if not code.isdigit():
        return code
    if code.endswith("0000"):
        return code[:2]
    return code[:4] if code.endswith("00") else code


def accepts(members: Iterable[str], place: Iterable[str]) -> bool:
    """Whether one of the place's codes begins with one of the members (see the module)."""
    wanted = tuple(members)
    return any(code.startswith(wanted) for code in place)


@functools.lru_cache(maxsize=8192)
def _members(place: Place) -> frozenset[str]:
    # Asked again and again for the same few areas, once for each pair of places compared.
    return frozenset(prefix_of(member) for member in place.members or (place.code,)) | {prefix_of(place.code)}


@functools.lru_cache(maxsize=8192)
def _areas(geography: Geography, place: tuple[str, ...]) -> tuple[Place, ...]:
    found = [
        area
        for area in geography.places.values()
        if area.level == "区域" and area.name not in _TOO_WIDE and accepts(geography.members_of(area.code), place)
    ]
    return tuple(sorted(found, key=lambda area: (geography._width(area), area.code)))


@dataclass(frozen=True, slots=True)
class Geography:
    """Every region by code and by name. Immutable; ``Geography.load()`` gives the built-in one."""

    places: Mapping[str, Place]
    by_name: Mapping[str, tuple[str, ...]]
    longest: int

    @staticmethod
    def load() -> Geography:
        """The regions of graph/data/regions.csv, read once a process."""
        return _load()

    def readings(self, name: str) -> tuple[Place, ...]:
        """Every region that the name may mean, areas and provinces first; 河北保定 is taken apart."""
        key = normalise_name(name)
        found = self.by_name.get(key, ())
        if not found:
            found = self._composite(key)
        places = [self.places[code] for code in found]
        return tuple(sorted(places, key=lambda p: (_LEVELS[p.level], key != normalise_name(p.name), p.code)))

    def find(self, name: str) -> Place | None:
        """The region of that name; of several the highest in rank; None if unknown or if several are equally high."""
        readings = self.readings(name)
        if not readings:
            return None
        first = readings[0]
        if len(readings) == 1:
            return first
        key = normalise_name(name)

        def rank(place: Place) -> tuple[int, bool]:
            return _LEVELS[place.level], key != normalise_name(place.name)

        return first if rank(first) < rank(readings[1]) else None

    def place(self, name: str) -> Place:
        """Like find, or for a code the region that has it.

        Raises:
            InvalidInput: The name is unknown, or means several regions; the message lists them.
        """
        if name in self.places:
            return self.places[name]
        if found := self.find(name):
            return found
        if readings := self.readings(name):
            choices = "、".join(self.display((p.code,)) for p in readings[:6])
            raise InvalidInput(
                f"The region {name!r} is ambiguous; it may be {choices}. Give the name with its province."
            )
        raise InvalidInput(f"Unknown region {name!r}. Give a province, city, county or area such as 京津冀.")

    def codes(self, name: str) -> tuple[str, ...]:
        """The place of a region: codes from the province down to its own; ``()`` if the name is unknown or ambiguous.

        An area gives the codes that all of its members share, or, if it spans a few provinces, those, and its own.
        """
        place = self.find(name)
        return self.path(place.code) if place else ()

    def path(self, code: str) -> tuple[str, ...]:
        """Codes from the province down to this one."""
        place = self.places[code]
        if not place.members:
            above = self.path(place.parent) if place.parent else ()
            return (*above, code)
        paths = [self.path(member) for member in place.members]
        shared = tuple(level[0] for level in zip(*paths, strict=False) if len(set(level)) == 1)
        if not shared:
            provinces = tuple(dict.fromkeys(path[0] for path in paths))
            shared = provinces if len(provinces) <= _WIDEST_PLACE else ()
        return (*shared, code) if code not in shared else shared

    def members(self, name: str) -> frozenset[str]:
        """The members that a filter on this region accepts.

        Raises:
            InvalidInput: The name is unknown or ambiguous.
        """
        return self.members_of(self.place(name).code)

    def members_of(self, code: str) -> frozenset[str]:
        """Members of the region with this code."""
        return _members(self.places[code])

    def areas(self, place: Sequence[str]) -> tuple[Place, ...]:
        """Cooperation areas that a place (its codes) lies in, the smallest first; the country's thirds are left out."""
        return _areas(self, tuple(place))

    def around(self, code: str) -> tuple[Place, ...]:
        """Cooperation areas that hold the whole of a region and more, the smallest first."""
        own = [self.path(member) for member in self.places[code].members or (code,)]
        found = [
            area
            for area in self.places.values()
            if area.level == "区域"
            and area.name not in _TOO_WIDE
            and area.code != code
            and all(accepts(self.members_of(area.code), path) for path in own)
        ]
        return tuple(sorted(found, key=lambda area: (self._width(area), area.code)))

    def nearness(self, one: Sequence[str], other: Sequence[str]) -> float:
        """How near two places are: 1 same county or city, 0.8 same province, 0.5 same cooperation area, else 0.

        A place known only to its province counts as anywhere in it. The steps are a choice, not a measurement.
        """
        if not one or not other:
            return 0.0
        shared = {code for code in one if code in set(other)}
        if any(prefix_of(code) != code[:2] for code in shared) or (shared and set(one) == set(other)):
            return 1.0
        if shared:
            return 0.8
        mine = {area.code for area in self.areas(one)}
        return 0.5 if any(area.code in mine for area in self.areas(other)) else 0.0

    def mentioned(self, text: str) -> tuple[Place, ...]:
        """Provinces, prefectures, areas and new areas whose names stand in the text, and counties by full name."""
        return _mentioned(self, text)

    def display(self, codes: Sequence[str]) -> str:
        """A place in words, for example 河北省保定市雄县; ``""`` for no codes."""
        if not codes:
            return ""
        last = self.places.get(codes[-1])
        if last is None:
            return codes[-1]
        if last.level == "区域":
            return last.name
        path = [code for code in self.path(last.code) if self.places[code].level != "新区" or code == last.code]
        return "".join(self.places[code].name for code in path)

    def provinces(self) -> tuple[Place, ...]:
        """Every province, in the order of their codes."""
        return tuple(place for place in self.places.values() if place.level == "省级")

    def __hash__(self) -> int:
        return id(self)

    def _width(self, area: Place) -> float:
        """Roughly how much of the country an area covers, in provinces; a prefecture counts as a twelfth."""
        return sum(1.0 if self.places[m].level == "省级" else 1 / 12 for m in area.members)

    def _composite(self, key: str) -> tuple[str, ...]:
        for cut in range(len(key) - 1, 1, -1):
            inner = key[cut:]
            for outer in self.by_name.get(key[:cut], ()):
                members = self.members_of(outer)
                found = [
                    code for code in self.by_name.get(inner, ()) if code != outer and accepts(members, self.path(code))
                ]
                if not found and len(inner) > 2:
                    found = [c for c in self._composite(inner) if accepts(members, self.path(c))]
                if found:
                    return tuple(found)
        return ()


@functools.lru_cache(maxsize=16384)
def _mentioned(geography: Geography, text: str) -> tuple[Place, ...]:
    found: dict[str, Place] = {}
    at = 0
    folded = normalise_name(text)
    while at < len(folded):
        for length in range(min(geography.longest, len(folded) - at), 1, -1):
            codes = geography.by_name.get(folded[at : at + length], ())
            places = [p for p in map(geography.places.__getitem__, codes) if p.level != "县级" or _is_full(p, length)]
            if places:
                best = min(places, key=lambda p: (_LEVELS[p.level], p.code))
                found.setdefault(best.code, best)
                at += length
                break
        else:
            at += 1
    return tuple(found.values())


def _is_full(place: Place, length: int) -> bool:
    return len(normalise_name(place.name)) == length and length > 2


@functools.cache
def _load() -> Geography:
    text = (resources.files("graph") / "data" / "regions.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    codes_of = defaultdict(list)
    for row in rows:
        codes_of[row["name"]].append(row["code"])
    places = {}
    for row in rows:
        names = [row["name"], *filter(None, row["short"].split("|")), *filter(None, row["english"].split("|"))]
        members = tuple(_member(name, row, codes_of) for name in filter(None, row["members"].split("|")))
        places[row["code"]] = Place(row["code"], tuple(names), row["level"], row["parent"], members)
    by_name: dict[str, list[str]] = defaultdict(list)
    for place in places.values():
        for name in dict.fromkeys(normalise_name(name) for name in place.names):
            by_name[name].append(place.code)
    return Geography(places, {name: tuple(codes) for name, codes in by_name.items()}, max(map(len, by_name)))


def _member(name: str, row: Mapping[str, str], codes_of: Mapping[str, list[str]]) -> str:
    """Code of a member: in the parent's province where one is given, else the highest division of the name."""
    codes = codes_of[name]
    if row["parent"]:
        codes = [code for code in codes if code[:2] == row["parent"][:2]]
    return min(codes, key=lambda code: (len(prefix_of(code)), code))
