"""Annotated documents: the authoring format (``*.ann.txt``), its rules, and the fixed split.

The format is that of data/corpus/GUIDELINES.md: a header, the text with ``{{surface|Type}}`` marks, then alias and
relation lines.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from graph.errors import InvalidInput
from graph.ontology import load_ontology

_MARK = re.compile(r"\{\{([^{}|]+)\|([A-Za-z]+)\}\}")
VALIDATION_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Annotated:
    """A document with its annotation; spans are (start, end, type), relations (head, type, tail) by canonical name."""

    id: str
    kind: str
    text: str
    spans: tuple[tuple[int, int, str], ...]
    aliases: dict[str, str] = field(default_factory=dict)
    relations: tuple[tuple[str, str, str], ...] = ()

    def canonical(self, name: str) -> str:
        """The full name behind an alias, without 《》."""
        name = name.strip().strip("《》")
        seen: set[str] = set()
        while name in self.aliases and name not in seen:
            seen.add(name)
            name = self.aliases[name]
        return name

    @property
    def validation(self) -> bool:
        """Whether the document is held back: fixed by its id, a tenth of all."""
        return int(hashlib.sha256(self.id.encode()).hexdigest()[:8], 16) / 0xFFFFFFFF < VALIDATION_SHARE


def parse(content: str, name: str) -> Annotated:
    """Reads one authoring file.

    Raises:
        InvalidInput: The annotation breaks a rule; all that were broken are named.
    """
    ontology = load_ontology()
    head, body, tail = [*content.split("\n---\n"), "", ""][:3]
    meta = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in head.splitlines())}
    body, text, at = body.strip("\n"), "", 0
    spans: list[tuple[int, int, str]] = []
    for mark in _MARK.finditer(body):
        text += body[at : mark.start()]
        surface, entity_type = mark.groups()
        ontology.check_entity_type(entity_type)
        spans.append((len(text), len(text) + len(surface), entity_type))
        text += surface
        at = mark.end()
    text += body[at:]
    types: dict[str, set[str]] = {}
    for start, end, entity_type in spans:
        types.setdefault(text[start:end].strip("《》"), set()).add(entity_type)
    aliases: dict[str, str] = {}
    relations: list[tuple[str, str, str]] = []
    broken = ["unbalanced {{ }}"] if "{{" in text or "}}" in text else []
    for line in filter(None, (row.strip() for row in tail.splitlines())):
        kind, _, rest = line.partition(":")
        if kind == "alias":
            short, _, full = (part.strip().strip("《》") for part in rest.partition("="))
            broken += [f"alias of an unmarked name: {end}" for end in (short, full) if end not in types]
            aliases[short] = full
        elif kind == "rel":
            parts = [part.strip().strip("《》") for part in rest.split("|")]
            if len(parts) != 3:
                broken.append(f"not head | TYPE | tail: {line}")
                continue
            relation_head, relation, relation_tail = parts
            ends = [end for end in (relation_head, relation_tail) if end not in types]
            broken += [f"relation of an unmarked name: {end}" for end in ends]
            if not ends and not any(
                ontology.allows(a, relation, b) for a in types[relation_head] for b in types[relation_tail]
            ):
                broken.append(f"types do not allow: {line}")
            relations.append((relation_head, relation, relation_tail))
        elif not line.startswith("#"):
            broken.append(f"unknown line: {line}")
    if broken:
        raise InvalidInput(f"{name}: " + "; ".join(broken))
    return Annotated(meta.get("id", name), meta.get("kind", ""), text, tuple(spans), aliases, tuple(relations))


def read_folder(folder: Path) -> list[Annotated]:
    """Every ``*.ann.txt`` of a folder in the order of their names."""
    paths = sorted(folder.glob("*.ann.txt"))
    if not paths:
        raise InvalidInput(f"{folder} holds no *.ann.txt files.")
    return [parse(path.read_text("utf-8"), path.name) for path in paths]


def read_gold(path: Path) -> list[Annotated]:
    """A compiled gold file (one JSON object a line: id, kind, text, entities, aliases, relations)."""
    documents = []
    for row in map(json.loads, filter(str.strip, path.read_text("utf-8").splitlines())):
        documents.append(
            Annotated(
                row["id"],
                row.get("kind", ""),
                row["text"],
                tuple((e["start"], e["end"], e["type"]) for e in row["entities"]),
                dict(row["aliases"]),
                tuple((r["head"], r["type"], r["tail"]) for r in row["relations"]),
            )
        )
    return documents
