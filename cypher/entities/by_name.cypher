// Entities that go by a name, the best supported first: most mentions, then most relations.
MATCH (:Name {key: $key})-[:NAMES]->(e:Entity)
WHERE size($types) = 0 OR e.type IN $types
WITH DISTINCT e, COUNT { (e)<-[:MENTIONS]-() } AS mentions,
     COUNT { (e)--() } - COUNT { (e)<-[:MENTIONS]-() } - COUNT { (e)<-[:NAMES]-() } AS degree
RETURN e {.uid, .type, .name, .aliases, .place, .fields, .stage, .description, .record_id, .authority, .updated_at} AS entity,
       degree, mentions
ORDER BY mentions DESC, degree DESC, e.uid
LIMIT $limit
