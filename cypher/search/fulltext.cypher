// Entities whose names, aliases or description hold the words of a full-text query, the best first.
CALL db.index.fulltext.queryNodes('entity_search', $words, {limit: $scan}) YIELD node AS e, score
WHERE (size($types) = 0 OR e.type IN $types)
  AND (size($members) = 0 OR any(p IN coalesce(e.place, []) WHERE any(m IN $members WHERE p STARTS WITH m)))
RETURN e {.uid, .type, .name, .place, .stage} AS entity, e.name AS matched, score
ORDER BY score DESC, e.uid
LIMIT $limit
