// Entities of the given types whose vectors by a model are nearest to a vector, among the nearest of all types.
CALL db.index.vector.queryNodes('entity_vector', $scan, $vector) YIELD node AS e, score
WHERE e.type IN $types AND e.vector_of STARTS WITH $model
WITH e, score ORDER BY score DESC, e.uid LIMIT $limit
RETURN e {.uid, .type, .name, .aliases, .place, .fields, .stage, .description} AS entity, COUNT { (e)-[]-(:Entity) } AS degree, score
ORDER BY score DESC, entity.uid
