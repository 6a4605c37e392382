// Relations a type.
MATCH (:Entity)-[r]->(:Entity)
RETURN type(r) AS name, count(*) AS count
ORDER BY count DESC, name
