// What the store holds of a document: its hash, relations, the entities that its sentences mention, its primary or versions.
OPTIONAL MATCH (d:Document {uid: $uid})
OPTIONAL MATCH (d)-[:HAS_SENTENCE]->(:Sentence)-[:MENTIONS]->(e:Entity)
WITH d, collect(DISTINCT e.uid) AS entities
RETURN d.ingested_at IS NOT NULL AS known, d.content_hash AS content_hash, coalesce(d.relations, []) AS relations,
       coalesce(d.own_sources, d.sources, []) AS sources, entities,
       head(COLLECT { MATCH (d)-[:VERSION_OF]->(p:Document) RETURN p.uid }) AS primary,
       COLLECT { MATCH (v:Document)-[:VERSION_OF]->(d) RETURN v.uid ORDER BY v.uid } AS versions
