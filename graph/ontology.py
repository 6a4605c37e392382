"""Reads the ontology: entity types, relation types and stages, from YAML."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from graph.errors import ConfigError, InvalidInput

_TYPE_NAME = re.compile(r"[A-Z][A-Za-z0-9]*")
_RELATION_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
_STAGE_NAME = re.compile(r"[a-z][a-z0-9_]*")
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_ENTITY_KEYS = {"zh", "stage", "enabler", "own_stage", "scope", "colour", "icon", "heads"}
_RELATION_KEYS = {"zh", "inverse", "head", "tail", "advances", "symmetric"}


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the chain; ``order`` counts from 0."""

    name: str
    zh: str
    order: int


@dataclass(frozen=True, slots=True)
class EntityType:
    """A type of entity. ``stage`` is ``""`` for enablers and for types that stand outside the chain."""

    name: str
    zh: str
    stage: str = ""
    enabler: bool = False
    own_stage: bool = False
    document_scoped: bool = False
    colour: str = "#A5ABB6"
    icon: str = ""
    heads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RelationType:
    """A type of relation and the entity types allowed at its ends."""

    name: str
    zh: str
    inverse: str
    head: frozenset[str]
    tail: frozenset[str]
    advances: bool = False
    symmetric: bool = False


@dataclass(frozen=True, slots=True)
class Ontology:
    """Entity types, relation types and stages, each a mapping from name, in the order of the file."""

    stages: Mapping[str, Stage]
    entity_types: Mapping[str, EntityType]
    relation_types: Mapping[str, RelationType]

    def allows(self, head_type: str, relation_type: str, tail_type: str) -> bool:
        """Whether the relation may join these types in this direction."""
        relation = self.relation_types.get(relation_type)
        return relation is not None and head_type in relation.head and tail_type in relation.tail

    def relations_between(self, head_type: str, tail_type: str) -> tuple[str, ...]:
        """Relation types that may lead from the one entity type to the other."""
        return tuple(name for name, r in self.relation_types.items() if head_type in r.head and tail_type in r.tail)

    def types_of_stage(self, stage: str) -> tuple[str, ...]:
        """Entity types that fill a stage."""
        return tuple(name for name, t in self.entity_types.items() if t.stage == stage)

    def stage_after(self, stage: str) -> str | None:
        """The stage that follows, or None after the last."""
        names = list(self.stages)
        at = names.index(stage) + 1
        return names[at] if at < len(names) else None

    def check_entity_type(self, name: str) -> str:
        """Returns the name if it is an entity type, else raises InvalidInput. Guards every label put into Cypher."""
        if name not in self.entity_types:
            raise InvalidInput(f"Unknown entity type {name!r}. Known types: {', '.join(self.entity_types)}.")
        return name

    def check_relation_type(self, name: str) -> str:
        """Returns the name if it is a relation type, else raises InvalidInput."""
        if name not in self.relation_types:
            raise InvalidInput(f"Unknown relation type {name!r}. Known types: {', '.join(self.relation_types)}.")
        return name


def load_ontology(path: Path | None = None) -> Ontology:
    """Reads an ontology file; without a path, the one that comes with InnoGraph.

    Raises:
        ConfigError: The file cannot be read or breaks a rule; the message names the place.
    """
    return _load(str(path) if path else "")


@functools.lru_cache(maxsize=8)
def _load(path: str) -> Ontology:
    name = path or "graph/ontology.yaml"
    try:
        text = (
            Path(path).read_text("utf-8") if path else (resources.files("graph") / "ontology.yaml").read_text("utf-8")
        )
        data = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"Cannot read the ontology {name}: {error}. Check INNOGRAPH_ONTOLOGY.") from error
    if not isinstance(data, dict) or not {"stages", "entity_types", "relation_types"} <= set(data):
        raise ConfigError(
            f"{name} is no ontology: it needs stages, entity_types and relation_types. Check INNOGRAPH_ONTOLOGY."
        )
    try:
        return _parse(data)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ConfigError(f"The ontology {name} is not usable: {error}") from error


def _parse(data: Any) -> Ontology:
    stages = {
        _named(_STAGE_NAME, name, "stage"): Stage(name, body["zh"], order)
        for order, (name, body) in enumerate(data["stages"].items())
    }
    entity_types = {}
    for name, body in data["entity_types"].items():
        _known_keys(name, body, _ENTITY_KEYS)
        if body.get("stage", "") not in ("", *stages):
            raise ValueError(f"{name} names the unknown stage {body['stage']!r}")
        if body.get("scope", "global") not in ("global", "document"):
            raise ValueError(f"{name} has the unknown scope {body['scope']!r}; use global or document")
        colour = body.get("colour", "#A5ABB6")
        if not _COLOUR.fullmatch(colour):
            raise ValueError(f"{name} has the colour {colour!r}; write it as #RRGGBB")
        entity_types[_named(_TYPE_NAME, name, "entity type")] = EntityType(
            name=name,
            zh=body["zh"],
            stage=body.get("stage", ""),
            enabler=bool(body.get("enabler", False)),
            own_stage=bool(body.get("own_stage", False)),
            document_scoped=body.get("scope") == "document",
            colour=colour,
            icon=body.get("icon", ""),
            heads=tuple(body.get("heads", ())),
        )
    groups = data.get("groups", {})
    relation_types = {}
    for name, body in data["relation_types"].items():
        _known_keys(name, body, _RELATION_KEYS)
        relation_types[_named(_RELATION_NAME, name, "relation type")] = RelationType(
            name=name,
            zh=body["zh"],
            inverse=body.get("inverse", body["zh"]),
            head=frozenset(_expand(body["head"], groups, entity_types)),
            tail=frozenset(_expand(body["tail"], groups, entity_types)),
            advances=bool(body.get("advances", False)),
            symmetric=bool(body.get("symmetric", False)),
        )
    return Ontology(stages=stages, entity_types=entity_types, relation_types=relation_types)


def _named(pattern: re.Pattern[str], name: Any, kind: str) -> str:
    if not isinstance(name, str) or not pattern.fullmatch(name):
        raise ValueError(f"{name!r} is no name for a {kind}; it must match {pattern.pattern}")
    return name


def _known_keys(name: str, body: Mapping[str, Any], known: set[str]) -> None:
    if unknown := set(body) - known:
        raise ValueError(f"{name} has unknown keys {sorted(unknown)}; known are {sorted(known)}")


def _expand(
    value: Any, groups: Mapping[str, Any], types: Mapping[str, EntityType], above: tuple[str, ...] = ()
) -> set[str]:
    found: set[str] = set()
    for name in [value] if isinstance(value, str) else value:
        if name in types:
            found.add(name)
        elif name in groups and name not in above:
            found |= _expand(groups[name], groups, types, (*above, name))
        else:
            raise ValueError(f"{name!r} is neither an entity type nor a group")
    return found
