// Deletes a document's node; its sentences and relations are withdrawn before.
MATCH (d:Document {uid: $uid})
DETACH DELETE d
RETURN count(*) AS deleted
