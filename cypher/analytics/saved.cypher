// The summary of the last analysis, the version that it is of, and the version of the graph now.
OPTIONAL MATCH (m:Meta {name: 'analytics'})
OPTIONAL MATCH (g:Meta {name: 'graph_version'})
RETURN m.summary AS summary, toInteger(coalesce(m.value, -1)) AS version, toInteger(coalesce(g.value, 0)) AS now
