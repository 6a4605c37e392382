// Takes a document's evidence from relations of one type; those without evidence left are deleted.
UNWIND $uids AS uid
MATCH ()-[r:`RELATION_TYPE` {uid: uid}]->()
WITH r, [i IN range(0, size(r.evidence) - 1) WHERE NOT r.evidence[i] STARTS WITH $document | i] AS others
FOREACH (x IN CASE WHEN size(others) = 0 THEN [r] ELSE [] END | DELETE x)
FOREACH (x IN CASE WHEN size(others) > 0 THEN [r] ELSE [] END |
  SET x.evidence_confidence = [i IN others | x.evidence_confidence[i]],
      x.evidence_status = [i IN others | x.evidence_status[i]],
      x.evidence_date = [i IN others | x.evidence_date[i]],
      x.evidence_primary = [i IN others | coalesce(x.evidence_primary[i], left(x.evidence[i], size(x.evidence[i]) - size(last(split(x.evidence[i], '/'))) - 1))],
      x.evidence = [i IN others | x.evidence[i]]
  SET x.support = size(reduce(seen = [], p IN x.evidence_primary | CASE WHEN p IN seen THEN seen ELSE seen + p END)),
      x.confidence = reduce(m = 0.0, c IN x.evidence_confidence | CASE WHEN c > m THEN c ELSE m END),
      x.status = CASE WHEN 'stated' IN x.evidence_status THEN 'stated' ELSE 'planned' END,
      x.first_seen = reduce(m = '', d IN x.evidence_date | CASE WHEN d <> '' AND (m = '' OR d < m) THEN d ELSE m END),
      x.last_seen = reduce(m = '', d IN x.evidence_date | CASE WHEN d > m THEN d ELSE m END))
RETURN sum(CASE WHEN size(others) = 0 THEN 1 ELSE 0 END) AS withdrawn,
       sum(CASE WHEN size(others) > 0 THEN 1 ELSE 0 END) AS changed
