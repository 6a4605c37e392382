// Entities a region code of the highest level.
MATCH (e:Entity)
WHERE e.place IS NOT NULL AND size(e.place) > 0
RETURN e.place[0] AS name, count(*) AS count
ORDER BY count DESC, name
