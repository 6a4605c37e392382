"""Who could fill a missing stage: the nearest first, then the best fit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal

from graph.answers.reference import Reference
from graph.answers.surroundings import fit
from graph.answers.ties import Candidate
from graph.answers.values import Filler
from graph.geography import accepts

_NEAR: tuple[Literal["region", "area", "elsewhere"], ...] = ("region", "area", "elsewhere")


def near(
    place: Sequence[str],
    members: Collection[str],
    around: Iterable[Collection[str]],
    home: Sequence[str],
    reference: Reference,
) -> Literal["region", "area", "elsewhere"]:
    """Where a place lies: in the region asked for, in a cooperation area that holds the region, or elsewhere.

    Without a region, the start's own place stands in for it: the same province is the region.
    """
    if members:
        if accepts(members, place):
            return "region"
        return "area" if any(accepts(area, place) for area in around) else "elsewhere"
    nearness = reference.geography.nearness(home, place)
    return "region" if nearness >= 0.8 else "area" if nearness >= 0.5 else "elsewhere"


def fillers(
    candidates: Iterable[Candidate],
    *,
    wanted: Mapping[str, float],
    members: Collection[str],
    around: Sequence[Collection[str]],
    home: Sequence[str],
    limit: int,
    reference: Reference,
) -> tuple[Filler, ...]:
    """The candidates that fit the field, nearest first; none that does not fit at all.

    Args:
        candidates: Of one stage.
        wanted: Fields with their weights; none means that everybody fits.
        members: Prefixes of the region asked for.
        around: Members of the cooperation areas that hold that region.
        home: Region codes of the start.
        limit: Most fillers.
        reference: Regions and fields.
    """
    found = []
    for candidate in candidates:
        suits = fit(candidate, wanted, reference) or 0.5 * candidate.text
        if suits > 0:
            place = candidate.card.place
            where = near(place, members, around, home, reference)
            found.append(Filler(candidate.card.ref, where, round(suits, 6), place))
    found.sort(key=lambda filler: (_NEAR.index(filler.near), -filler.fit, filler.entity.uid))
    return tuple(found[:limit])
