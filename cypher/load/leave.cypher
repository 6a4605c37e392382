// Parts a document from its primary, its versions and its bands; bands without a document are deleted.
MATCH (d:Document {uid: $uid})
OPTIONAL MATCH (d)-[r:VERSION_OF]-()
DELETE r
WITH DISTINCT d
MATCH (d)-[:IN_BAND]->(b:Band)
WITH d, b ORDER BY b.key
SET b.touched = true
WITH d, b, COUNT { (b)<-[:IN_BAND]-() } = 1 AS empty
MATCH (d)-[i:IN_BAND]->(b)
DELETE i
FOREACH (x IN CASE WHEN empty THEN [b] ELSE [] END | DELETE x)
