// Finds entities by what they say; of any dimensions, so that another embedder needs no other index
CREATE VECTOR INDEX entity_vector IF NOT EXISTS FOR (n:Entity) ON (n.vector)
OPTIONS {indexConfig: {`vector.similarity_function`: 'cosine'}}
