// Neighbours of an entity, the best supported relations first; starts after the given support and relation uid.
MATCH (e:Entity {uid: $uid})-[r]-(other:Entity)
WHERE (size($relations) = 0 OR type(r) IN $relations)
  AND (size($types) = 0 OR other.type IN $types)
  AND ($direction = 'both' OR ($direction = 'out') = (startNode(r) = e))
  AND ($after_support IS NULL OR r.support < $after_support OR (r.support = $after_support AND r.uid > $after_uid))
RETURN other {.uid, .type, .name} AS entity,
       r {.uid, .status, .confidence, .support, .first_seen, .last_seen,
          type: type(r), head: startNode(r).uid, tail: endNode(r).uid} AS relation,
       startNode(r) = e AS outgoing
ORDER BY r.support DESC, r.uid
LIMIT $limit
