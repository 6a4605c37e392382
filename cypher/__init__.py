"""Every Cypher query of InnoGraph, one a file."""
