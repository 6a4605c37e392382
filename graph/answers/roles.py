"""What the relation and entity types of an ontology do in an answer, read from the ontology itself where it can be."""

from __future__ import annotations

from dataclasses import dataclass

from graph.ontology import Ontology

_FIELD_TYPES = ("Technology", "Product", "IndustryChain")
_FIELD_RELATIONS = ("FOCUSES_ON", "DEVELOPS", "PRODUCES", "DEMANDS", "UPSTREAM_OF", "MEMBER_OF")
_HOST_RELATIONS = ("HOSTED_BY", "LED_BY", "BUILDS", "ESTABLISHES", "PART_OF", "INCUBATES", "INVESTS_IN")
_PLACE_RELATIONS = ("LOCATED_IN", "SETTLES_IN")
_REGION_TYPE = "Region"
_WISHES = ("Demand",)
_CARRIERS = ("Achievement", "Project")


@dataclass(frozen=True, slots=True)
class Roles:
    """Roles of types; names that the ontology does not have are left out.

    Attributes:
        stages: Stage of each entity type that has one of its own accord.
        order: Names of the stages in the order of the chain.
        own_stage: Types whose entities carry a stage of their own.
        field_types: Types that name a field of activity.
        field_relations: Relations that tie an entity to its field.
        host_relations: Relations that tie an entity to who runs, builds, owns or funds it.
        place_relations: Relations whose tail's place is a place of the head.
        carriers: Types of things that are handed on from stage to stage.
        wishes: Types that ask for a stage rather than fill it.
        enablers: Types that serve steps without filling a stage.
        walked: Relations that are followed: all but those that lead only to types of one document, or to a policy.
        without: Types never walked onto: those that mean something only in their document.
        joins: Relations that join two entities of stages when they hold directly between them.
    """

    stages: dict[str, str]
    order: tuple[str, ...]
    own_stage: tuple[str, ...]
    field_types: tuple[str, ...]
    field_relations: tuple[str, ...]
    host_relations: tuple[str, ...]
    place_relations: tuple[str, ...]
    region_type: str
    carriers: tuple[str, ...]
    wishes: frozenset[str]
    enablers: frozenset[str]
    walked: tuple[str, ...]
    without: tuple[str, ...]
    joins: frozenset[str]


def roles_of(ontology: Ontology) -> Roles:
    """The roles of an ontology's types."""
    types, relations = ontology.entity_types, ontology.relation_types
    scoped = frozenset(t.name for t in types.values() if t.document_scoped)
    enablers = frozenset(t.name for t in types.values() if t.enabler)
    outside = scoped | {"Policy"}
    walked = tuple(r.name for r in relations.values() if not r.tail <= outside)
    place = tuple(name for name in _PLACE_RELATIONS if name in relations)
    return Roles(
        stages={t.name: t.stage for t in types.values() if t.stage},
        order=tuple(ontology.stages),
        own_stage=tuple(t.name for t in types.values() if t.own_stage),
        field_types=tuple(name for name in _FIELD_TYPES if name in types),
        field_relations=tuple(name for name in _FIELD_RELATIONS if name in relations),
        host_relations=tuple(name for name in _HOST_RELATIONS if name in relations),
        place_relations=place,
        region_type=_REGION_TYPE,
        carriers=tuple(name for name in _CARRIERS if name in types),
        wishes=frozenset(name for name in _WISHES if name in types),
        enablers=enablers,
        walked=walked,
        without=tuple(sorted(scoped)),
        joins=frozenset(walked) - {"FOCUSES_ON"},
    )
