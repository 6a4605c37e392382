"""A graph of any size with the shape of ours, seeded: types and relations of the ontology, power-law degrees, hubs.

Written as CSV files for Neo4j's own importer; the same arrays make the graph in memory that bench/scale.py compares with.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from graph.fields import Fields
from graph.geography import Geography, Place
from graph.model import entity_uid, normalise_name, relation_uid
from graph.ontology import load_ontology

# Share of the entities by type; fields and regions come on top, from the reference data.
SHARES = {
    "Firm": 0.38, "Product": 0.14, "Technology": 0.08, "Achievement": 0.09, "Project": 0.07, "Park": 0.05, "University": 0.03,
    "ResearchInstitute": 0.04, "Laboratory": 0.02, "PilotBase": 0.03, "ConceptVerificationCenter": 0.02, "InnovationCenter": 0.02,
    "Fund": 0.02, "Policy": 0.01,
}  # fmt: skip
# Share of the relations by type, with the ends that are drawn.
RELATIONS = (
    ("FOCUSES_ON", "Firm", "Technology", 0.13), ("FOCUSES_ON", "PilotBase", "Technology", 0.02),
    ("FOCUSES_ON", "ConceptVerificationCenter", "Technology", 0.02), ("FOCUSES_ON", "University", "Technology", 0.04),
    ("LOCATED_IN", "Firm", "Region", 0.13), ("LOCATED_IN", "Park", "Region", 0.02), ("LOCATED_IN", "PilotBase", "Region", 0.01),
    ("LOCATED_IN", "ConceptVerificationCenter", "Region", 0.01), ("SETTLES_IN", "Firm", "Park", 0.1), ("PRODUCES", "Firm", "Product", 0.14),
    ("DEVELOPS", "University", "Achievement", 0.06), ("DEVELOPS", "ResearchInstitute", "Achievement", 0.04),
    ("COOPERATES_WITH", "Firm", "University", 0.06), ("HOSTED_BY", "PilotBase", "University", 0.01),
    ("HOSTED_BY", "ConceptVerificationCenter", "University", 0.01), ("BUILDS", "Firm", "PilotBase", 0.03),
    ("VERIFIED_AT", "Achievement", "ConceptVerificationCenter", 0.02), ("PILOTED_AT", "Achievement", "PilotBase", 0.03),
    ("INDUSTRIALIZED_BY", "Achievement", "Firm", 0.04), ("INVESTS_IN", "Fund", "Firm", 0.05), ("FOCUSES_ON", "Product", "Technology", 0.03),
)  # fmt: skip
SENTENCE_RELATIONS = 10  # relations that share a sentence
DOCUMENT_SENTENCES = 20


@dataclass(frozen=True, slots=True)
class Synthetic:
    """The graph in arrays.

    Attributes:
        uids, names, types: One an entity.
        heads, tails: Numbers of entities, one a relation; ``kinds`` are its types.
        fields: Numbers of the entities that are fields.
    """

    uids: list[str]
    names: list[str]
    types: list[str]
    heads: NDArray[np.int64]
    tails: NDArray[np.int64]
    kinds: list[str]
    fields: list[int]


def generate(entities: int, relations: int, seed: int = 1) -> Synthetic:
    """A graph of about so many entities and relations; degrees fall off as a power of the rank within a type."""
    ontology = load_ontology()
    assert all(ontology.allows(head, kind, tail) for kind, head, tail, _ in RELATIONS)
    rng = np.random.default_rng(seed)
    names: list[str] = []
    types: list[str] = []
    of: dict[str, tuple[int, int]] = {}
    fixed = {
        "Region": [place.name for place in _places()],
        "Technology": [field.name for field in Fields.load().fields.values()],
    }
    for kind in (*SHARES, "Region"):
        begin = len(names)
        names += fixed.get(kind, [])
        wanted = int(SHARES.get(kind, 0) * entities)
        names += [f"{kind}{number:07d}" for number in range(len(names) - begin, wanted)]
        of[kind] = begin, len(names)
        types += [kind] * (len(names) - begin)
    heads, tails, kinds = [], [], []
    for kind, head, tail, share in RELATIONS:
        count = int(share * relations)
        ends = np.stack([_ranked(rng, *of[head], count), _ranked(rng, *of[tail], count)], 1)
        ends = np.unique(ends, axis=0)
        heads.append(ends[:, 0])
        tails.append(ends[:, 1])
        kinds += [kind] * len(ends)
    uids = [entity_uid(kind, name) for kind, name in zip(types, names, strict=True)]
    begin = of["Technology"][0]
    return Synthetic(
        uids, names, types, np.concatenate(heads), np.concatenate(tails), kinds, list(range(begin, begin + len(fixed["Technology"])))
    )  # fmt: skip


def _places() -> list[Place]:
    """Provinces and cities, each name once."""
    found = {p.name: p for p in Geography.load().places.values() if p.level in ("省级", "地级")}
    return list(found.values())


def _ranked(rng: np.random.Generator, begin: int, end: int, count: int) -> NDArray[np.int64]:
    """Numbers from begin to end: half drawn evenly, half so that the first ones are hubs (density as rank^-0.6)."""
    size = end - begin
    hubs = (size * rng.random(count) ** 2.5).astype(np.int64)
    even = rng.integers(0, size, count)
    return begin + np.where(rng.random(count) < 0.5, hubs, even)


def write(graph: Synthetic, folder: Path, seed: int = 1) -> list[str]:
    """Writes CSV files and returns the importer's options that name them."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    places = [";".join(Geography.load().path(place.code)) for place in _places()]
    placed = {"Firm", "Park", "University", "ResearchInstitute", "PilotBase", "ConceptVerificationCenter", "Region"}
    region = iter(places)
    where = rng.integers(0, len(places), len(graph.uids))
    with (folder / "entities.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["uid:ID(e)", "type", "name", "place:string[]", ":LABEL"])
        for number, (uid, name, kind) in enumerate(zip(graph.uids, graph.names, graph.types, strict=True)):
            place = next(region) if kind == "Region" else places[where[number]] if kind in placed else ""
            rows.writerow([uid, kind, name, place, f"Entity;{kind}"])
    with (folder / "names.csv").open("w", newline="") as file, (folder / "naming.csv").open("w", newline="") as joins:
        rows, ends = csv.writer(file), csv.writer(joins)
        rows.writerow(["key:ID(n)", "text", "initials", ":LABEL"])
        ends.writerow([":START_ID(n)", ":END_ID(e)", ":TYPE"])
        seen: set[str] = set()
        for uid, name in zip(graph.uids, graph.names, strict=True):
            key = normalise_name(name)
            if key not in seen:
                seen.add(key)
                rows.writerow([key, name, "", "Name"])
            ends.writerow([key, uid, "NAMES"])
    count = len(graph.kinds)
    confidences = np.round(0.5 + 0.5 * rng.random(count), 3)
    supports = 1 + (rng.random(count) ** -0.5 - 1).astype(int).clip(0, 20)
    years = rng.integers(2015, 2026, count)
    with (folder / "relations.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(
            ["uid", "confidence:float", "support:int", "status", "first_seen", "last_seen", "method", "evidence:string[]",
             ":START_ID(e)", ":END_ID(e)", ":TYPE"]
        )  # fmt: skip
        for at in range(count):
            head, tail, kind = graph.uids[graph.heads[at]], graph.uids[graph.tails[at]], graph.kinds[at]
            sentence = at // SENTENCE_RELATIONS
            date = f"{years[at]}-01-01"
            rows.writerow(
                [relation_uid(head, kind, tail), confidences[at], supports[at], "planned" if at % 10 == 0 else "stated", date,
                 date, "synthetic", f"d{sentence // DOCUMENT_SENTENCES}/{sentence}", head, tail, kind]
            )  # fmt: skip
    sentences = count // SENTENCE_RELATIONS + 1
    with (folder / "sentences.csv").open("w", newline="") as file, (folder / "has.csv").open("w", newline="") as joins:
        rows, ends = csv.writer(file), csv.writer(joins)
        rows.writerow(["uid:ID(s)", "text", "start:int", "end:int", ":LABEL"])
        ends.writerow([":START_ID(d)", ":END_ID(s)", ":TYPE"])
        for number in range(sentences):
            document = f"d{number // DOCUMENT_SENTENCES}"
            rows.writerow([f"{document}/{number}", "甲在乙地与丙共建中试基地。", 0, 13, "Sentence"])
            ends.writerow([document, f"{document}/{number}", "HAS_SENTENCE"])
    with (folder / "documents.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["uid:ID(d)", "title", "source", "published", "kind", ":LABEL"])
        for number in range(sentences // DOCUMENT_SENTENCES + 1):
            rows.writerow([f"d{number}", f"通知{number}", "", "2025-01-01", "document", "Document"])
    options = [f"--nodes={folder / name}.csv" for name in ("entities", "names", "sentences", "documents")]
    options += [f"--relationships={folder / name}.csv" for name in ("naming", "relations", "has")]
    return options
