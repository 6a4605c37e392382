// What the store holds of a document: its hash, its relations and the entities that its sentences mention.
OPTIONAL MATCH (d:Document {uid: $uid})
OPTIONAL MATCH (d)-[:HAS_SENTENCE]->(:Sentence)-[:MENTIONS]->(e:Entity)
WITH d, collect(DISTINCT e.uid) AS entities
RETURN d IS NOT NULL AS known, d.content_hash AS content_hash, coalesce(d.relations, []) AS relations,
       coalesce(d.sources, []) AS sources, entities
