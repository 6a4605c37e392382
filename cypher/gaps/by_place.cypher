// How many entities of each stage are tied to each group of fields' entities, by the place of the entities.
UNWIND $groups AS group
MATCH (a:Entity)-[r]-(e:Entity)
WHERE a.uid IN group.uids AND type(r) IN $relations
WITH DISTINCT group.name AS field, e, coalesce(e.stage, $stages[e.type]) AS stage
WHERE stage IS NOT NULL AND NOT e.type IN $without
RETURN field, stage, coalesce(e.place, []) AS place, count(*) AS count
ORDER BY field, stage, place
