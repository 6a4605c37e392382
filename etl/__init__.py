"""From documents to the graph: sources, cleaning, extraction, resolution, loading."""
