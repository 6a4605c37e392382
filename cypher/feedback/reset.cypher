// Deletes all verdicts and what was learnt from them; how many verdicts there were.
OPTIONAL MATCH (m:Meta {name: 'feedback'})
DETACH DELETE m
WITH count(*) AS one
OPTIONAL MATCH (f:Feedback)
DETACH DELETE f
RETURN count(f) AS deleted
