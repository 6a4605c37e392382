// Sentences by their uids, each with its document.
UNWIND $uids AS uid
MATCH (s:Sentence {uid: uid})<-[:HAS_SENTENCE]-(d:Document)
RETURN s.uid AS sentence, s.text AS text, s.start AS start, s.end AS end, d.uid AS document, d.title AS title,
       d.source AS source, d.published AS published
