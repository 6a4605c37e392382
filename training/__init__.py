"""Fits the reader's models from annotated documents; needs the ``training`` extra (torch)."""
