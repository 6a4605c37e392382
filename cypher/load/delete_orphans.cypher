// Deletes those of the entities that no sentence mentions any more, with the names that only they bore.
UNWIND $uids AS uid
MATCH (e:Entity {uid: uid})
WHERE NOT EXISTS { (e)<-[:MENTIONS]-() }
OPTIONAL MATCH (n:Name)-[:NAMES]->(e)
WHERE COUNT { (n)-[:NAMES]->() } = 1
WITH e, collect(n) AS names
FOREACH (n IN names | DETACH DELETE n)
DETACH DELETE e
RETURN count(*) AS withdrawn
