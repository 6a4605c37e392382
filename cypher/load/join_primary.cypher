// Makes a document a version of its primary.
MATCH (d:Document {uid: $uid})
MATCH (p:Document {uid: $primary})
MERGE (d)-[:VERSION_OF]->(p)
