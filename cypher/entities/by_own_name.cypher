// Entities written exactly so, those of one document (numbers) included, the best supported first.
MATCH (e:Entity {name: $name})
WHERE size($types) = 0 OR e.type IN $types
WITH e, COUNT { (e)<-[:MENTIONS]-() } AS mentions,
     COUNT { (e)--() } - COUNT { (e)<-[:MENTIONS]-() } - COUNT { (e)<-[:NAMES]-() } AS degree
RETURN e {.uid, .type, .name, .aliases, .place, .fields, .stage, .description, .record_id, .authority, .updated_at} AS entity,
       degree, mentions
ORDER BY mentions DESC, degree DESC, e.uid
LIMIT $limit
