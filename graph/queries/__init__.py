"""One typed function per .cypher file; each returns a :class:`graph.store.query.Query` and touches no network."""
