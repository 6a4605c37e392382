// Entities with a stage of their own, a stage and type.
MATCH (e:Entity)
WHERE e.stage IS NOT NULL
RETURN e.stage AS name, e.type AS type, count(*) AS count
ORDER BY count DESC, name, type
