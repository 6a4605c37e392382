"""Answers: plans that ask the store several queries and turn rows into search hits, paths, chains, gaps and matches."""
