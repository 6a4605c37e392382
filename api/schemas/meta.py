"""Health, the ontology, statistics, read-only Cypher."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints

from api.schemas.common import Answer, Request, StageName

MAX_CYPHER = 10_000
MAX_ROWS = 1_000


class Alive(Answer):
    """The process answers."""

    status: Literal["alive"] = "alive"
    version: str = Field(description="Version of InnoGraph.")


class Ready(Answer):
    """The store answers and its schema is current."""

    status: Literal["ready"] = "ready"
    store: str = Field(description="Version of Neo4j.")


class Stage(Answer):
    """A stage of the chain."""

    name: str
    zh: str = Field(description="中文名。")
    order: int = Field(description="From 0, in the order of the chain.", ge=0)


class EntityType(Answer):
    """A type of entity."""

    name: str
    zh: str = Field(description="中文名。")
    stage: StageName | Literal[""] = Field(description="Stage that entities of the type fill, or empty.")
    enabler: bool = Field(description="Whether it may join two stages without filling one.")
    own_stage: bool = Field(description="Whether each entity carries a stage of its own.")
    document_scoped: bool = Field(description="Whether its names mean something only within one document.")
    colour: str = Field(description="#RRGGBB, for legends.")
    icon: str = Field(description="Name of an icon, or empty.")


class RelationType(Answer):
    """A type of relation."""

    name: str
    zh: str = Field(description="Caption read from the head.")
    inverse: str = Field(description="Caption read from the tail.")
    head: list[str] = Field(description="Entity types it may lead from.")
    tail: list[str] = Field(description="Entity types it may lead to.")
    advances: bool = Field(description="Whether it is a step along the chain.")
    symmetric: bool


class Schema(Answer):
    """The ontology in force."""

    stages: list[Stage]
    entity_types: list[EntityType]
    relation_types: list[RelationType]


class Statistics(Answer):
    """Counts of what the graph holds."""

    graph_version: int = Field(description="Counts the loads that changed something.", ge=0)
    entities: int = Field(ge=0)
    relations: int = Field(ge=0)
    documents: int = Field(ge=0)
    sentences: int = Field(ge=0)
    by_type: dict[str, int] = Field(description="Entities by type.")
    by_relation: dict[str, int] = Field(description="Relations by type.")
    by_stage: dict[str, int] = Field(description="Entities by the stage they fill.")
    by_region: dict[str, int] = Field(description="Entities by province.")
    documents_by_kind: dict[str, int] = Field(description="Documents by kind.")


class CypherRequest(Request):
    """A query that reads."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "query": "MATCH (p:PilotBase) WHERE $field IN p.fields RETURN p.uid AS uid, p.name AS name",
                    "parameters": {"field": "氢能"},
                    "limit": 100,
                }
            ]
        }
    )

    query: Annotated[str, StringConstraints(min_length=1, max_length=MAX_CYPHER)] = Field(
        description="Cypher that only reads."
    )
    parameters: dict[str, Any] = Field(default_factory=dict, max_length=100, description="Values for its $names.")
    limit: int = Field(default=100, ge=1, le=MAX_ROWS, description="Rows returned at most.")


class CypherResult(Answer):
    """Rows of a query."""

    columns: list[str]
    rows: list[list[Any]] = Field(description="Values in the order of columns; nodes and relationships as objects.")
    truncated: bool = Field(description="Whether there were more rows than the limit.")
