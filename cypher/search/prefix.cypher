// Entities with a name that begins like this, the shortest names first.
MATCH (n:Name)
WHERE n.key STARTS WITH $key
WITH n ORDER BY size(n.key), n.key LIMIT $names_limit
MATCH (n)-[:NAMES]->(e:Entity)
WHERE (size($types) = 0 OR e.type IN $types)
  AND (size($members) = 0 OR any(p IN coalesce(e.place, []) WHERE any(m IN $members WHERE p STARTS WITH m)))
RETURN e {.uid, .type, .name, .place, .stage} AS entity, n.text AS matched, COUNT { (e)<-[:MENTIONS]-() } AS mentions
ORDER BY size(n.key), mentions DESC, e.uid
LIMIT $limit
