// Entities a type.
MATCH (e:Entity)
RETURN e.type AS name, count(*) AS count
ORDER BY count DESC, name
