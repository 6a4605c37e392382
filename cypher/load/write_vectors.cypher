// Sets the vectors of entities and what each is the vector of.
UNWIND $rows AS row
MATCH (e:Entity {uid: row.uid})
SET e.vector = row.vector, e.vector_of = row.key
RETURN count(e) AS written
