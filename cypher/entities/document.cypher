// A document with the number of its sentences and the entities that it mentions most.
MATCH (d:Document {uid: $uid})
RETURN d {.uid, .title, .source, .sources, .published, .kind, .text, .flags, ingested_at: toString(d.ingested_at)} AS document,
       COUNT { (d)-[:HAS_SENTENCE]->() } AS sentences,
       COLLECT {
         MATCH (d)-[:HAS_SENTENCE]->(:Sentence)-[:MENTIONS]->(e:Entity)
         WITH e, count(*) AS times ORDER BY times DESC, e.uid LIMIT 100
         RETURN e {.uid, .type, .name}
       } AS entities
