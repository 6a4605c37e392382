// Keeps the summary of an analysis with the version of the graph that it is of.
MERGE (m:Meta {name: 'analytics'})
SET m.value = $version, m.summary = $summary
