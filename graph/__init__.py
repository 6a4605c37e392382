"""The graph: ontology, model, store, queries and answers."""
