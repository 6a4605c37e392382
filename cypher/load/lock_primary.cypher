// Locks a document that another one repeats; no row if it went or became a version meanwhile.
MERGE (p:Document {uid: $uid})
SET p.loading = true
REMOVE p.loading
WITH p, p.ingested_at IS NULL AS gone, EXISTS { (p)-[:VERSION_OF]->() } AS version
FOREACH (x IN CASE WHEN gone THEN [p] ELSE [] END | DELETE x)
WITH p WHERE NOT gone AND NOT version
RETURN $uid AS uid, COLLECT { MATCH (p)-[:HAS_SENTENCE]->(s:Sentence) RETURN s.text ORDER BY s.start } AS sentences
