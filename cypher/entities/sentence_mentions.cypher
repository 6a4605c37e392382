// What a sentence mentions, in the order of the text.
MATCH (:Sentence {uid: $uid})-[m:MENTIONS]->(e:Entity)
RETURN e {.uid, .type, .name} AS entity, m.start AS start, m.end AS end
ORDER BY m.start, m.end, e.uid
LIMIT 500
