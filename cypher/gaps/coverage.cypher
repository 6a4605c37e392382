// For each stage the entities tied to the fields' entities, the surest first, with their number and years.
MATCH (a:Entity)-[r]-(e:Entity)
WHERE a.uid IN $uids AND type(r) IN $relations
  AND ($since = '' OR r.last_seen >= $since)
  AND ($until = '' OR r.first_seen <= $until)
WITH e, coalesce(e.stage, $stages[e.type]) AS stage, max(r.confidence) AS sureness,
     min(CASE WHEN r.first_seen = '' THEN NULL ELSE left(r.first_seen, 4) END) AS year
WHERE stage IS NOT NULL AND NOT e.type IN $without
  AND (size($members) = 0
       OR any(p IN coalesce(e.place, []) WHERE any(m IN $members WHERE p STARTS WITH m))
       OR (e.place IS NULL AND stage = $last_stage)
       OR EXISTS {
         (e)-[:LOCATED_IN|SETTLES_IN]->(g:Entity)
         WHERE any(p IN coalesce(g.place, []) WHERE any(m IN $members WHERE p STARTS WITH m))
       })
WITH stage, e, sureness, year ORDER BY sureness DESC, e.uid
WITH stage, collect({entity: e {.uid, .type, .name}, sureness: sureness})[0..$limit] AS best,
     count(e) AS count, sum(sureness) AS total, collect(year) AS years
RETURN stage, best, count, total, years
ORDER BY stage
