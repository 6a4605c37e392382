// Entities of the given types that go by one of these names, with the name and their number of relations.
UNWIND $keys AS key
MATCH (n:Name {key: key})-[:NAMES]->(e:Entity)
WHERE e.type IN $types
RETURN n.text AS matched, e {.uid, .type, .name, .place, .fields, .stage} AS entity,
       COUNT { (e)--() } - COUNT { (e)<-[:MENTIONS]-() } - COUNT { (e)<-[:NAMES]-() } AS degree
ORDER BY degree DESC, e.uid
LIMIT $limit
