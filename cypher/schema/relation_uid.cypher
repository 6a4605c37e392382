// Withdrawing a relation finds it by uid; one index for each relation type of the ontology
CREATE INDEX `INDEX_NAME` IF NOT EXISTS FOR ()-[r:`RELATION_TYPE`]-() ON (r.uid)
