// uids of the entities of the given types that documents mention.
MATCH (d:Document)-[:HAS_SENTENCE]->(:Sentence)-[:MENTIONS]->(e:Entity)
WHERE d.uid IN $documents AND e.type IN $types
RETURN DISTINCT e.uid AS uid
ORDER BY uid
