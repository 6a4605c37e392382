// The primaries that share the most bands with a document, with their fingerprints.
UNWIND $keys AS key
MATCH (:Band {key: key})<-[:IN_BAND]-(d:Document)
WHERE d.uid <> $uid AND NOT EXISTS { (d)-[:VERSION_OF]->() }
WITH d, count(*) AS shared ORDER BY shared DESC, d.uid LIMIT 50
RETURN d.uid AS uid, d.fingerprint AS fingerprint
