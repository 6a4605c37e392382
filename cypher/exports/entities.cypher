// A page of entities with their own facts, in the order of their uids, after a uid.
MATCH (e:Entity)
WHERE e.uid > $after
WITH e ORDER BY e.uid LIMIT $limit
RETURN e {.uid, .type, .name, .aliases, .place, .fields, .stage, .description, .record_id, .authority} AS entity
ORDER BY entity.uid
