// Writes what was computed onto the entities, where Cypher and Bloom see it.
UNWIND $rows AS row
MATCH (e:Entity {uid: row.uid})
SET e.pagerank = row.pagerank, e.betweenness = row.betweenness, e.brokerage = row.brokerage, e.community = row.community
