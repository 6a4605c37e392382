// Writes the sentences of a document.
MATCH (d:Document {uid: $uid})
UNWIND $rows AS row
CREATE (d)-[:HAS_SENTENCE]->(:Sentence {uid: row.uid, text: row.text, start: row.start, end: row.end})
