"""Each query file belongs to one function, and its $names are that function's parameters."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import cypher
from graph.store.query import cypher_text

TOPICS = ("chains", "entities", "gaps", "match", "paths", "search", "statistics", "versions")
ROOT = Path(cypher.__file__).parent
FILES = sorted(f"{topic}/{path.stem}" for topic in TOPICS for path in (ROOT / topic).glob("*.cypher"))
MARK = re.compile(r"\$([a-z_]+)")
PLACEHOLDER = re.compile(r"`([A-Z_]+)`")


def function_of(name: str) -> Callable[..., Any]:
    """The function that belongs to a file."""
    topic, _, stem = name.partition("/")
    found: Callable[..., Any] = getattr(importlib.import_module(f"graph.queries.{topic}"), stem)
    return found


def test_there_are_files() -> None:
    assert len(FILES) > 25


@pytest.mark.parametrize("name", FILES)
def test_names_of_the_text_are_parameters_of_the_function(name: str) -> None:
    text = cypher_text(name)
    wanted = set(MARK.findall(text)) | {placeholder.lower() for placeholder in PLACEHOLDER.findall(text)}
    parameters = inspect.signature(function_of(name)).parameters.values()
    assert {parameter.name for parameter in parameters} == wanted
    assert all(parameter.kind is inspect.Parameter.KEYWORD_ONLY for parameter in parameters)


@pytest.mark.parametrize("name", FILES)
def test_a_file_begins_with_its_summary(name: str) -> None:
    first, _, rest = cypher_text(name).partition("\n")
    assert first.startswith("// ")
    assert first.endswith(".")
    assert len(first) <= 120
    assert "//" not in rest


@pytest.mark.parametrize("topic", TOPICS)
def test_every_function_has_a_file(topic: str) -> None:
    module = importlib.import_module(f"graph.queries.{topic}")
    functions = {
        f"{topic}/{name}"
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_")
    }
    assert functions == {name for name in FILES if name.startswith(f"{topic}/")}


@pytest.mark.parametrize("name", FILES)
def test_reading_queries_do_not_write(name: str) -> None:
    text = re.sub(r"'[^']*'", "", cypher_text(name))
    assert not re.search(r"\b(CREATE|MERGE|DELETE|SET|REMOVE|DROP)\b", text)
