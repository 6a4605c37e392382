// Counts that the graph changed; caches of answers hang on this number.
MERGE (m:Meta {name: 'graph_version'})
SET m.value = coalesce(m.value, 0) + 1
RETURN m.value AS version
