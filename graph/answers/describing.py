"""What an entity is compared by: one text, made the same way wherever it is compared."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

LONGEST_PASSAGE = 400


def passage_text(name: str, text: str, fields: Iterable[str]) -> str:
    """Fields, name and what is said, at most 400 characters.

    The fields stand first, so that all pieces are read in their light; on the development set of demands this gives more
    than fields at the end, or none.
    """
    said = f"{name}。{text}" if text else name
    known = "、".join(fields)
    return (f"{known}：{said}" if known else said)[:LONGEST_PASSAGE]


def passage_key(model: str, text: str) -> str:
    """Names the vector of a text by a model: the model's name and a hash of the text."""
    return f"{model}#{hashlib.sha256(text.encode()).hexdigest()[:24]}"
