"""The routes, one module a topic. Each asks ``graph.answers`` and gives the answer its shape in ``api.schemas``."""
