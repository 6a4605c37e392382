// Relations of each entity of a frontier, the surest first, so many an entity; hubs are not expanded unless ends.
UNWIND $uids AS uid
MATCH (a:Entity {uid: uid})
WHERE a.uid IN $ends
   OR COUNT { (a)--() } - COUNT { (a)<-[:MENTIONS]-() } - COUNT { (a)<-[:NAMES]-() } <= $hub
CALL (a) {
  MATCH (a)-[r]-(b:Entity)
  WHERE (size($relations) = 0 OR type(r) IN $relations)
    AND ((size($types) = 0 OR b.type IN $types) AND NOT b.type IN $without OR b.uid IN $ends)
    AND r.confidence >= $min_confidence
    AND (NOT $stated_only OR r.status = 'stated')
    AND ($since = '' OR r.last_seen >= $since)
  RETURN r, b
  ORDER BY r.confidence DESC, r.support DESC, r.uid
  LIMIT $fan_out
}
RETURN a.uid AS source, b {.uid, .type, .name, .place, .fields, .stage} AS entity,
       COUNT { (b)--() } - COUNT { (b)<-[:MENTIONS]-() } - COUNT { (b)<-[:NAMES]-() } AS degree,
       r {.uid, .status, .confidence, .support, .first_seen, .last_seen, evidence: r.evidence[0..3],
          type: type(r), head: startNode(r).uid, tail: endNode(r).uid} AS relation
