"""InnoGraph: text about the innovation ecosystem in, chain answers with evidence out."""

__version__ = "0.1.0"
