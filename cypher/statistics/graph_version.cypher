// The number of loads that changed something.
OPTIONAL MATCH (m:Meta {name: 'graph_version'})
RETURN toInteger(coalesce(m.value, 0)) AS version
