// The sentences that state a relation, the newest first; starts after the given date and sentence.
MATCH (h:Entity {uid: $head})-[r:`RELATION_TYPE` {uid: $uid}]->(:Entity)
UNWIND range(0, size(r.evidence) - 1) AS i
WITH r.evidence[i] AS sentence, r.evidence_confidence[i] AS confidence, r.evidence_status[i] AS status,
     coalesce(r.evidence_date[i], '') AS dated
WHERE $after_date IS NULL OR dated < $after_date OR (dated = $after_date AND sentence > $after_sentence)
WITH sentence, confidence, status, dated ORDER BY dated DESC, sentence LIMIT $limit
MATCH (s:Sentence {uid: sentence})<-[:HAS_SENTENCE]-(d:Document)
RETURN s.uid AS sentence, s.text AS text, s.start AS start, s.end AS end, d.uid AS document, d.title AS title,
       d.source AS source, d.published AS published, confidence, status, dated
ORDER BY dated DESC, sentence
