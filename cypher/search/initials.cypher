// Entities with a name whose pinyin initials begin like this, the shortest first.
MATCH (n:Name)
WHERE n.initials STARTS WITH $initials
WITH n ORDER BY size(n.initials), n.key LIMIT $names_limit
MATCH (n)-[:NAMES]->(e:Entity)
WHERE (size($types) = 0 OR e.type IN $types)
  AND (size($members) = 0 OR any(p IN coalesce(e.place, []) WHERE any(m IN $members WHERE p STARTS WITH m)))
RETURN e {.uid, .type, .name, .place, .stage} AS entity, n.text AS matched, COUNT { (e)<-[:MENTIONS]-() } AS mentions
ORDER BY size(n.initials), mentions DESC, e.uid
LIMIT $limit
