// A document with the number of its sentences, the entities that it mentions most, its primary and versions.
MATCH (d:Document {uid: $uid})
RETURN d {.uid, .title, .source, .sources, .published, .kind, .text, .flags, ingested_at: toString(d.ingested_at)} AS document,
       COUNT { (d)-[:HAS_SENTENCE]->() } AS sentences,
       COLLECT {
         MATCH (d)-[:HAS_SENTENCE]->(:Sentence)-[:MENTIONS]->(e:Entity)
         WITH e, count(*) AS times ORDER BY times DESC, e.uid LIMIT 100
         RETURN e {.uid, .type, .name}
       } AS entities,
       head(COLLECT { MATCH (d)-[:VERSION_OF]->(p:Document) RETURN p.uid }) AS primary,
       COLLECT {
         MATCH (v:Document)-[:VERSION_OF]->(d)
         WITH v ORDER BY v.uid LIMIT 100
         RETURN v {.uid, .title, .source, .published}
       } AS versions
