// Entities that go by exactly this name.
MATCH (n:Name {key: $key})-[:NAMES]->(e:Entity)
WHERE (size($types) = 0 OR e.type IN $types)
  AND (size($members) = 0 OR any(p IN coalesce(e.place, []) WHERE any(m IN $members WHERE p STARTS WITH m)))
RETURN e {.uid, .type, .name, .place, .stage} AS entity, n.text AS matched, COUNT { (e)<-[:MENTIONS]-() } AS mentions
ORDER BY mentions DESC, e.uid
LIMIT $limit
