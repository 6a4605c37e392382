"""The store: queries as values, the two databases that run them, the managed server, migrations."""
