// Joins a document to its bands. Writing to each one locks it, in the order of the keys, until the transaction ends.
MATCH (d:Document {uid: $uid})
UNWIND $keys AS key
MERGE (b:Band {key: key})
SET b.touched = true
MERGE (d)-[:IN_BAND]->(b)
