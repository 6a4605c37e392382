// Empties the graph, up to a number of nodes; the schema and its ledger stay
MATCH (n)
WHERE NOT n:Migration AND NOT (n:Meta AND n.name = 'schema_lock')
WITH n LIMIT $limit
DETACH DELETE n
RETURN count(*) AS deleted
