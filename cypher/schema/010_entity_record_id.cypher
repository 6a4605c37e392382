// Finds the entity of a record by the id that its source gave it
CREATE INDEX entity_record_id IF NOT EXISTS FOR (n:Entity) ON (n.record_id)
