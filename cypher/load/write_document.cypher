// Writes the document's own properties.
MATCH (d:Document {uid: $uid})
SET d += $properties, d.ingested_at = datetime()
