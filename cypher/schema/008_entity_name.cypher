// Finds entities by canonical name, also by its beginning
CREATE INDEX entity_name IF NOT EXISTS FOR (n:Entity) ON (n.name)
