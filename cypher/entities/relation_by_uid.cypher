// A relation by its uid, with its ends.
MATCH (h:Entity)-[r:`RELATION_TYPE` {uid: $uid}]->(t:Entity)
RETURN h {.uid, .type, .name} AS head, t {.uid, .type, .name} AS tail,
       r {.uid, .status, .confidence, .support, .first_seen, .last_seen, type: type(r), head: h.uid, tail: t.uid} AS relation
LIMIT 1
