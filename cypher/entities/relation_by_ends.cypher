// A relation by its ends; a symmetric one in either direction.
MATCH (a:Entity {uid: $head})-[r:`RELATION_TYPE`]-(b:Entity {uid: $tail})
WHERE $symmetric OR startNode(r) = a
WITH r, startNode(r) AS h, endNode(r) AS t
RETURN h {.uid, .type, .name} AS head, t {.uid, .type, .name} AS tail,
       r {.uid, .status, .confidence, .support, .first_seen, .last_seen, type: type(r), head: h.uid, tail: t.uid} AS relation
LIMIT 1
