// The given entities as match/catalogue returns them, without evidence.
UNWIND $uids AS uid
MATCH (e:Entity {uid: uid})
RETURN e {.uid, .type, .name, .aliases, .place, .fields, .stage, .description, .record_id} AS entity,
       COLLECT { MATCH (e)-[r]-(f:Entity) WHERE type(r) IN $field_relations AND f.type IN $field_types
                 WITH f, max(r.confidence) AS c ORDER BY c DESC, f.uid LIMIT 8 RETURN f.name } AS named_fields,
       COLLECT { MATCH (e)-[:HOSTED_BY]->(h:Entity) WITH h ORDER BY h.uid LIMIT 2 RETURN h.name } AS hosts,
       CASE WHEN e.description IS NULL
         THEN COLLECT { MATCH (e)<-[:MENTIONS]-(s:Sentence) WITH DISTINCT s ORDER BY s.uid LIMIT 3 RETURN s.text }
         ELSE [] END AS sentences,
       e.vector_of AS vector_of,
       CASE WHEN e.vector_of STARTS WITH $model THEN e.vector END AS vector
ORDER BY entity.uid
