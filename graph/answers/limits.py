"""Limits that every answer keeps, and the cursors of its pages."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections.abc import Sequence

from graph.errors import InvalidInput
from graph.ontology import Ontology

MAX_HOPS = 6
MAX_K = 50
MAX_LIMIT = 100
MAX_TEXT = 5000
MAX_CURSOR = 2000

_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


def check_range(name: str, value: int, highest: int, lowest: int = 1) -> int:
    """Returns the value if it lies in the range, else raises InvalidInput."""
    if not lowest <= value <= highest:
        raise InvalidInput(f"{name} is {value}; give {lowest} to {highest}.")
    return value


def check_share(name: str, value: float) -> float:
    """Returns the value if it lies from 0 to 1, else raises InvalidInput."""
    if not (math.isfinite(value) and 0 <= value <= 1):
        raise InvalidInput(f"{name} is {value}; give 0 to 1.")
    return value


def check_text(name: str, value: str) -> str:
    """Returns the text without outer blanks if it is neither empty nor too long, else raises InvalidInput."""
    text = value.strip()
    if any("\ud800" <= ch <= "\udfff" for ch in text):
        raise InvalidInput(f"{name} holds bytes that are not UTF-8. Write it in UTF-8.")
    if not text:
        raise InvalidInput(f"{name} is empty. Give a name, a uid or a text.")
    if len(text) > MAX_TEXT:
        raise InvalidInput(f"{name} has {len(text)} characters; at most {MAX_TEXT} are read. Shorten it.")
    return text


def check_date(name: str, value: str) -> str:
    """Returns the ISO date (year, month or day) or ``""``, else raises InvalidInput."""
    if value and not _DATE.fullmatch(value):
        raise InvalidInput(f"{name} is {value!r}; write YYYY, YYYY-MM or YYYY-MM-DD.")
    return value


def check_choice(name: str, value: str, choices: Sequence[str]) -> str:
    """Returns the value if it is one of the choices, else raises InvalidInput."""
    if value not in choices:
        raise InvalidInput(f"{name} is {value!r}; give one of {', '.join(choices)}.")
    return value


def check_types(ontology: Ontology, types: Sequence[str]) -> list[str]:
    """Returns the entity types, each checked against the ontology."""
    return [ontology.check_entity_type(name) for name in types]


def check_relations(ontology: Ontology, relations: Sequence[str]) -> list[str]:
    """Returns the relation types, each checked against the ontology."""
    return [ontology.check_relation_type(name) for name in relations]


def cursor_of(*key: str | int | float) -> str:
    """An opaque cursor that holds the sort key of the last item of a page."""
    return base64.urlsafe_b64encode(json.dumps(key, ensure_ascii=False).encode()).decode().rstrip("=")


def key_of(cursor: str | None, *kinds: type) -> tuple[object, ...] | None:
    """The sort key in a cursor; None for no cursor. Each part must be of the kind given (float takes int too).

    Raises:
        InvalidInput: The cursor was not made by this list.
    """
    if not cursor:
        return None
    problem = InvalidInput("The cursor cannot be read. Use the one that the last page gave, or none to start again.")
    if len(cursor) > MAX_CURSOR:
        raise problem
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise problem from error
    if not isinstance(key, list) or len(key) != len(kinds):
        raise problem
    for part, kind in zip(key, kinds, strict=True):
        allowed = (float, int) if kind is float else (kind,)
        if isinstance(part, bool) or not isinstance(part, allowed):
            raise problem
        if isinstance(part, int) and not -(2**63) <= part < 2**63:
            raise problem
        if isinstance(part, float) and not math.isfinite(part):
            raise problem
    return tuple(key)
