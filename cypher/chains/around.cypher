// Entities of the chain's stages beside each anchor, those inside the region and the surest first, so many a stage.
UNWIND $uids AS uid
MATCH (a:Entity {uid: uid})
CALL (a) {
  MATCH (a)-[r]-(e:Entity)
  WHERE type(r) IN $relations
  WITH r, e, coalesce(e.stage, $stages[e.type]) AS stage LIMIT $scan
  WHERE stage IS NOT NULL
    AND r.confidence >= $min_confidence
    AND (NOT $stated_only OR r.status = 'stated')
    AND ($since = '' OR r.last_seen >= $since)
    AND ($until = '' OR r.first_seen <= $until)
  WITH r, e, stage,
       size($members) = 0
       OR any(p IN coalesce(e.place, []) WHERE any(m IN $members WHERE p STARTS WITH m))
       OR EXISTS {
         (e)-[:LOCATED_IN|SETTLES_IN]->(g:Entity)
         WHERE any(p IN coalesce(g.place, []) WHERE any(m IN $members WHERE p STARTS WITH m))
       } AS inside
  ORDER BY r.confidence DESC, r.support DESC, r.uid
  WITH stage, inside, collect({r: r, e: e})[0..$cap] AS best
  UNWIND best AS item
  RETURN item.r AS r, item.e AS e
}
RETURN a.uid AS source, e {.uid, .type, .name, .fields, .stage,
          place: coalesce(e.place, COLLECT {
            MATCH (e)-[:LOCATED_IN|SETTLES_IN]->(g:Entity) WHERE g.place IS NOT NULL
            UNWIND g.place AS code RETURN DISTINCT code LIMIT 8
          })} AS entity,
       COUNT { (e)--() } - COUNT { (e)<-[:MENTIONS]-() } - COUNT { (e)<-[:NAMES]-() } AS degree,
       r {.uid, .status, .confidence, .support, .first_seen, .last_seen, evidence: r.evidence[0..3],
          type: type(r), head: startNode(r).uid, tail: endNode(r).uid} AS relation
