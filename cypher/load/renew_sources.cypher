// Gathers the sources of a document: its own, then those of its versions in the order of their uids.
MATCH (d:Document {uid: $uid})
WITH d, coalesce(d.own_sources, d.sources, []) AS own,
     COLLECT { MATCH (v:Document)-[:VERSION_OF]->(d) UNWIND v.own_sources AS source WITH v, source ORDER BY v.uid RETURN source } AS further
SET d.own_sources = own,
    d.sources = reduce(seen = own, source IN further | CASE WHEN source IN seen THEN seen ELSE seen + source END)
