// Creates the names that entities go by and joins them.
UNWIND $rows AS row
MATCH (e:Entity {uid: row.entity})
MERGE (n:Name {key: row.key})
ON CREATE SET n.text = row.text, n.initials = row.initials
MERGE (n)-[:NAMES]->(e)
