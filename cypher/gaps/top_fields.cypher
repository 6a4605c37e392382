// Entities of a type with the most relations.
MATCH (e:Entity {type: $type})
WITH e, COUNT { (e)--() } - COUNT { (e)<-[:MENTIONS]-() } - COUNT { (e)<-[:NAMES]-() } AS degree
RETURN e {.uid, .type, .name} AS entity, degree
ORDER BY degree DESC, e.uid
LIMIT $limit
