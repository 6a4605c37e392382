"""Gaps: which stages a field has in a region, by whom, how strongly, what is missing, and who is nearest to filling it.

The strength of a stage is 1 - 2^-(sum of c), with c the sureness of each entity's tie to the field: one certain entity
gives 0.5, two 0.75, and so on. A stage weaker than 0.3 counts as a gap, too: nobody is tied to it for certain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from graph.answers.fillers import fillers
from graph.answers.limits import MAX_LIMIT, check_date, check_range, check_text
from graph.answers.reference import Reference
from graph.answers.roles import Roles, roles_of
from graph.answers.starts import Understood, understand
from graph.answers.surroundings import Filters, Surroundings, read
from graph.answers.ties import FIELD_OF_NAME
from graph.answers.values import Coverage, EntityRef, Gap, GapCell, GapMatrix, Gaps
from graph.errors import InvalidInput
from graph.geography import accepts
from graph.model import normalise_name
from graph.queries import chains as chain_queries
from graph.queries import gaps as queries
from graph.store.query import Plan

WEAK = 0.3
_LISTED = 200
_SHOWN = 10
_MOST = 50
_FIELDS = 20
_ENTITIES = 60


def strength(total: float) -> float:
    """How strongly a stage is covered, from the sum of its entities' sureness (see the module)."""
    return float(1 - 0.5**total)


def gaps(
    field: str,
    region: str = "",
    *,
    limit: int = 5,
    since: str = "",
    until: str = "",
    reference: Reference | None = None,
) -> Plan[Gaps]:
    """What a field has in a region and what it lacks. About 12 queries.

    Args:
        field: Name of a field, or of an entity whose fields count.
        region: Name of a region; ``""`` for anywhere.
        limit: Most fillers a gap, 1 to 100.
        since: Leave out relations last seen before this ISO date.
        until: Leave out relations first seen after this ISO date.
        reference: Ontology, regions and fields; the built-in ones by default.

    Raises:
        NotFound: The field is unknown.
        InvalidInput: The region is unknown, or a limit or date is out of range.
    """
    reference = reference or Reference.load()
    check_range("limit", limit, MAX_LIMIT)
    check_date("since", since)
    check_date("until", until)
    check_text("field", field)
    place = reference.geography.place(region) if region else None
    members = reference.geography.members_of(place.code) if place else frozenset[str]()
    start: Understood = yield from understand(field, reference=reference)
    found: Surroundings = yield from read(start, Filters(members, since=since, until=until), reference)
    wanted = found.start.fields or {}
    if not wanted:
        raise InvalidInput(f"{field!r} has no field. Name a field such as 氢能, or an entity whose field is known.")
    uids = yield from _field_entities(list(wanted), found.roles, reference)
    if start.card is not None and start.start.kind == "field" and start.card.uid not in uids:
        uids.append(start.card.uid)
    cover: dict[str, queries.StageCover] = yield queries.coverage(
        uids=uids,
        relations=found.roles.field_relations,
        stages=found.roles.stages,
        last_stage=found.roles.order[-1],
        without=sorted(found.roles.wishes),
        members=sorted(members),
        since=since,
        until=until,
        limit=_LISTED,
    )
    covered = tuple(_coverage(stage, cover.get(stage), found, wanted, reference) for stage in found.roles.order)
    around = [reference.geography.members_of(a.code) for a in reference.geography.around(place.code)] if place else []
    missing = []
    for coverage in covered:
        if coverage.strength >= WEAK:
            continue
        have = {entity.uid for entity, _ in coverage.entities}
        everybody = (*found.inside.values(), *found.outside.values())
        near = fillers(
            (c for c in everybody if c.stage == coverage.stage and c.card.uid not in have),
            wanted=wanted,
            members=members,
            around=around,
            home=found.start.place,
            limit=limit,
            reference=reference,
        )
        missing.append(Gap(coverage.stage, _reason(coverage, wanted, region, reference), near))
    return Gaps("、".join(wanted), place.name if place else "", covered, tuple(missing))


def gap_matrix(
    fields: Sequence[str] = (), regions: Sequence[str] = (), *, reference: Reference | None = None
) -> Plan[GapMatrix]:
    """How many entities each field has at each stage in each region. Two or three queries.

    Args:
        fields: Names of fields, at most 50; none means the 20 technologies with the most relations.
        regions: Names of regions, at most 50; none means the provinces that have anything at all.
        reference: Ontology, regions and fields; the built-in ones by default.

    Raises:
        InvalidInput: Too many fields or regions, or an unknown region.
    """
    reference = reference or Reference.load()
    roles = roles_of(reference.ontology)
    for name, values in (("fields", fields), ("regions", regions)):
        if len(values) > _MOST:
            raise InvalidInput(f"{name} has {len(values)} entries; at most {_MOST} fit in one matrix.")
    places = [reference.geography.place(check_text("region", name)) for name in regions]
    if fields:
        names = list(dict.fromkeys(reference.fields.canonical(check_text("field", name)) for name in fields))
    else:
        top = yield queries.top_fields(type=roles.field_types[0], limit=_FIELDS)
        names = list(dict.fromkeys(reference.fields.canonical(card.name) for card in top))
    groups = []
    for name in names:
        uids = yield from _field_entities([name], roles, reference)
        groups.append({"name": name, "uids": uids})
    rows: tuple[tuple[str, str, tuple[str, ...], int], ...] = yield queries.by_place(
        groups=groups, relations=roles.field_relations, stages=roles.stages, without=sorted(roles.wishes)
    )
    if not regions:
        codes = {code for _, _, place, _ in rows for code in place}
        places = [p for p in reference.geography.provinces() if accepts(reference.geography.members_of(p.code), codes)]
    labels = [name.strip() for name in regions] or [place.name for place in places]
    cells = []
    for name in names:
        for label, place in zip(labels, places, strict=True):
            members = reference.geography.members_of(place.code)
            counts = dict.fromkeys(roles.order, 0)
            for field, stage, codes_of, count in rows:
                if field == name and stage in counts and accepts(members, codes_of):
                    counts[stage] += count
            cells.append(GapCell(name, label, counts, tuple(s for s, count in counts.items() if not count)))
    return GapMatrix(tuple(names), tuple(labels), tuple(cells))


def _field_entities(names: Sequence[str], roles: Roles, reference: Reference) -> Plan[list[str]]:
    """uids of the entities that are one of the fields or of those below them."""
    below = dict.fromkeys(other for name in names for other in reference.fields.narrower(name))
    keys = dict.fromkeys(normalise_name(synonym) for name in below for synonym in reference.fields.synonyms(name))
    rows: tuple[chain_queries.Weighted, ...] = yield chain_queries.field_entities(
        keys=list(keys)[:1000], types=roles.field_types, limit=_ENTITIES
    )
    return list(dict.fromkeys(row.entity.uid for row in rows))


def _coverage(
    stage: str,
    cover: queries.StageCover | None,
    found: Surroundings,
    wanted: Mapping[str, float],
    reference: Reference,
) -> Coverage:
    """A stage's cover by relations, completed by entities whose record or name holds the field."""
    best = list(cover.best) if cover else []
    count, total = (cover.count, cover.total) if cover else (0, 0.0)
    known = {entity.uid for entity, _ in best}
    if count <= _LISTED:
        for candidate in sorted(found.stage(stage), key=lambda c: c.card.uid):
            suits = max((_named(candidate.fields.keys(), want, reference) for want in wanted), default=0.0)
            if candidate.card.uid not in known and suits:
                best.append((candidate.card.ref, suits))
                count, total = count + 1, total + suits
    best.sort(key=lambda item: (-item[1], item[0].uid))
    years = Counter(year for year in (cover.years if cover else ()) if year)
    shown: tuple[tuple[EntityRef, float], ...] = tuple(best[:_SHOWN])
    return Coverage(stage, count, round(strength(total), 6), shown, dict(sorted(years.items())))


def _named(fields: Iterable[str], want: str, reference: Reference) -> float:
    below = set(reference.fields.narrower(want))
    return FIELD_OF_NAME if below & set(fields) else 0.0


def _reason(coverage: Coverage, wanted: Mapping[str, float], region: str, reference: Reference) -> str:
    zh = reference.ontology.stages[coverage.stage].zh
    where = f" in {region}" if region else ""
    subject = "、".join(wanted)
    if not coverage.count:
        return f"Nobody{where} is known at the stage {coverage.stage} ({zh}) for {subject}."
    return f"Only {coverage.count}{where} at the stage {coverage.stage} ({zh}) for {subject}, weakly supported."
