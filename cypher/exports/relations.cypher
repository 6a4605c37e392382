// The relations that lead away from some entities, with their evidence.
MATCH (h:Entity)-[r]->(t:Entity)
WHERE h.uid IN $heads
RETURN r {.uid, .status, .confidence, .support, .first_seen, .last_seen, .method, type: type(r), head: h.uid, tail: t.uid, .evidence} AS relation
ORDER BY relation.uid
