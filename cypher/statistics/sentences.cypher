// How many sentences there are.
MATCH (s:Sentence)
RETURN count(s) AS count
