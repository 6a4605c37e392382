// A page of entities in the order of their uids, each with the relations that lead away from it.
MATCH (e:Entity)
WHERE e.uid > $after
WITH e ORDER BY e.uid LIMIT $limit
RETURN e {.uid, .type, .name, .place, .stage} AS entity,
       COLLECT { MATCH (e)-[r]->(t:Entity) WHERE type(r) IN $relations RETURN [t.uid, type(r), r.confidence] } AS relations
ORDER BY entity.uid
