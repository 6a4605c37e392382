// How many entities there are; answered from the store's counts.
MATCH (e:Entity)
RETURN count(e) AS count
