// Writes the mentions of a document's sentences.
UNWIND $rows AS row
MATCH (s:Sentence {uid: row.sentence})
MATCH (e:Entity {uid: row.entity})
CREATE (s)-[:MENTIONS {start: row.start, end: row.end, surface: row.surface, confidence: row.confidence, method: row.method}]->(e)
