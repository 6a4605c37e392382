// Deletes the sentences of a document with their mentions.
MATCH (:Document {uid: $uid})-[:HAS_SENTENCE]->(s:Sentence)
DETACH DELETE s
