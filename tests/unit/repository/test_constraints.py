"""constraints.txt: exact versions of all that a set-up installs, and nothing else."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def pins() -> dict[str, str]:
    """Version by canonical name."""
    found: dict[str, str] = {}
    for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            match = re.fullmatch(r"([A-Za-z0-9._-]+)==([A-Za-z0-9.!+]+)", line)
            assert match, f"not an exact version: {line}"
            name = canonicalize_name(match.group(1))
            assert name not in found, f"{name} is pinned twice"
            found[name] = match.group(2)
    return found


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    """The [project] table."""
    loaded: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return loaded


def test_every_requirement_is_pinned_within_its_range(pins: dict[str, str], project: dict[str, Any]) -> None:
    extras = project["optional-dependencies"]
    for text in (*project["dependencies"], *extras["dev"], *extras["notebooks"]):
        requirement = Requirement(text)
        name = canonicalize_name(requirement.name)
        assert name in pins, f"{name} is not pinned"
        assert requirement.specifier.contains(pins[name]), f"{name} {pins[name]} is outside {requirement.specifier}"


def test_what_the_requirements_require_is_pinned_too(pins: dict[str, str], project: dict[str, Any]) -> None:
    pending = [Requirement(text) for text in (*project["dependencies"], *project["optional-dependencies"]["dev"])]
    seen: set[str] = set()
    while pending:
        requirement = pending.pop()
        name = canonicalize_name(requirement.name)
        assert name in pins, f"{name} is not pinned"
        if name in seen:
            continue
        seen.add(name)
        for text in metadata.requires(name) or ():
            below = Requirement(text)
            wanted = [{"extra": extra} for extra in ("", *requirement.extras)]
            if below.marker is None or any(below.marker.evaluate(extra) for extra in wanted):
                pending.append(below)
    assert len(seen) > 100


def test_this_environment_has_the_pinned_versions(pins: dict[str, str], project: dict[str, Any]) -> None:
    for text in (*project["dependencies"], *project["optional-dependencies"]["dev"]):
        name = canonicalize_name(Requirement(text).name)
        assert metadata.version(name) == pins[name], f"{name}: run `make setup`"


def test_large_extras_are_left_out(pins: dict[str, str]) -> None:
    assert "torch" not in pins


def test_the_oldest_python_is_said_the_same_everywhere(project: dict[str, Any]) -> None:
    assert project["requires-python"] == ">=3.11"
    assert sys.version_info >= (3, 11)
    assert "(3, 11)" in (ROOT / "Makefile").read_text("utf-8")
    assert "(3, 11)" in (ROOT / ".ci" / "run").read_text("utf-8")
