// Documents a kind.
MATCH (d:Document)
RETURN coalesce(d.kind, 'document') AS name, count(*) AS count
ORDER BY count DESC, name
