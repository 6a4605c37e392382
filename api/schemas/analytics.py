"""The analysis of the whole graph."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas.common import Answer, EntityRef, RelationTypeName, StageName


class Leader(Answer):
    """An entity that stands high in a measure at its stage."""

    stage: StageName
    measure: Literal["degree", "pagerank", "betweenness", "brokerage"]
    entity: EntityRef
    value: float = Field(description="Pairs for brokerage, relations for degree, a share for the others.")


class Community(Answer):
    """Entities that are more related to one another than to others."""

    number: int = Field(description="As the property `community` of its members; 0 is the largest.")
    size: int
    stages: dict[str, int] = Field(description="Members at each stage.")
    regions: dict[str, int] = Field(description="Members in each of the five provinces with the most.")
    members: list[EntityRef] = Field(description="The five with the highest PageRank.")


class Flow(Answer):
    """Relations of one type that lead from one province to another."""

    source: str
    target: str
    relation: RelationTypeName
    count: int


class Analytics(Answer):
    """Who is central, who joins stages, which communities there are, what flows between regions."""

    graph_version: int = Field(description="The version of the graph that was analysed.")
    current: bool = Field(description="Whether the graph is still that version.")
    entities: int
    relations: int
    sampled: int = Field(description="Entities that betweenness was computed from; 0 for all.")
    modularity: float = Field(description="Of the communities, from -0.5 to 1.")
    leaders: list[Leader]
    communities: list[Community]
    flows: list[Flow]
