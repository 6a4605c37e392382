// Documents a kind, a document together with its versions as one.
MATCH (d:Document)
WHERE NOT EXISTS { (d)-[:VERSION_OF]->() }
RETURN coalesce(d.kind, 'document') AS name, count(*) AS count
ORDER BY count DESC, name
