"""The graph as files that other tools read: JSON lines, CSV, GraphML."""
