// Entities of the chain's stages in a region, those with the most relations first, so many a stage.
MATCH (e:Entity)
WHERE e.place IS NOT NULL AND any(p IN e.place WHERE any(m IN $members WHERE p STARTS WITH m))
WITH e, coalesce(e.stage, $stages[e.type]) AS stage
WHERE stage IS NOT NULL
WITH e, stage, COUNT { (e)--() } - COUNT { (e)<-[:MENTIONS]-() } - COUNT { (e)<-[:NAMES]-() } AS degree
ORDER BY degree DESC, e.uid
WITH stage, collect({e: e, degree: degree})[0..$cap] AS best
UNWIND best AS item
WITH item.e AS e, item.degree AS degree
RETURN e {.uid, .type, .name, .aliases, .place, .fields, .stage, .description} AS entity, degree, 0.0 AS score
ORDER BY degree DESC, e.uid
