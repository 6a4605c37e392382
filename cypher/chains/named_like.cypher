// Entities of the chain's stages that a full-text query finds, those inside the region first, so many a stage.
CALL db.index.fulltext.queryNodes('entity_search', $words, {limit: $scan}) YIELD node AS e, score
WITH e, score, coalesce(e.stage, $stages[e.type]) AS stage,
     size($members) = 0
     OR any(p IN coalesce(e.place, []) WHERE any(m IN $members WHERE p STARTS WITH m)) AS inside
WHERE stage IS NOT NULL
ORDER BY score DESC, e.uid
WITH stage, inside, collect({e: e, score: score})[0..$cap] AS best
UNWIND best AS item
WITH item.e AS e, item.score AS score
RETURN e {.uid, .type, .name, .aliases, .place, .fields, .stage, .description} AS entity, score,
       COUNT { (e)--() } - COUNT { (e)<-[:MENTIONS]-() } - COUNT { (e)<-[:NAMES]-() } AS degree
ORDER BY score DESC, e.uid
