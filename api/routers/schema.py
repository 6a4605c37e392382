"""The ontology in force, and counts."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import ServicesDep
from api.schemas.meta import EntityType, RelationType, Schema, Stage, Statistics
from graph.answers import statistics as answers

router = APIRouter(prefix="/v1", tags=["about"])


@router.get("/schema", summary="The ontology")
async def get_schema(services: ServicesDep) -> Schema:
    """Stages in the order of the chain, entity types and relation types, as the server reads and writes them."""
    ontology = services.reference.ontology
    return Schema(
        stages=[Stage.model_validate(stage) for stage in ontology.stages.values()],
        entity_types=[EntityType.model_validate(kind) for kind in ontology.entity_types.values()],
        relation_types=[
            RelationType(
                name=relation.name,
                zh=relation.zh,
                inverse=relation.inverse,
                # Sets have no order of their own; the ontology's makes the answer the same every time.
                head=[name for name in ontology.entity_types if name in relation.head],
                tail=[name for name in ontology.entity_types if name in relation.tail],
                advances=relation.advances,
                symmetric=relation.symmetric,
            )
            for relation in ontology.relation_types.values()
        ],
    )


@router.get("/stats", summary="How much the graph holds")
async def get_stats(services: ServicesDep) -> Statistics:
    """Counts by type, relation, stage, region and kind of document."""
    return Statistics.model_validate(await services.database.answer(answers.statistics(reference=services.reference)))
