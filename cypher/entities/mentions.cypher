// Mentions of an entity, the newest document first; starts after the given date, sentence and place in it.
MATCH (:Entity {uid: $uid})<-[m:MENTIONS]-(s:Sentence)<-[:HAS_SENTENCE]-(d:Document)
WITH m, s, d, coalesce(d.published, '') AS published
WHERE $after_date IS NULL OR published < $after_date
   OR (published = $after_date AND (s.uid > $after_sentence OR (s.uid = $after_sentence AND m.start > $after_start)))
RETURN s.uid AS sentence, s.text AS text, d.uid AS document, d.title AS title, d.source AS source, published,
       m.start AS start, m.end AS end, m.surface AS surface, m.confidence AS confidence
ORDER BY published DESC, s.uid, m.start
LIMIT $limit
