// Creates relations or renews what a document ($document, the prefix of its sentences' uids) states of them.
UNWIND $rows AS row
MATCH (h:Entity {uid: row.head})
MATCH (t:Entity {uid: row.tail})
MERGE (h)-[r:$(row.type) {uid: row.uid}]->(t)
WITH r, row, r.evidence IS NULL AS created, coalesce(r.evidence, []) AS before,
     [i IN range(0, size(coalesce(r.evidence, [])) - 1) WHERE NOT r.evidence[i] STARTS WITH $document | i] AS others
SET r.evidence_confidence = [i IN others | r.evidence_confidence[i]] + [e IN row.evidence | row.confidence],
    r.evidence_status = [i IN others | r.evidence_status[i]] + [e IN row.evidence | row.status],
    r.evidence_date = [i IN others | r.evidence_date[i]] + [e IN row.evidence | row.date],
    r.evidence_primary = [i IN others | coalesce(r.evidence_primary[i], left(before[i], size(before[i]) - size(last(split(before[i], '/'))) - 1))]
                         + [e IN row.evidence | $primary],
    r.evidence = [i IN others | before[i]] + row.evidence,
    r.method = row.method
WITH r, created, before
SET r.support = size(reduce(seen = [], p IN r.evidence_primary | CASE WHEN p IN seen THEN seen ELSE seen + p END)),
    r.confidence = reduce(m = 0.0, c IN r.evidence_confidence | CASE WHEN c > m THEN c ELSE m END),
    r.status = CASE WHEN 'stated' IN r.evidence_status THEN 'stated' ELSE 'planned' END,
    r.first_seen = reduce(m = '', d IN r.evidence_date | CASE WHEN d <> '' AND (m = '' OR d < m) THEN d ELSE m END),
    r.last_seen = reduce(m = '', d IN r.evidence_date | CASE WHEN d > m THEN d ELSE m END)
RETURN sum(CASE WHEN created THEN 1 ELSE 0 END) AS added,
       sum(CASE WHEN NOT created AND r.evidence <> before THEN 1 ELSE 0 END) AS changed
