// The sentences of documents, in their order, with what they mention.
UNWIND range(0, size($uids) - 1) AS place
MATCH (:Document {uid: $uids[place]})-[:HAS_SENTENCE]->(s:Sentence)
RETURN $uids[place] AS document, s.uid AS uid, s.text AS text,
       COLLECT {
         MATCH (s)-[m:MENTIONS]->(e:Entity)
         RETURN e {.uid, .type, .name, surface: m.surface} ORDER BY m.start, e.uid
       } AS mentions
ORDER BY place, s.start
